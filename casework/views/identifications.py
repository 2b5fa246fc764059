"""Identifications: the list, a new one, what it comes to, and the case that begins with it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.forms import IdentificationForm, InstrumentForm, offered_instruments
from casework.instruments import Instrument
from casework.selectors import identifications_of, read_identification
from casework.services import open_case, record_identification
from core.errors import Invalid, NotVisible, WrongState
from core.models import CASE_ROLES
from core.paging import page_of
from core.views import actor_of, add_errors, posted

DEFAULT_INSTRUMENT = "ilo-adult-labour"


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The identifications of the actor's teams."""
    actor = actor_of(request, *CASE_ROLES)
    page = page_of(request, identifications_of(actor))
    return render(request, "casework/identification_list.html", {"page": page})


def _instrument(request: HttpRequest) -> Instrument:
    """The instrument that the address names, or the default. Raises NotVisible for one that is not offered."""
    id = request.GET.get("instrument", DEFAULT_INSTRUMENT)
    found = next((each for each in offered_instruments() if each.id == id), None)
    if found is None:
        raise NotVisible
    return found


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """Take the answers to an instrument, `?instrument=`."""
    actor = actor_of(request, *CASE_ROLES)
    instrument = _instrument(request)
    form = IdentificationForm(instrument, actor.teams_as(*CASE_ROLES), posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = record_identification(
                actor=actor,
                team_id=UUID(data["team"] or form["team"].initial),
                instrument_id=instrument.id,
                answers=form.answers,
                interviewed_on=data["interviewed_on"],
                age=data["age"],
                age_at_exploitation=data["age_at_exploitation"],
                notes=data["notes"],
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The identification is recorded."))
            return redirect("identification", made.pk)
    context = {"form": form, "instrument": instrument, "choice": InstrumentForm(instrument)}
    return render(request, "casework/identification_new.html", context, status=400 if form.errors else 200)


@require_GET
def identification_page(request: HttpRequest, identification_id: UUID) -> HttpResponse:
    """What an identification comes to, with the evidence."""
    document = read_identification(actor_of(request), identification_id)
    result = document.assessment
    outcome = result.screening.outcome if result.screening else result.outcome
    context = {"document": document, "identification": document.identification, "result": result}
    return render(request, "casework/identification.html", context | {"outcome": outcome})


@require_POST
def open_case_action(request: HttpRequest, identification_id: UUID) -> HttpResponse:
    """Open a case from it; where that was done before, the page leads to the case."""
    try:
        case = open_case(actor=actor_of(request), identification_id=identification_id)
    except WrongState:
        messages.info(request, _("There is a case for this identification already."))
        return redirect("identification", identification_id)
    messages.success(request, _("The case is open. Begin with how to reach the survivor without harm."))
    return redirect("case", case.pk)
