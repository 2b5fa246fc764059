"""Identifications: the list, a new one, what it comes to, and the case that begins with it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.assessment import Assessment
from casework.forms import IdentificationForm, InstrumentForm
from casework.instruments import Accuracy, Exploitation, Indicator, Instrument
from casework.interview import Accompaniment, Concern, Interview, Source, YesNo
from casework.offered import offered_to
from casework.record.codelists import LANGUAGES
from casework.selectors import (
    IdentificationDocument,
    drafts_of,
    identifications_of,
    read_identification,
)
from casework.services import open_case, record_identification
from core.errors import Invalid, NotVisible, WrongState
from core.models import CASE_ROLES
from core.paging import page_of
from core.views import actor_of, add_errors, posted

DEFAULT_INSTRUMENT = "ilo-adult-labour"
AMONG_HUNDRED = (1.4, 10, 30)
"""How many of 100 people are survivors, in the settings for which a screen is put in plain words."""

Noted = list[tuple[Indicator, str]]


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The identifications of the actor's teams."""
    actor = actor_of(request, *CASE_ROLES)
    page = page_of(request, identifications_of(actor))
    context = {"page": page, "drafts": drafts_of(actor)}
    return render(request, "casework/identification_list.html", context)


def _instrument(request: HttpRequest, offered: list[Instrument]) -> Instrument:
    """The instrument that the address names, or the default. Raises NotVisible for one that is not offered."""
    id = request.GET.get("instrument", DEFAULT_INSTRUMENT)
    found = next((each for each in offered if each.id == id), None)
    if found is None:
        raise NotVisible
    return found


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """Take the answers to an instrument, `?instrument=`."""
    actor = actor_of(request, *CASE_ROLES)
    offered = offered_to(actor.user.organisation_id)
    instrument, teams = _instrument(request, offered), actor.teams_as(*CASE_ROLES)
    form = IdentificationForm(instrument, teams, posted(request))
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
                interview=form.interview,
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The identification is recorded."))
            return redirect("identification", made.pk)
    context = {
        "form": form,
        "instrument": instrument,
        "choice": InstrumentForm(instrument, offered),
        "teams": teams,
    }
    return render(request, "casework/identification_new.html", context, status=400 if form.errors else 200)


@require_GET
def identification_page(request: HttpRequest, identification_id: UUID) -> HttpResponse:
    """What an identification comes to, with the evidence."""
    document = read_identification(actor_of(request), identification_id)
    result = document.assessment
    outcome = result.screening.outcome if result.screening else result.outcome
    context = {
        "document": document,
        "identification": document.identification,
        "result": result,
        "outcome": outcome,
        "interview": _facts(document.interview),
        "accuracies": [_in_plain_words(each) for each in result.instrument.accuracy],
        "offers_palermo": result.instrument.exploitation != Exploitation.ANY,
        **_evidence(document, result),
    }
    return render(request, "casework/identification.html", context)


def _evidence(document: IdentificationDocument, result: Assessment) -> dict[str, Any]:
    """What was answered with the notes on it; `other_notes` are those on what was neither answered yes nor is open."""
    notes = document.interview.evidence

    def noted(indicators: Iterable[Indicator]) -> Noted:
        return [(each, notes.get(each.id, "")) for each in indicators]

    dimensions = [(each, noted(each.evidence), noted(each.unknown)) for each in result.dimensions]
    present = noted(result.screening.evidence) if result.screening else []
    unknown = noted(result.screening.unknown) if result.screening else []
    rows = present + unknown + [row for _each, *both in dimensions for rows in both for row in rows]
    shown = {indicator.id for indicator, _note in rows}
    return {
        "dimensions": dimensions,
        "present": present,
        "unknown": unknown,
        "other_notes": noted(result.instrument.by_id[id] for id in notes if id not in shown),
    }


def _in_plain_words(accuracy: Accuracy) -> dict[str, Any]:
    """A measurement as counts of 100 people. `plain_words`: (survivors, positive screens that are right)."""
    return {
        "setting": accuracy.setting,
        "citation": accuracy.citation,
        "survivors": accuracy.survivors,
        "sensitivity_of_100": round(100 * accuracy.sensitivity),
        "specificity_of_100": round(100 * accuracy.specificity),
        "plain_words": [
            (among, round(100 * accuracy.survivors_among_positives(among / 100))) for among in AMONG_HUNDRED
        ],
    }


def _facts(interview: Interview) -> list[tuple[str, str]]:
    """The conversation as people read it, without what nobody recorded."""

    def label(choices: type[TextChoices], value: str) -> str:
        return str(choices(value).label) if value else ""

    rows = [
        (_("Alone with the person"), label(YesNo, interview.alone)),
        (_("Who else was there"), interview.present),
        (_("Language"), LANGUAGES.label(interview.language) if interview.language else ""),
        (_("Interpreter"), interview.interpreter),
        (_("Who must not interpret"), interview.not_interpreters),
        (_("Limits explained"), label(YesNo, interview.limits_explained)),
        (_("Consent to the interview"), label(YesNo, interview.consented)),
        (_("How they came to you"), label(Source, interview.source)),
        (_("Campaign"), interview.campaign),
        (_("Urgent"), ", ".join(label(Concern, each) for each in interview.concerns or ())),
        (_("May be under 18"), _("Yes") if interview.presumed_child else ""),
        (_("The child is"), label(Accompaniment, interview.accompaniment)),
        (_("Guardian"), interview.guardian),
        (_("Why this set was used all the same"), interview.gate_reason),
    ]
    return [(name, text) for name, text in rows if text]


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
