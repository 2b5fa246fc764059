"""Opening a case."""

import json
import uuid
from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils import timezone

from benchmarks.harness import Result, compare
from benchmarks.identifications import ANSWERS
from benchmarks.models import PlainAudit, PlainCase, PlainConsent, PlainSection
from benchmarks.plain_identification import INSTRUMENT
from casework.models import Case
from casework.selectors import read_case
from casework.services import open_case, record_consent, record_identification, save_section
from casework.services.consents import How, Purpose
from referrals.demo import Persona, World

SECTIONS: dict[str, dict[str, object]] = {
    "identity": {
        "chosen_name": "Linnet",
        "date_of_birth": "1997-03-04",
        "gender": "Feminine",
        "citizenship": ["NPL"],
    },
    "contact_and_safety": {"phone": "+39 333 5550147", "code_word": "marigold"},
    "trafficking_experience": {
        "types_of_exploitation": ["ForcedLabour"],
        "narrative": "They were told of a job in a kitchen; the papers were taken on the second day. " * 25,
    },
}


def measure(world: World, rounds: int = 300) -> Iterator[Result]:
    """One case with three sections and a consent, as each request opens it: from the person on."""
    person = world["assigned"]
    case = made_case(world, person)
    plain_id = _plain_copy(person, case)

    @transaction.atomic
    def ours() -> int:
        file = read_case(person.actor, case.pk)
        return len([*file.sections.values(), *file.consents])

    @transaction.atomic
    def plain() -> int:
        teams = [each.team_id for each in person.user.memberships.select_related("team__organisation")]
        row = PlainCase.objects.select_related("team__organisation", "assigned_to").get(
            pk=plain_id, team__in=teams
        )
        documents = [json.loads(each.values) for each in row.sections.select_related("saved_by")]
        documents += [json.loads(each.content) for each in row.consents.order_by("-given_on", "-pk")]
        PlainAudit.objects.create(at=timezone.now(), actor=person.user.pk, action="case.read", object=row.pk)
        return len(documents)

    yield compare("Open a case", ours, "the same documents, not sealed", plain, rounds=rounds)


def made_case(world: World, person: Persona) -> Case:
    identification = record_identification(
        actor=person.actor,
        team_id=world.team.pk,
        instrument_id=INSTRUMENT.id,
        answers=ANSWERS,
        interviewed_on=date(2026, 1, 15),
        age=29,
    )
    case = open_case(actor=person.actor, identification_id=identification.pk)
    for section, values in SECTIONS.items():
        save_section(actor=person.actor, case_id=case.pk, section=section, values=values, base_version=0)
    record_consent(
        actor=person.actor,
        case_id=case.pk,
        purpose=Purpose.SHARE,
        recipient=world.partner_team.organisation_id,
        given_on=date(2026, 1, 16),
        how=How.WRITTEN,
        explained="What is shared, with whom and why.",
        language="nep",
    )
    return case


def _plain_copy(person: Persona, case: Case) -> uuid.UUID:
    file = read_case(person.actor, case.pk)
    copy = PlainCase.objects.create(
        id=uuid.uuid4(), number=case.number, team=case.team, assigned_to=person.user
    )
    for each in file.sections.values():
        if each.version:
            PlainSection.objects.create(
                case=copy,
                section=each.section,
                version=each.version,
                values=json.dumps(dict(each.values)),
                saved_by=person.user,
            )
    for consent in file.consents:
        PlainConsent.objects.create(
            id=uuid.uuid4(),
            case=copy,
            given_on=consent.consent.given_on,
            content=json.dumps(dict(consent.content)),
        )
    return copy.pk
