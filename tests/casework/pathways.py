"""What the tests of pathways share."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from casework.models import Case
from casework.selectors import follow_ups_of, read_case, read_follow_ups
from casework.services import save_section
from casework.services.entries import add_entry
from casework.services.pathways import record_step
from referrals.demo import Persona

TODAY = timezone.localdate()


def ago(days: int) -> str:
    """The day so many days before today."""
    return (TODAY - timedelta(days=days)).isoformat()


def open_pathway(persona: Persona, case: Case, way: str, **given: Any) -> UUID:
    """A pathway that the survivor wishes and was informed about."""
    wish = {"wished": "yes", "wish": "Canarywish to go", "informed_on": ago(40), "opened_on": ago(40)}
    return add_entry(
        actor=persona.actor, case_id=case.pk, kind="pathway", values={"kind": way} | wish | given
    )


def take(persona: Persona, case: Case, pathway: UUID, step: str, *, reason: str = "", **given: Any) -> UUID:
    """A step of it: done today where nothing else is said."""
    dates = {} if {"done_on", "planned_on"} & given.keys() else {"done_on": TODAY.isoformat()}
    return record_step(
        actor=persona.actor,
        case_id=case.pk,
        pathway_id=pathway,
        values={"step": step} | dates | given,
        reason=reason,
    )


def write(persona: Persona, case: Case, section: str, **values: Any) -> None:
    """A section of the record, on top of what it says."""
    document = read_case(persona.actor, case.pk).section(section)
    save_section(
        actor=persona.actor,
        case_id=case.pk,
        section=section,
        values=dict(document.values) | values,
        base_version=document.version,
    )


def follow_ups(persona: Persona, case: Case) -> list[tuple[str, str, str]]:
    """What each is about, its day and its state, the earliest first."""
    rows = read_follow_ups(persona.actor, follow_ups_of(persona.actor).filter(object=case.pk))
    return [
        (each.about, timezone.localdate(each.follow_up.due_at).isoformat(), each.follow_up.state)
        for each in rows
    ]
