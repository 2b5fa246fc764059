"""Recording an identification."""

import json
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.assessment import (
    AnswersError,
    Assessment,
    ImpossibleAge,
    UnknownAnswers,
    UnknownIndicators,
    assess,
)
from casework.instruments import UnknownInstrument, instrument
from casework.models import Identification
from casework.palermo import PalermoResult
from core import audit
from core.access import found_object
from core.actor import Actor
from core.errors import Invalid, Message, NotAllowed
from core.models import CASE_ROLES, Kind, Level, Team

_PADDED_TO = 1024
_INDICATIONS = {PalermoResult.INDICATORS_OF_TRAFFICKING, PalermoResult.INDICATORS_OF_CHILD_TRAFFICKING}


@transaction.atomic
def record_identification(
    *,
    actor: Actor,
    team_id: UUID,
    instrument_id: str,
    answers: Mapping[str, str],
    interviewed_on: date,
    age: int | None = None,
    age_at_exploitation: int | None = None,
    notes: str = "",
) -> Identification:
    """Record the answers to an instrument, sealed under a key of their own and granted to the team.

    `answers` maps indicator ids to present, absent, unknown or declined. Raises NotAllowed unless the actor is a
    caseworker or supervisor of the team; Invalid at `instrument`, `answers.<id>`, `age`, `age_at_exploitation` or
    `interviewed_on`.
    """
    if not actor.has_role(*CASE_ROLES, team_id=team_id):
        raise NotAllowed
    if interviewed_on > timezone.localdate():
        raise Invalid({"interviewed_on": [_("This date is in the future.")]})
    assessment = check_answers(instrument_id, answers, age, age_at_exploitation)
    team = Team.objects.get(pk=team_id)
    opened, _share = found_object(actor=actor, kind=Kind.IDENTIFICATION, grants=[(team, Level.WRITE)])
    content = {
        "instrument": instrument_id,
        "version": assessment.instrument.version,
        "answers": dict(answers),
        "age": age,
        "age_at_exploitation": age_at_exploitation,
        "result": assessment.palermo_result,
        "notes": notes,
    }
    written = json.dumps(content).encode()
    padded = written.ljust(-(-len(written) // _PADDED_TO) * _PADDED_TO)
    identification: Identification = Identification.objects.create(
        object=opened.object,
        team=team,
        state=_state(assessment),
        recorded_on=interviewed_on,
        recorded_by=actor.user,
        sealed=opened.seal("identification", content=padded),
    )
    audit.record("identification.recorded", actor=actor, object=opened.object)
    return identification


def _state(assessment: Assessment) -> Identification.State:
    """A screen presumes or asks for more. It never says that someone is not concerned."""
    if assessment.palermo_result in _INDICATIONS:
        return Identification.State.PRESUMED
    return Identification.State.NEEDS_MORE


def check_answers(
    instrument_id: str, answers: Mapping[str, str], age: int | None, age_at_exploitation: int | None
) -> Assessment:
    """Assess, with the instrument's errors put at their fields. Raises Invalid."""
    try:
        used = instrument(instrument_id)
    except UnknownInstrument:
        raise Invalid({"instrument": [_("There is no such instrument.")]}) from None
    if not used.enabled:
        raise Invalid({"instrument": [_("This instrument is switched off until its wording is confirmed.")]})
    try:
        return assess(used, answers, age=age, age_at_exploitation=age_at_exploitation)
    except AnswersError as error:
        raise Invalid(_at_fields(error)) from None


def _at_fields(error: AnswersError) -> dict[str, list[Message]]:
    if isinstance(error, UnknownIndicators):
        return {f"answers.{id}": [_("This instrument has no such indicator.")] for id in error.ids}
    if isinstance(error, UnknownAnswers):
        return {f"answers.{id}": [_("Choose present, absent, unknown or declined.")] for id in error.ids}
    assert isinstance(error, ImpossibleAge)
    return {error.field: [_("Enter an age in years that is possible.")]}
