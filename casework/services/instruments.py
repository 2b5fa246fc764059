"""An organisation's own instruments, and the published wordings that it has confirmed. None of it is about a person."""

import re
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from casework.instruments import Instrument, InstrumentError, load_instruments, parse_instrument
from casework.models import ConfirmedWording, OwnInstrument
from core import audit
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.models import Organisation, Role

LONGEST_ID = 60  # characters
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,40}")


@transaction.atomic
def add_instrument(*, actor: Actor, text: str) -> OwnInstrument:
    """Add a version of one of the organisation's own instruments, a file in the format of casework/instruments.

    It is used from now on unless the file says otherwise, and the version before it is retired: what was recorded with
    that one still reads with it. Raises NotAllowed unless the actor is an administrator; Invalid at `file` for a bad
    file, with the place in it, for an id that a published instrument has, and for a version that is there already.
    """
    organisation_id = _organisation(actor)
    try:
        added = parse_instrument(text, file="own")
    except InstrumentError as error:
        raise Invalid({"file": [f"{error.place}: {error.reason}" if error.place else error.reason]}) from None
    _check_names(added)
    of_this_id = OwnInstrument.objects.filter(organisation=organisation_id, instrument=added.id)
    if of_this_id.filter(version=added.version).exists():
        raise Invalid({"file": [_("version: this one is there already. Give the file a new one.")]})
    if added.enabled:
        of_this_id.update(enabled=False)
    row: OwnInstrument = OwnInstrument.objects.create(
        organisation_id=organisation_id,
        instrument=added.id,
        version=added.version,
        text=text,
        enabled=added.enabled,
        added_by=actor.user,
    )
    _note("instrument.added", actor, row)
    return row


def _check_names(added: Instrument) -> None:
    """An id and a version that the database can keep and the audit trail can name."""
    if added.id in load_instruments():
        raise Invalid({"file": [_("id: a published instrument has this id. Choose another.")]})
    if len(added.id) > LONGEST_ID:
        raise Invalid({"file": [_("id: at most %(count)s characters.") % {"count": LONGEST_ID}]})
    if not _VERSION.fullmatch(added.version):
        raise Invalid({"file": [_("version: letters, digits, dots and dashes, at most 40.")]})


@transaction.atomic
def retire_instrument(*, actor: Actor, instrument_id: str, version: str) -> OwnInstrument:
    """Take a version out of use; it stays, for what was recorded with it. Raises NotAllowed, NotVisible, WrongState."""
    row = _own(actor, instrument_id, version)
    if not row.enabled:
        raise WrongState
    return _switch(actor, row, enabled=False)


@transaction.atomic
def enable_instrument(*, actor: Actor, instrument_id: str, version: str) -> OwnInstrument:
    """Use a version again, in the place of any other. Raises NotAllowed, NotVisible, WrongState."""
    row = _own(actor, instrument_id, version)
    if row.enabled:
        raise WrongState
    OwnInstrument.objects.filter(organisation=row.organisation_id, instrument=instrument_id).update(
        enabled=False
    )
    return _switch(actor, row, enabled=True)


@transaction.atomic
def confirm_wording(*, actor: Actor, instrument_id: str) -> ConfirmedWording:
    """Switch a published instrument on for the actor's organisation, whose administrator has checked its wording.

    Of this version alone: another wording is to be checked anew. Raises NotAllowed; NotVisible where no published
    instrument waits for that; WrongState where it is done.
    """
    organisation_id = _organisation(actor)
    published = load_instruments().get(instrument_id)
    if published is None or published.enabled:
        raise NotVisible
    row, made = ConfirmedWording.objects.get_or_create(
        organisation_id=organisation_id,
        instrument=published.id,
        version=published.version,
        defaults={"confirmed_by": actor.user},
    )
    if not made:
        raise WrongState
    _note("instrument.wording_confirmed", actor, row)
    return row


def _organisation(actor: Actor) -> UUID:
    """The actor's organisation, its row locked: changes to its instruments wait for each other."""
    if not actor.has_role(Role.ADMINISTRATOR):
        raise NotAllowed
    return Organisation.objects.select_for_update().get(pk=actor.user.organisation_id).pk


def _own(actor: Actor, instrument_id: str, version: str) -> OwnInstrument:
    row = OwnInstrument.objects.filter(
        organisation=_organisation(actor), instrument=instrument_id, version=version
    ).first()
    if row is None:
        raise NotVisible
    return row


def _switch(actor: Actor, row: OwnInstrument, *, enabled: bool) -> OwnInstrument:
    row.enabled = enabled
    row.save(update_fields=["enabled"])
    _note("instrument.enabled" if enabled else "instrument.retired", actor, row)
    return row


def _note(action: str, actor: Actor, row: OwnInstrument | ConfirmedWording) -> None:
    audit.record(
        action,
        actor=actor,
        organisation=row.organisation_id,
        instrument=row.instrument,
        version=row.version,
    )
