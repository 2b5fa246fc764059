"""Which instruments an organisation uses: the published ones that are switched on, and its own."""

from dataclasses import replace
from functools import cache, lru_cache
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from casework.instruments import Certainty, Instrument, load_instruments, parse_instrument
from casework.models import ConfirmedWording, OwnInstrument
from core.errors import Invalid


@lru_cache(maxsize=256)
def _parsed(text: str) -> Instrument:
    return parse_instrument(text, file="own")


@cache
def _as_confirmed(instrument_id: str) -> Instrument:
    """A published instrument whose wording someone here has held against its source: on, and no longer unverified."""
    published = load_instruments()[instrument_id]
    checked = tuple(replace(each, certainty=Certainty.FOUND) for each in published.indicators)
    return replace(published, enabled=True, indicators=checked)


def offered_to(organisation_id: UUID) -> list[Instrument]:
    """What may be used now: published and switched on (or its wording confirmed here), then the organisation's own."""
    confirmed = set(
        ConfirmedWording.objects.filter(organisation=organisation_id).values_list("instrument", "version")
    )
    published = [
        _as_confirmed(each.id) if (each.id, each.version) in confirmed else each
        for each in load_instruments().values()
        if each.enabled or (each.id, each.version) in confirmed
    ]
    own = OwnInstrument.objects.filter(organisation=organisation_id, enabled=True)
    return [*published, *(_parsed(row.text) for row in own)]


def instrument_for(organisation_id: UUID, instrument_id: str) -> Instrument:
    """The instrument to be used. Raises Invalid at `instrument` for one that is unknown or switched off."""
    published = load_instruments().get(instrument_id)
    if published and published.enabled:
        return published
    for each in offered_to(organisation_id):
        if each.id == instrument_id:
            return each
    if published:
        raise Invalid({"instrument": [_("This instrument is switched off until its wording is confirmed.")]})
    raise Invalid({"instrument": [_("There is no such instrument.")]})


def instrument_used(organisation_id: UUID, instrument_id: str, version: str) -> Instrument:
    """The instrument that an identification was taken with, offered today or not."""
    own = OwnInstrument.objects.filter(
        organisation=organisation_id, instrument=instrument_id, version=version
    ).first()
    if own:
        return _parsed(own.text)
    published = load_instruments()[instrument_id]
    return published if published.enabled else _as_confirmed(published.id)
