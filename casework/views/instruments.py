"""Instruments: which ones the organisation uses, for its administrators. No case is reached from here."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.instrument_forms import InstrumentFileForm
from casework.instruments import (
    Certainty,
    Dimension,
    Indicator,
    Instrument,
    Strength,
    load_instruments,
    parse_instrument,
)
from casework.models import ConfirmedWording, OwnInstrument
from casework.services import add_instrument, confirm_wording, enable_instrument, retire_instrument
from core.errors import Invalid, NotVisible
from core.models import Role
from core.views import actor_of, add_errors, posted

CERTAINTIES: Mapping[Certainty, str | Promise] = {
    Certainty.FOUND: gettext_lazy("Checked against the publication"),
    Certainty.THIRD_PARTY: gettext_lazy("From somebody's copy of the publication"),
    Certainty.FROM_MEMORY: gettext_lazy("Unverified wording"),
    Certainty.OURS: gettext_lazy("Not from a publication"),
}
STRENGTHS: Mapping[Strength, str | Promise] = {
    Strength.STRONG: gettext_lazy("strong"),
    Strength.MEDIUM: gettext_lazy("medium"),
    Strength.WEAK: gettext_lazy("weak"),
}


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A published instrument as the page shows it; `confirmed` is None where nobody had to or did."""

    instrument: Instrument
    confirmed: ConfirmedWording | None

    @property
    def certainty(self) -> str:
        """How sure the wording is."""
        return str(CERTAINTIES[self.instrument.source.certainty])


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A version of one of the organisation's own as the page shows it."""

    row: OwnInstrument
    instrument: Instrument


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The published ones, then the organisation's own with every version."""
    organisation = actor_of(request, Role.ADMINISTRATOR).user.organisation_id
    wordings = ConfirmedWording.objects.filter(organisation=organisation).select_related("confirmed_by")
    confirmed = {(each.instrument, each.version): each for each in wordings}
    own = OwnInstrument.objects.filter(organisation=organisation).select_related("added_by")
    context = {
        "published": [
            PublishedRow(each, confirmed.get((each.id, each.version))) for each in load_instruments().values()
        ],
        "own": [OwnRow(row, parse_instrument(row.text, file="own")) for row in own],
    }
    return render(request, "casework/instruments.html", context)


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """Add an instrument, or a version of one, from a file."""
    actor = actor_of(request, Role.ADMINISTRATOR)
    form = InstrumentFileForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = add_instrument(actor=actor, text=form.cleaned_data["file"])
        except Invalid as error:
            add_errors(form, error)
        else:
            said = _("%(instrument)s, version %(version)s, is added.")
            messages.success(request, said % {"instrument": row.instrument, "version": row.version})
            return redirect("instruments")
    status = 400 if form.errors else 200
    return render(request, "casework/instruments_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def wording_page(request: HttpRequest) -> HttpResponse:
    """Show every label of the set that `instrument` names, then confirm them."""
    actor = actor_of(request, Role.ADMINISTRATOR)
    instrument_id = (request.POST if request.method == "POST" else request.GET).get("instrument", "")
    if request.method == "POST":
        confirm_wording(actor=actor, instrument_id=instrument_id)
        messages.success(request, _("The wording is confirmed. Your organisation can use this set now."))
        return redirect("instruments")
    chosen = load_instruments().get(instrument_id)
    if chosen is None or chosen.enabled:
        raise NotVisible
    context = {
        "instrument": chosen,
        "certainty": CERTAINTIES[chosen.source.certainty],
        "dimensions": _labels(chosen),
    }
    return render(request, "casework/instruments_wording.html", context)


def _labels(chosen: Instrument) -> list[tuple[Dimension, list[tuple[str, str]]]]:
    """Each dimension with the labels of its indicators and how strong each is."""
    return [
        (each, [(str(one.label), _strength(one)) for one in chosen.by_dimension[each.id]])
        for each in chosen.dimensions
    ]


def _strength(indicator: Indicator) -> str:
    return str(STRENGTHS[indicator.strength]) if indicator.strength else ""


@require_POST
def switch_action(request: HttpRequest) -> HttpResponse:
    """Retire a version of one's own, or use it again: `instrument`, `version`, `to` (on or off)."""
    actor = actor_of(request, Role.ADMINISTRATOR)
    which = {"instrument_id": request.POST.get("instrument", ""), "version": request.POST.get("version", "")}
    if request.POST.get("to") == "on":
        enable_instrument(actor=actor, **which)
        messages.success(request, _("This version is in use."))
    else:
        retire_instrument(actor=actor, **which)
        messages.success(
            request, _("This version is retired. What was recorded with it still reads as it did.")
        )
    return redirect("instruments")
