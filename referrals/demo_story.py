"""What has happened in the demo's world when one first signs in. Made up from beginning to end."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from casework.models import Case
from casework.services import open_case, plan_follow_up, record_consent, record_identification, save_section
from casework.services.consents import Asking, How, Outcome, Purpose
from casework.services.entries import add_entry
from casework.services.interpreters import add_interpreter
from casework.services.links import link_cases
from core.actor import Actor
from core.models import User
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
        "who_may_answer": "Her cousin, who believes that the library calls.",
        "message_to_leave": "The library says the book is in.",
        "sender_to_give": "The library",
        "code_word": "lantern",
        "time_zone": "Europe/Rome",
        "city": "Rome",
        "country": "ITA",
        "times_to_avoid": "When the grey car stands in front of the house.",
    },
    "trafficking_experience": {
        "types_of_exploitation": ["ForcedLabour"],
        "means_of_control": ["WithholdsDocuments", "TakesEarnings"],
        "country_of_exploitation": "ITA",
        "from_month": "2025-09",
        "to_month": "2026-06",
        "narrative": "Promised work in a hotel; worked in a private house without pay, her passport kept.",
    },
    "needs": {"needs": ["legal_advice", "shelter_transitional"], "urgency": "this_month"},
}
_INTERPRETERS: list[dict[str, object]] = [
    {"name": "Rowena", "languages": ["tgl", "eng"], "confidentiality_on": "2026-02-02"},
    {"name": "Ligaya", "languages": ["tgl", "ceb"], "dialects": "Bohol"},
]
_SAFETY = {
    "warning_signs": "The grey car in front of the library.",
    "safety_plan": "Stay inside, with people. Call before going out again.",
    "whom_to_call": "The night desk of the shelter; then her cousin.",
    "what_to_take": "The folder with the copies, the phone and its charger.",
}


def tell_story(world: World, *, due_at: datetime) -> None:
    """A case with a referral sent and another linked to it, an identification without one, a follow-up at `due_at`."""
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
    sisters = _sisters_case(world["teammate"].actor, world, today)
    case = open_case(actor=actor, identification_id=identification.pk)
    link_cases(actor=actor, case_id=case.pk, other_id=sisters.pk, relation="family", note="Sisters.")
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
            asking=Asking(witness="Rowena, interpreter on the telephone"),
        )
    record_consent(
        actor=actor,
        case_id=case.pk,
        purpose=Purpose.TESTIMONY,
        outcome=Outcome.REFUSED,
        given_on=today - timedelta(days=8),
        how=None,
        explained="That her story could be told without her name, and that nothing depends on it.",
        language="tgl",
        asking=Asking(note="Not now. She may be asked again after the summer."),
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
    _keep_in_touch(actor, case, today)
    _keep_safe(actor, case, today)
    _plan(actor, case, world["teammate"].user, today)


def _keep_in_touch(actor: Actor, case: Case, today: date) -> None:
    """Times not to contact her, two interpreters of whom one must not be used, and what the log says."""
    evenings = {"from_time": "19:00", "until_time": "08:00", "note": "Her cousin's husband is at home."}
    add_entry(actor=actor, case_id=case.pk, kind="quiet_time", values=evenings)
    interpreter, neighbour = (
        add_interpreter(actor=actor, team_id=case.team_id, values=values) for values in _INTERPRETERS
    )
    excluded = {"interpreter": str(neighbour.pk), "why": "From the same village as her employer's family."}
    add_entry(actor=actor, case_id=case.pk, kind="interpreter_excluded", values=excluded)
    met = {
        "kind": "visit",
        "on": (today - timedelta(days=9)).isoformat(),
        "at": "10:30",
        "with_whom": ["survivor"],
        "begun_by": "them",
        "interpreter": str(interpreter.pk),
        "summary": "She came to the office by herself and asked what help there is.",
        "next_step": "A second talk, with an interpreter whom she chooses.",
    }
    wrote = {
        "kind": "message",
        "on": (today - timedelta(days=2)).isoformat(),
        "at": "15:00",
        "with_whom": ["survivor"],
        "channel": "text",
        "summary": "Sent the agreed words. She answered with the code word.",
    }
    for values in (met, wrote):
        add_entry(actor=actor, case_id=case.pk, kind="contact", values=values)


def _keep_safe(actor: Actor, case: Case, today: date) -> None:
    """The risk, assessed with a safety plan, and an alert."""
    assessment: dict[str, object] = {
        "risk_level": "high",
        "reasons": ["papers_held", "in_contact"],
        "from_whom": ["employer"],
        "survivors_view": "She is less afraid since she has another number.",
        "assessed_on": (today - timedelta(days=7)).isoformat(),
        "review_on": (today + timedelta(days=7)).isoformat(),
    }
    save_section(
        actor=actor,
        case_id=case.pk,
        section="risk_and_safety",
        values=assessment | _SAFETY,
        base_version=0,
    )
    alert = {
        "message": "Her former employer asks for her at the library. Tell nobody there that you know her.",
        "since": (today - timedelta(days=3)).isoformat(),
    }
    add_entry(actor=actor, case_id=case.pk, kind="alert", values=alert)


def _plan(actor: Actor, case: Case, teammate: User, today: date) -> None:
    """A goal with two actions: one hers, one a colleague's."""
    goal = add_entry(
        actor=actor,
        case_id=case.pk,
        kind="goal",
        values={
            "wish": "A room with a door that locks, near the language school.",
            "need": "shelter_transitional",
            "target_date": (today + timedelta(days=60)).isoformat(),
        },
    )
    for values in (
        {"what": "Look at the two rooms on the list, with her cousin.", "done_by": "survivor"},
        {
            "what": "Ask the housing office what papers it needs.",
            "done_by": "colleague",
            "colleague": str(teammate.pk),
            "by_when": (today + timedelta(days=4)).isoformat(),
        },
    ):
        add_entry(actor=actor, case_id=case.pk, kind="action", values=values, under=goal)


def _sisters_case(actor: Actor, world: World, today: date) -> Case:
    """A case of a colleague's that belongs with the first."""
    identification = record_identification(
        actor=actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={"ex_excessive_hours": "present", "cd_document_confiscation": "present"},
        interviewed_on=today - timedelta(days=10),
        age=25,
    )
    return open_case(actor=actor, identification_id=identification.pk)
