"""Taking an identification screen by screen: a draft that only its author can open, until it is finished."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.interview import Interview
from casework.models import Draft, Identification
from casework.offered import instrument_for
from casework.services.follow_ups import follow_up_concerns, move_follow_ups
from casework.services.identifications import write_identification
from core import audit
from core.access import OpenObject, destroy_object, found_object, lock_object, open_object
from core.actor import Actor
from core.errors import NotAllowed, NotVisible, Refused, Stale
from core.models import CASE_ROLES, Kind, Level
from core.padded import padded_json


@transaction.atomic
def start_draft(*, actor: Actor, team_id: UUID, instrument_id: str) -> Draft:
    """An empty draft, sealed to the actor alone.

    Raises NotAllowed unless the actor is a caseworker or supervisor of the team, or where an API token acts (it holds
    no personal key); Invalid at `instrument`.
    """
    membership = next((each for each in actor.memberships if each.team_id == team_id), None)
    if membership is None or membership.role not in CASE_ROLES or actor.token_id is not None:
        raise NotAllowed
    used = instrument_for(membership.team.organisation_id, instrument_id)
    opened, _share = found_object(actor=actor, kind=Kind.DRAFT, grants=[(actor.user, Level.WRITE)])
    content: dict[str, Any] = {
        "instrument": used.id,
        "answers": {},
        "age": None,
        "age_at_exploitation": None,
        "notes": "",
        "interview": Interview().as_data(),
        "interviewed_on": timezone.localdate().isoformat(),
        "seen": [],
    }
    draft: Draft = Draft.objects.create(
        object=opened.object,
        author=actor.user,
        team_id=team_id,
        changed_on=timezone.localdate(),
        sealed=_seal(opened, content),
    )
    audit.record("draft.started", actor=actor, object=opened.object)
    return draft


def _seal(opened: OpenObject, content: Mapping[str, Any]) -> bytes:
    return opened.seal("draft", content=padded_json(content))


def read_draft(opened: OpenObject, draft: Draft) -> dict[str, Any]:
    """The content of a draft. Raises Tampered."""
    content: dict[str, Any] = json.loads(opened.unseal("draft", sealed=draft.sealed))
    return content


def _open(actor: Actor, draft_id: UUID) -> tuple[Draft, OpenObject, dict[str, Any]]:
    lock_object(draft_id)
    opened = open_object(actor, draft_id, Kind.DRAFT, level=Level.WRITE)
    draft = Draft.objects.get(pk=draft_id)
    return draft, opened, read_draft(opened, draft)


@transaction.atomic
def save_draft(
    *,
    actor: Actor,
    draft_id: UUID,
    base_version: int,
    screen: str,
    answers: Mapping[str, str] | None = None,
    interview: Mapping[str, Any] | None = None,
    **values: Any,
) -> Draft:
    """Keep one screen: its answers, fields of the interview, or age, notes and the like, merged into the draft.

    Concerns that are new become urgent follow-ups at once, whether or not the draft is ever finished. Of another
    `instrument` the draft keeps the answers that it asks about too. A base version that is not the newest (another tab
    went on) is refused as Stale. Raises NotVisible, Invalid.
    """
    draft, opened, content = _open(actor, draft_id)
    if base_version != draft.version:
        raise Stale(newest_version=draft.version, newest={}, yours={})
    before = set(content["interview"]["concerns"] or ())
    content["answers"] |= answers or {}
    content["interview"] |= interview or {}
    content |= values
    if "instrument" in values:
        used = instrument_for(draft.team.organisation_id, values["instrument"])
        content["answers"] = {id: answer for id, answer in content["answers"].items() if id in used.by_id}
    kept = Interview.from_data(content["interview"])
    kept.check()
    follow_up_concerns(actor, opened, [each for each in kept.concerns or () if each not in before])
    content["interview"] = kept.as_data()
    content["seen"] = list(dict.fromkeys([*content["seen"], screen]))
    draft.sealed = _seal(opened, content)
    draft.version += 1
    draft.changed_on = timezone.localdate()
    draft.save(update_fields=["sealed", "version", "changed_on"])
    return draft


@transaction.atomic
def finish_draft(*, actor: Actor, draft_id: UUID) -> Identification:
    """Record the identification, hand its urgent follow-ups over, and destroy the draft.

    Raises NotVisible; Refused without a consent to the interview, given once its limits were explained; Invalid as
    record_identification does.
    """
    draft, opened, content = _open(actor, draft_id)
    if content["interview"]["limits_explained"] != "yes":
        raise Refused(_("The limits of confidentiality were not explained. Explain them, or stop here."))
    if content["interview"]["consented"] != "yes":
        raise Refused(_("There is no consent to the interview. Ask for it, or stop here."))
    content.pop("seen")
    on = date.fromisoformat(content.pop("interviewed_on"))
    identification, target = write_identification(actor, draft.team_id, content, on)
    move_follow_ups(opened, target)
    _destroy(actor, draft)
    return identification


@transaction.atomic
def discard_draft(*, actor: Actor, draft_id: UUID) -> None:
    """Destroy a draft and its key. Refused while an urgent follow-up hangs on it: that has to be closed first.

    Raises NotVisible.
    """
    draft, opened, _content = _open(actor, draft_id)
    if opened.object.follow_ups.filter(state="due").exists():
        raise Refused(_("An urgent follow-up hangs on this. Close it first, or finish the identification."))
    _destroy(actor, draft)


def _destroy(actor: Actor, draft: Draft) -> None:
    sealed_object = draft.object
    draft.delete()
    destroy_object(actor=actor, object=sealed_object)


def draft_of(actor: Actor, draft_id: UUID) -> tuple[Draft, dict[str, Any]]:
    """A draft and its content, for its author. Raises NotVisible."""
    opened = open_object(actor, draft_id, Kind.DRAFT)
    draft = Draft.objects.filter(pk=draft_id).first()
    if draft is None:
        raise NotVisible
    return draft, read_draft(opened, draft)
