"""Finding services for a case: what of the record is used, what the case has asked, and whom nobody may learn of."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.case_file import CaseFile, open_case_file
from casework.models import Case
from casework.record import codelists
from casework.services import save_section
from casework.services.entries import add_entry
from core.models import AuditEvent, Organisation
from referrals.demo import Persona, World
from referrals.matching import match
from referrals.matching.survivor import PATHS, SurvivorFacts, survivor_facts
from referrals.models import Packet, Referral, Service
from referrals.service_codes import SERVED_GENDERS, Accessibility, StaffGender
from referrals.services import decline_referral, draft_referral, send_referral
from tests.conftest import api, sign_in
from tests.pages import CASEWORK, text, who_sees
from tests.referrals.services import NEED, ROME, count, offer

pytestmark = pytest.mark.django_db

RECORD: dict[str, dict[str, object]] = {
    "identity": {
        "chosen_name": "Linnet",
        "age": 16,
        "gender": "Feminine",
        "first_language": "nep",
        "other_languages": ["eng", "nep"],
    },
    "contact_and_safety": {"country": "ITA", "city": "Rome", "code_word": "marigold"},
    "needs": {"needs": [NEED], "accessibility": ["step_free"], "staff_gender": "women"},
    "child_protection": {"accompaniment": "separated"},
    "legal_status": {"immigration_status": "irregular"},
}


def save(assigned: Persona, case: Case, section: str, values: dict[str, object]) -> None:
    version = opened(assigned, case).section(section).version
    save_section(actor=assigned.actor, case_id=case.pk, section=section, values=values, base_version=version)


def opened(persona: Persona, case: Case) -> CaseFile:
    return open_case_file(persona.actor, case.pk)


@pytest.fixture
def recorded(assigned: Persona, case: Case) -> Case:
    """The case with everything that rules go by."""
    for section, values in RECORD.items():
        save(assigned, case, section, values)
    return case


# --- what of the record is used ----------------------------------------


def test_the_rules_go_by_these_facts(assigned: Persona, recorded: Case) -> None:
    assert survivor_facts(opened(assigned, recorded)) == SurvivorFacts(
        ages=(16, 16),
        child=True,
        alone=True,
        gender="Feminine",
        country="ITA",
        town="Rome",
        languages=("nep", "eng"),
        accessibility=frozenset({"step_free"}),
        staff_gender="women",
        irregular=True,
    )


def test_of_an_empty_record_nothing_is_known(assigned: Persona, case: Case) -> None:
    for section in ("identity", "contact_and_safety"):
        save(assigned, case, section, {})
    assert survivor_facts(opened(assigned, case)) == SurvivorFacts()


@pytest.mark.parametrize(
    ("section", "values", "field", "expected"),
    [
        ("identity", {"gender": "NonSpecifiedUnknown"}, "gender", None),
        ("identity", {"age": 30}, "ages", (30, 30)),
        ("needs", {"staff_gender": "no_preference"}, "staff_gender", None),
        ("legal_status", {"immigration_status": "permit"}, "irregular", False),
        ("legal_status", {"immigration_status": "unknown"}, "irregular", None),
        ("child_protection", {"accompaniment": "accompanied"}, "alone", False),
    ],
)
def test_an_answer_that_is_none_is_none(
    assigned: Persona, case: Case, section: str, values: dict[str, object], field: str, expected: object
) -> None:
    save(assigned, case, section, values)
    assert getattr(survivor_facts(opened(assigned, case)), field) == expected


def test_whoever_is_believed_to_be_a_child_is_of_any_age_below_18(assigned: Persona, case: Case) -> None:
    save(assigned, case, "child_protection", {"treated_as_child": "yes"})
    facts = survivor_facts(opened(assigned, case))
    assert facts.ages == (0, 17)
    assert facts.child


def test_what_was_used_is_shown_and_nothing_else(world: World, assigned: Persona, recorded: Case) -> None:
    offer(world, "Talk")
    found = match(opened(assigned, recorded), NEED)
    shown = dict(found.looked_at)
    assert shown["Town or village"] == "Rome"
    assert shown["First language"] == "Nepali"
    assert len(found.looked_at) == len(PATHS) - 2, "a date of birth and a belief are not recorded here"
    assert found.not_weighed == []
    assert not any(word in str(shown) for word in ("Linnet", "marigold"))


def test_the_lists_of_the_record_and_of_services_are_the_same() -> None:
    assert set(codelists.ACCESSIBILITY.codes) == set(Accessibility.values)
    assert set(codelists.STAFF_GENDERS.codes) - {codelists.NO_PREFERENCE} == set(StaffGender.values)
    assert set(codelists.GENDERS.codes) - {"NonSpecifiedUnknown"} == set(SERVED_GENDERS)


def test_the_town_stays_out_of_the_database_s_questions(
    world: World, assigned: Persona, recorded: Case
) -> None:
    offer(world, "Talk", areas=ROME)
    save(assigned, recorded, "contact_and_safety", {"country": "ITA", "city": "rOmE"})
    with CaptureQueriesContext(connection) as captured:
        found = match(opened(assigned, recorded), NEED)
    assert "Works in Rome" in found.fits[0].reasons
    assert not any("rome" in query["sql"].lower() for query in captured)


# --- what the case has asked ----------------------------------------


@pytest.fixture
def sent(world: World, assigned: Persona, case: Case, share_consent: None) -> Referral:
    """A referral to legal advice on its way."""
    draft = draft_referral(
        actor=assigned.actor,
        case_id=case.pk,
        service_id=world.services[0].pk,
        fields=["identity.chosen_name"],
    )
    return send_referral(actor=assigned.actor, referral_id=draft.pk)


def left_out(persona: Persona, case: Case) -> dict[str, list[str]]:
    found = match(opened(persona, case), "legal_advice")
    return {each.service.name: each.reasons for each in found.left_out}


def test_after_a_decline_the_next_is_one_click_away(
    world: World, assigned: Persona, case: Case, sent: Referral
) -> None:
    assert left_out(assigned, case) == {"Legal advice": ["It has a referral of this case already"]}
    browser = sign_in(assigned)
    assert "Find the next service" not in text(browser.get(reverse("referral", args=[sent.pk])))
    decline_referral(
        actor=world["focal_point"].actor, packet_id=Packet.objects.get(referral=sent).pk, reason="full"
    )
    assert left_out(assigned, case) == {"Legal advice": ["It has declined a referral of this case"]}
    page = text(browser.get(reverse("referral", args=[sent.pk])))
    link = re.search(r'href="([^"]+)"[^>]*>Find the next service', page)
    assert link
    assert "It has declined a referral of this case" in text(browser.get(link[1]))


def test_a_team_is_not_referred_to_itself(world: World, assigned: Persona, case: Case) -> None:
    Service.objects.update(team=world.team)
    found = match(opened(assigned, case), "legal_advice")
    assert (found.fits, found.left_out) == ([], [])


# --- whom nobody may learn of ----------------------------------------


def test_whoever_is_kept_out_neither_fits_nor_is_named_as_left_out(
    world: World, assigned: Persona, case: Case
) -> None:
    offer(world, "Canarytalk", organisation="Canarycousins")
    offer(world, "Full talk", organisation="Canarycousins", min_age=90)
    offer(world, "Other talk")
    url = f"{reverse('service-find', args=[case.pk])}?need={NEED}"
    assert "Canarycousins" in text(sign_in(assigned).get(url))
    kept_out = Organisation.objects.get(name="Canarycousins")
    values = {
        "whom": f"organisation:{kept_out.pk}",
        "reason": "Her employer's.",
        "since": timezone.localdate().isoformat(),
    }
    add_entry(actor=assigned.actor, case_id=case.pk, kind="keep_out", values=values)
    found = match(opened(assigned, case), NEED)
    assert [fit.service.name for fit in found.fits] == ["Other talk"]
    assert (found.left_out, found.more, found.more_left_out) == ([], 0, 0)
    assert "Canary" not in text(sign_in(assigned).get(url))
    answer = api(assigned).get(reverse("api-case-matches", args=[case.pk]), {"need": NEED})
    assert "Canary" not in answer.content.decode()


def test_only_the_case_s_team_finds_services_for_it(world: World, case: Case) -> None:
    assert who_sees(world, f"{reverse('service-find', args=[case.pk])}?need={NEED}") == CASEWORK
    address = reverse("api-case-matches", args=[case.pk])
    for persona in ("stranger", "focal_point", "advocate", "administrator"):
        assert api(world[persona]).get(address, {"need": NEED}).status_code == 404


def test_that_the_case_was_read_is_in_the_trail_and_the_need_is_not(
    assigned: Persona, recorded: Case
) -> None:
    before = AuditEvent.objects.filter(action="case.read").count()
    sign_in(assigned).get(f"{reverse('service-find', args=[recorded.pk])}?need={NEED}")
    assert AuditEvent.objects.filter(action="case.read").count() == before + 1
    assert not any(
        NEED in str(codes) for codes in AuditEvent.objects.filter(action="case.read").values_list("codes")
    )


# --- the page and the API ----------------------------------------


def test_the_page_says_each_reason_and_refers_with_the_service_chosen(
    world: World, assigned: Persona, recorded: Case
) -> None:
    good = offer(world, "Good talk", languages={"nep"}, irregular_status="yes")
    offer(world, "Risky talk", reports_to_immigration="yes")
    offer(world, "For adults", min_age=18)
    browser = sign_in(assigned)
    page = text(browser.get(f"{reverse('service-find', args=[recorded.pk])}?need={NEED}"))
    assert page.index("Good talk") < page.index("Risky talk") < page.index("For adults")
    assert page.count("This service reports to immigration authorities.") == 1
    assert "Speaks Nepali" in page
    assert "Takes people from 18 years on" in page
    refer = f"{reverse('referral-new', args=[recorded.pk])}?service={good.pk}"
    assert refer in page
    form = text(browser.get(refer))
    assert f'<input type="hidden" name="service" value="{good.pk}"' in form
    assert "Good talk" in form


def test_a_service_that_reports_warns_where_it_is_chosen(
    world: World, assigned: Persona, recorded: Case
) -> None:
    risky = offer(world, "Risky talk", reports_to_immigration="yes")
    browser = sign_in(assigned)
    warning = "This service reports to immigration authorities."
    new = reverse("referral-new", args=[recorded.pk])
    assert warning in text(browser.get(f"{new}?service={risky.pk}"))
    assert warning in text(browser.get(new)), "among the few that can be looked through"
    assert warning in text(browser.get(reverse("service", args=[risky.pk])))
    assert "Reports to immigration authorities" in text(browser.get("/services/"))


def test_among_many_services_none_is_a_radio_button(world: World, assigned: Persona, recorded: Case) -> None:
    for nth in range(15):
        offer(world, f"Talk {nth}")
    page = text(sign_in(assigned).get(reverse("referral-new", args=[recorded.pk])))
    assert 'type="radio" name="service"' not in page
    assert f'action="{reverse("service-find", args=[recorded.pk])}"' in page


def test_more_services_take_no_more_queries(world: World, assigned: Persona, recorded: Case) -> None:
    def queries() -> int:
        file = opened(assigned, recorded)
        assert file.sections
        with CaptureQueriesContext(connection) as captured:
            match(file, NEED)
        return len(captured)

    offer(world, "Talk", areas=ROME, languages={"nep"})
    before = queries()
    for nth in range(30):
        service = offer(world, f"Talk {nth}", areas=ROME, languages={"nep"}, min_age=17 if nth % 2 else None)
        count(world, service, nth)
    assert queries() == before
    assert before <= 10
    found = match(opened(assigned, recorded), NEED)
    assert (len(found.fits), found.more, found.more_left_out) == (15, 0, 6), "one of sixteen is full"


def test_the_api_says_the_same(world: World, assigned: Persona, recorded: Case) -> None:
    offer(world, "Good talk", languages={"nep"}, irregular_status="yes")
    offer(world, "For adults", min_age=18)
    address = reverse("api-case-matches", args=[recorded.pk])
    answer: Any = api(assigned).get(address, {"need": NEED}).json()
    assert [each["service"]["name"] for each in answer["fits"]] == ["Good talk"]
    assert "Speaks Nepali" in answer["fits"][0]["reasons"]
    assert answer["left_out"][0]["reasons"] == ["Takes people from 18 years on"]
    assert {"label": "Country", "value": "Italy"} in answer["looked_at"]
    for wrong in ({}, {"need": "everything"}):
        assert api(assigned).get(address, wrong).status_code == 400


def test_an_old_count_says_so(world: World, assigned: Persona, recorded: Case) -> None:
    service = offer(world, "Talk")
    count(world, service, 2)
    Service.objects.update(capacity_confirmed_at=timezone.now() - timedelta(days=3))
    (fit,) = match(opened(assigned, recorded), NEED).fits
    assert "2 places free, last confirmed 3 days ago" in fit.reasons
