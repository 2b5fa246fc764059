"""Writing the audit trail. An event goes into the transaction of what it tells of; a failure outside of it."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.utils import timezone

from core.bulk import insert_many
from core.models import AuditEvent, SealedObject

if TYPE_CHECKING:
    from core.actor import Actor
    from core.models import User

Outcome = Literal["done", "denied", "failed"]
Code = str | int | UUID
_CODE = re.compile(r"[A-Za-z0-9_.:\-]{0,80}")


def _code(value: Code) -> str | int:
    """Only ids, counts and code words may enter the trail; anything else is a programming error."""
    if isinstance(value, int):
        return value
    text = str(value.value if isinstance(value, Enum) else value)
    if not _CODE.fullmatch(text):
        raise ValueError("the audit trail takes ids and codes only")
    return text


def record(
    action: str,
    *,
    actor: "Actor | None" = None,
    person: "User | None" = None,
    object: SealedObject | None = None,
    subject: UUID | None = None,
    outcome: Outcome = "done",
    **codes: Code,
) -> None:
    """Append one event.

    `actor` is who did it, or `person` where there is no unlocked keyring (sign-in), or neither (the machinery).
    `object` or `subject` is what it was done to. Raises ValueError for a code that is not an id, a number or a word.
    """
    event(action, actor=actor, person=person, object=object, subject=subject, outcome=outcome, **codes).save(
        force_insert=True
    )


def record_many(events: Iterable[AuditEvent]) -> None:
    """Append what `event` made, in order and in one statement."""
    insert_many(list(events))


def event(
    action: str,
    *,
    actor: "Actor | None" = None,
    person: "User | None" = None,
    object: SealedObject | None = None,
    subject: UUID | None = None,
    outcome: Outcome = "done",
    **codes: Code,
) -> AuditEvent:
    """An event as `record` takes it, not yet appended: for `record_many`."""
    return AuditEvent(
        at=timezone.now(),
        actor=actor.user.pk if actor else person.pk if person else None,
        token=actor.token_id if actor else None,
        action=action,
        outcome=outcome,
        kind=object.kind if object else "",
        object=object.pk if object else subject,
        codes={name: _code(value) for name, value in codes.items()},
    )
