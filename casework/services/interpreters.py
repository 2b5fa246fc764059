"""A team's roster of interpreters: adding, changing and retiring one."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from casework.interpreters import InterpreterDocument, read_interpreter
from casework.models import Interpreter
from casework.record.documents import validate
from casework.record.roster import INTERPRETER
from core import audit
from core.access import OpenObject, found_object, lock_object, open_object
from core.actor import Actor
from core.errors import NotVisible, Stale, WrongState
from core.models import CASE_ROLES, Kind, Level
from core.padded import padded_json


@transaction.atomic
def add_interpreter(*, actor: Actor, team_id: UUID, values: Mapping[str, object]) -> Interpreter:
    """Put somebody on a team's roster, readable by that team alone.

    Raises NotVisible unless the actor is a caseworker or supervisor of the team; Invalid with every field at fault.
    """
    team = next((each for each in actor.teams_as(*CASE_ROLES) if each.pk == team_id), None)
    if team is None:
        raise NotVisible
    clean = validate(INTERPRETER, values)
    opened, _share = found_object(actor=actor, kind=Kind.INTERPRETER, grants=[(team, Level.WRITE)])
    row = Interpreter(object=opened.object, team=team)
    _seal(row, opened, clean)
    row.save(force_insert=True)
    audit.record("interpreter.added", actor=actor, object=opened.object)
    return row


@transaction.atomic
def change_interpreter(
    *, actor: Actor, interpreter_id: UUID, values: Mapping[str, object], base_version: int
) -> Interpreter:
    """Save what is known of an interpreter; `base_version` is the one that the values were edited from.

    Raises NotVisible, NotAllowed, Invalid with every field at fault; Stale where someone saved meanwhile.
    """
    opened, document = _locked(actor, interpreter_id)
    clean = validate(INTERPRETER, values)
    row = document.interpreter
    if row.version != base_version:
        raise Stale(newest_version=row.version, newest=document.values, yours=clean)
    row.version += 1
    _seal(row, opened, clean)
    row.save(update_fields=["version", "sealed"])
    audit.record("interpreter.changed", actor=actor, object=opened.object, version=row.version)
    return row


@transaction.atomic
def retire_interpreter(*, actor: Actor, interpreter_id: UUID) -> Interpreter:
    """Take somebody off the roster: no longer offered, and still named where they interpreted before.

    Raises NotVisible, NotAllowed; WrongState where it was done already.
    """
    opened, document = _locked(actor, interpreter_id)
    row = document.interpreter
    if row.retired_on is not None:
        raise WrongState
    row.retired_on = timezone.localdate()
    row.save(update_fields=["retired_on"])
    audit.record("interpreter.retired", actor=actor, object=opened.object)
    return row


def _locked(actor: Actor, interpreter_id: UUID) -> tuple[OpenObject, InterpreterDocument]:
    lock_object(interpreter_id)
    opened = open_object(actor, interpreter_id, Kind.INTERPRETER, level=Level.WRITE)
    return opened, read_interpreter(actor, interpreter_id)


def _seal(row: Interpreter, opened: OpenObject, values: Mapping[str, object]) -> None:
    row.sealed = opened.seal("interpreter", row.version, content=padded_json(values))
