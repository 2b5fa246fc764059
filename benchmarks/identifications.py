"""Saving an identification."""

import uuid
from collections.abc import Iterator

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from benchmarks.harness import Result, compare
from benchmarks.models import PlainAudit
from benchmarks.plain_identification import INSTRUMENT, PlainForm, PlainIdentification, column_name
from casework.forms import IdentificationForm
from casework.services import record_identification
from core.models import CASE_ROLES
from referrals.demo import World

ANSWERS = {
    indicator.id: ("present", "absent", "unknown")[place % 3]
    for place, indicator in enumerate(INSTRUMENT.indicators)
}
FILLED = {
    "interviewed_on": "2026-01-15",
    "age": "29",
    "notes": "Spoke quietly, looked to the door often. Ask again about the papers, alone. " * 4,
    **{f"answers.{id}": answer for id, answer in ANSWERS.items()},
    **{f"evidence.{id}": "Told without being asked." for id in list(ANSWERS)[::9]},
}


def measure(world: World, rounds: int = 300) -> Iterator[Result]:
    """From what a browser sends to what is committed; then the same from checked values on."""
    person, team = world["assigned"], world.team
    actor = person.actor
    teams = actor.teams_as(*CASE_ROLES)
    # A browser sends every field, the empty ones too.
    empty = dict.fromkeys(IdentificationForm(INSTRUMENT, teams).fields, "")
    values = {**empty, **FILLED, "team": str(team.pk)}
    sent, sent_plainly = QueryDict(mutable=True), QueryDict(mutable=True)
    sent.update(values)
    sent_plainly.update({column_name(name): value for name, value in values.items()})

    def bound() -> IdentificationForm:
        form = IdentificationForm(INSTRUMENT, teams, sent)
        assert form.is_valid(), form.errors
        return form

    def save(form: IdentificationForm) -> None:
        data = form.cleaned_data
        record_identification(
            actor=actor,
            team_id=team.pk,
            instrument_id=INSTRUMENT.id,
            answers=form.answers,
            interviewed_on=data["interviewed_on"],
            age=data["age"],
            age_at_exploitation=data["age_at_exploitation"],
            notes=data["notes"],
            interview=form.interview,
        )

    def bound_plainly() -> PlainIdentification:
        form = PlainForm(sent_plainly)
        assert form.is_valid(), form.errors
        return form.instance

    @transaction.atomic
    def save_plainly(made: PlainIdentification) -> None:
        made.id, made.recorded_by = uuid.uuid4(), person.user
        made.save(force_insert=True)
        PlainAudit.objects.create(
            at=timezone.now(), actor=person.user.pk, action="identification.recorded", object=made.pk
        )

    checked, checked_plainly = bound(), bound_plainly()
    yield compare(
        "Save an identification with 67 answers",
        lambda: save(bound()),
        "plain Django form save",
        lambda: save_plainly(bound_plainly()),
        rounds=rounds,
        at_most=1.5,
    )
    yield compare(
        "... the same without the forms",
        lambda: save(checked),
        "plain save() of the model",
        lambda: save_plainly(checked_plainly),
        rounds=rounds,
    )
