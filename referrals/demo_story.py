"""What has happened in the demo's world when one first signs in. Made up from beginning to end."""

from datetime import datetime, timedelta

from django.utils import timezone

from casework.services import open_case, plan_follow_up, record_consent, record_identification, save_section
from casework.services.consents import How, Purpose
from referrals.demo import World
from referrals.services import draft_referral, send_referral

_ANSWERS = {
    "dr_job_nature_location_employer": "present",
    "dr_wages_earnings": "present",
    "dr_housing_living_conditions": "present",
    "rv_economic_reasons": "present",
    "ex_excessive_hours": "present",
    "ex_low_or_no_salary": "present",
    "ex_hazardous_work": "absent",
    "cd_document_confiscation": "present",
    "cd_wages_withheld": "present",
    "cd_violence_victim": "declined",
    "vd_dependency_on_exploiters": "present",
}
_SECTIONS: dict[str, dict[str, object]] = {
    "identity": {
        "chosen_name": "Mira",
        "given_name": "Mirabel",
        "family_name": "Invented",
        "date_of_birth": "1998-05-17",
        "gender": "Feminine",
        "citizenship": ["PHL"],
        "first_language": "tgl",
    },
    "contact_and_safety": {
        "phone": "+39 333 5550199",
        "safe_to_call": "no",
        "safe_to_text": "yes",
        "message_to_leave": "The library says the book is in.",
        "code_word": "lantern",
        "times_to_avoid": "After seven in the evening.",
    },
    "trafficking_experience": {
        "types_of_exploitation": ["ForcedLabour"],
        "means_of_control": ["WithholdsDocuments", "TakesEarnings"],
        "country_of_exploitation": "ITA",
        "from_month": "2025-09",
        "to_month": "2026-06",
        "narrative": "Promised work in a hotel; worked in a private house without pay, her passport kept.",
    },
}


def tell_story(world: World, *, due_at: datetime) -> None:
    """One case under way with a referral sent, one identification without a case, one follow-up due at `due_at`."""
    actor, today = world["assigned"].actor, timezone.localdate()
    record_identification(
        actor=actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={"ex_low_or_no_salary": "present", "dr_wages_earnings": "present"},
        interviewed_on=today - timedelta(days=1),
        age=34,
    )
    identification = record_identification(
        actor=actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers=_ANSWERS,
        interviewed_on=today - timedelta(days=9),
        age=28,
        notes="Spoke freely once alone. Tired; we stopped after half an hour.",
    )
    case = open_case(actor=actor, identification_id=identification.pk)
    for section, values in _SECTIONS.items():
        save_section(actor=actor, case_id=case.pk, section=section, values=values, base_version=0)
    for purpose, recipient in (
        (Purpose.KEEP_RECORD, None),
        (Purpose.SHARE, world.partner_team.organisation_id),
        (Purpose.STATISTICS, None),
    ):
        record_consent(
            actor=actor,
            case_id=case.pk,
            purpose=purpose,
            recipient=recipient,
            given_on=today - timedelta(days=8),
            how=How.ORAL,
            explained="What is kept or shared, with whom, why, and that it can be taken back at any time.",
            language="tgl",
        )
    referral = draft_referral(
        actor=actor,
        case_id=case.pk,
        service_id=world.services[0].pk,
        fields=["identity.chosen_name", "identity.first_language", "contact_and_safety.safe_to_text"],
        note="She would like to know her rights to the unpaid wages first.",
    )
    send_referral(actor=actor, referral_id=referral.pk)
    plan_follow_up(actor=actor, case_id=case.pk, due_at=due_at, about="Ask how the first meeting went.")
