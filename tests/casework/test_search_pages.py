"""The pages of searching and filtering, and the search in the API."""

import logging
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import Case, Identification, IndexEntry, Risk, SavedFilter
from casework.record.risk_codes import RISK_LEVELS
from casework.record.sections import field
from casework.search.filters import RISK, CaseFilter, at_risk
from casework.services import open_case, record_identification, remove_filter, save_filter, save_section
from casework.services.filters import MOST
from core import rate
from core.errors import NotVisible
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.pages import PLANTED, text, title, who_sees

WORKERS = {"assigned", "teammate", "supervisor", "stranger"}


@pytest.fixture
def browser(assigned: Persona) -> Client:
    return sign_in(assigned)


def new_identification(world: World, persona: Persona) -> Identification:
    return record_identification(
        actor=persona.actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )


def new_case(world: World, persona: Persona, risk: str = "") -> Case:
    made = open_case(actor=persona.actor, identification_id=new_identification(world, persona).pk)
    if risk:
        section, name = RISK
        today = timezone.localdate()
        values = {
            name: risk,
            "reasons": ["threats"],
            "assessed_on": today.isoformat(),
            "review_on": (today + timedelta(days=1)).isoformat(),
        }
        save_section(actor=persona.actor, case_id=made.pk, section=section, values=values, base_version=0)
    return made


# --- search ---------------------------------------------------------------------------------------------------------


def test_who_may_search(world: World) -> None:
    assert who_sees(world, reverse("search")) == WORKERS


def test_what_is_found_is_a_number_and_by_what_it_was_found(browser: Client, case: Case) -> None:
    response = browser.post(reverse("search"), {"text": "canarigiven 1997-03-04"})
    page = text(response)
    assert response.status_code == 200
    assert case.number in page
    assert "Name, Date of birth" in page
    assert not any(word in page for word in ("Linnet", "Canarygiven"))
    assert title(response) == "Hearth: search"
    assert "no-store" in response.headers["Cache-Control"]


def test_a_case_number_leads_to_its_case(browser: Client, case: Case) -> None:
    page = text(browser.post(reverse("search"), {"text": case.number}))
    assert reverse("case", args=[case.pk]) in page
    assert "Case number" in page


def test_a_stranger_gets_the_same_page_as_for_nobody(world: World, case: Case) -> None:
    page = text(sign_in(world["stranger"]).post(reverse("search"), {"text": "Linnet"}))
    assert "Nothing was found" in page
    assert case.number not in page


@pytest.mark.parametrize("typed", ["", "   ", "...", "x" * 201])
def test_nothing_to_look_for_is_said_at_the_field(browser: Client, typed: str) -> None:
    response = browser.post(reverse("search"), {"text": typed})
    assert response.status_code == 400
    assert "govuk-error-message" in text(response)


def test_the_form_sends_a_body_and_the_address_is_ignored(browser: Client, case: Case) -> None:
    page = text(browser.get(reverse("search"), {"text": "Linnet"}))
    assert re.search(r'<form method="post"[^>]*autocomplete="off"', page)
    assert "Linnet" not in page
    assert case.number not in page


def test_what_was_typed_reaches_no_log_cache_or_trail(
    browser: Client, case: Case, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []

    class Watched:
        def add(self, key: str, *rest: Any) -> bool:
            keys.append(key)
            return True

    monkeypatch.setattr(rate, "cache", Watched())
    with caplog.at_level(logging.DEBUG):
        browser.post(reverse("search"), {"text": "Linnet 1997-03-04"})
    rows = AuditEvent.objects.values_list("action", "codes")
    for planted in ("Linnet", "1997-03-04"):
        assert planted not in caplog.text
        assert planted not in repr(list(rows))
        assert keys
        assert not any(planted in key for key in keys)


def test_too_many_searches_are_refused_on_pages_and_in_the_api(
    browser: Client, assigned: Persona, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rate.LIMITS, "search", (1, 600))
    assert browser.post(reverse("search"), {"text": "Linnet"}).status_code == 200
    response = browser.post(reverse("search"), {"text": "Linnet"})
    assert response.status_code == 429
    assert "Wait ten minutes" in text(response)
    answer = api(assigned).post(reverse("api-search"), {"text": "Linnet"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")


def test_the_api_finds_what_the_page_finds(world: World, case: Case) -> None:
    for name, expected in (("teammate", [str(case.pk)]), ("stranger", [])):
        answer = api(world[name]).post(reverse("api-search"), {"text": "Linet +393335550147"}, format="json")
        assert [each["case"]["id"] for each in answer.json()["results"]] == expected
        if expected:
            assert answer.json()["results"][0]["matched"] == ["name", "phone"]
        assert not any(word in answer.content.decode() for word in PLANTED)


# --- before a case is opened ----------------------------------------------------------------------------------------


def test_opening_a_case_begins_with_a_look_for_an_earlier_one(
    world: World, browser: Client, assigned: Persona, case: Case
) -> None:
    made = new_identification(world, assigned)
    url = reverse("earlier-records", args=[made.pk])
    assert url in text(browser.get(reverse("identification", args=[made.pk])))
    assert who_sees(world, url) == WORKERS - {"stranger"}
    page = text(browser.post(url, {"name": "Canarigiven", "date_of_birth": "1997-03-04"}))
    assert reverse("case", args=[case.pk]) in page
    assert reverse("identification-open-case", args=[made.pk]) in page
    assert "Linnet" not in page


@pytest.mark.parametrize(
    ("values", "finds"),
    [
        ({"name": "Linnet"}, True),
        ({"date_of_birth": "1997-03-04"}, True),
        ({"phone": "333 5550147"}, True),
        ({"document": "X1234567"}, False),
    ],
)
def test_what_an_earlier_case_is_found_by(
    world: World, browser: Client, assigned: Persona, case: Case, values: dict[str, str], finds: bool
) -> None:
    url = reverse("earlier-records", args=[new_identification(world, assigned).pk])
    assert (case.number in text(browser.post(url, values))) == finds


def test_looking_for_nothing_is_said(world: World, browser: Client, assigned: Persona) -> None:
    url = reverse("earlier-records", args=[new_identification(world, assigned).pk])
    response = browser.post(url, {})
    assert response.status_code == 400
    assert "Enter something to look for" in text(response)


def test_where_there_is_a_case_already_there_is_nothing_to_open(
    browser: Client, identification: Identification, case: Case
) -> None:
    response = browser.get(reverse("earlier-records", args=[identification.pk]))
    assert response.headers["Location"] == reverse("identification", args=[identification.pk])


def test_a_possible_duplicate_is_shown_on_the_page_until_it_is_ruled_out(
    world: World, browser: Client, assigned: Persona, case: Case
) -> None:
    other = new_case(world, assigned)
    save_section(
        actor=assigned.actor,
        case_id=other.pk,
        section="contact_and_safety",
        values={"phone": "0039 333 5550147"},
        base_version=0,
    )
    page = text(browser.get(reverse("case", args=[other.pk])))
    assert "There may be another case of this person" in page
    assert case.number in page
    response = browser.post(reverse("duplicate-rule-out", args=[other.pk, case.pk]))
    assert response.headers["Location"] == reverse("case", args=[other.pk])
    assert case.number not in text(browser.get(reverse("case", args=[other.pk])))


# --- the index ------------------------------------------------------------------------------------------------------


def test_the_index_is_brought_up_to_date_from_its_page(world: World, browser: Client, case: Case) -> None:
    assert who_sees(world, reverse("search-index")) == WORKERS
    IndexEntry.objects.all().delete()
    assert "Some cases can't be found yet" in text(browser.get(reverse("search")))
    assert "1 case is waiting" in text(browser.get(reverse("search-index")))
    page = text(browser.post(reverse("search-index"), follow=True))
    assert "1 case is in the index now" in page
    assert "Every case can be found" in page


# --- filters --------------------------------------------------------------------------------------------------------


def listed(browser: Client, **query: Any) -> set[UUID]:
    page = text(browser.get(reverse("case-list"), query))
    return {UUID(id) for id in re.findall(r'href="/cases/([0-9a-f-]{36})/"', page)}


def test_the_list_is_narrowed_by_state_caseworker_dates_and_risk(
    world: World, browser: Client, assigned: Persona
) -> None:
    high = new_case(world, assigned, "high")
    low = new_case(world, world["teammate"], "low")
    Case.objects.filter(pk=low.pk).update(state="closed", opened_on=date(2026, 1, 1))
    assert listed(browser) == {high.pk, low.pk}
    for query, expected in (
        ({"state": "closed"}, low),
        ({"state": "open"}, high),
        ({"assigned_to": str(assigned.user.pk)}, high),
        ({"opened_to": "2026-01-01"}, low),
        ({"opened_from": "2026-01-02"}, high),
        ({"risk": "high"}, high),
        ({"risk": "low", "state": "closed"}, low),
    ):
        assert listed(browser, **query) == {expected.pk}, query
    assert listed(browser, risk="high", state="closed") == set()


def test_a_strangers_cases_stay_out_whatever_the_filter(world: World, assigned: Persona) -> None:
    new_case(world, assigned, "high")
    assert listed(sign_in(world["stranger"]), risk="high") == set()


@pytest.mark.parametrize("query", [{"state": "x"}, {"risk": "x"}, {"assigned_to": "x"}, {"opened_from": "x"}])
def test_a_filter_that_makes_no_sense_is_said(browser: Client, query: dict[str, str]) -> None:
    assert browser.get(reverse("case-list"), query).status_code == 400


def test_pages_of_a_filtered_list_keep_the_filter(
    world: World, browser: Client, assigned: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [new_case(world, assigned, "high").pk for _ in range(3)]
    monkeypatch.setattr("casework.search.filters.PAGE_SIZE", 2)
    first = listed(browser, risk="high")
    page = text(browser.get(reverse("case-list"), {"risk": "high"}))
    following = re.search(r'href="(\?after=[^"]+)"', page)
    assert following
    second = text(browser.get(reverse("case-list") + following[1].replace("&amp;", "&")))
    assert "risk=high" in following[1]
    assert len(first) == 2
    assert str(({*made} - first).pop()) in second


def test_no_more_cases_are_opened_for_a_page_than_it_says(
    world: World, assigned: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [new_case(world, assigned, risk) for risk in ("high", "low", "low")][::-1]
    monkeypatch.setattr("casework.search.filters.MOST_OPENED", 2)
    found, after = at_risk(assigned.actor, CaseFilter(risk="high"))
    assert (found, after) == ([], str(made[1].pk))
    assert at_risk(assigned.actor, CaseFilter(risk="high"), after) == ([made[2]], "")


def test_the_risks_are_those_of_the_record() -> None:
    assert list(Risk.values) == list(RISK_LEVELS.codes)
    assert field(".".join(RISK)).codes is RISK_LEVELS


def test_a_filter_is_kept_and_removed(world: World, browser: Client, assigned: Persona) -> None:
    query = {"state": "open", "risk": "high", "assigned_to": str(assigned.user.pk)}
    response = browser.post(reverse("case-filter-save"), query)
    assert response.headers["Location"].startswith("/cases/?state=open&risk=high&assigned_to=")
    assert "Open, Risk: High, Amina Okello" in text(browser.get(reverse("case-list")))
    browser.post(reverse("case-filter-remove", args=[SavedFilter.objects.get().pk]))
    assert not SavedFilter.objects.exists()


def test_nothing_is_kept_of_an_empty_or_senseless_filter(browser: Client) -> None:
    for query in ({}, {"state": "x"}):
        browser.post(reverse("case-filter-save"), query)
    assert not SavedFilter.objects.exists()


def test_a_kept_filter_is_its_persons_own(world: World, assigned: Persona) -> None:
    kept = save_filter(actor=assigned.actor, filter=CaseFilter(state="open"))
    assert "Risk" not in text(sign_in(world["teammate"]).get(reverse("case-list"))).split("Filter")[0]
    with pytest.raises(NotVisible):
        remove_filter(actor=world["teammate"].actor, filter_id=kept.pk)


def test_the_same_filter_is_kept_once_and_few_are_kept(assigned: Persona) -> None:
    for day in [*range(1, MOST + 2), MOST + 1]:
        save_filter(actor=assigned.actor, filter=CaseFilter(opened_from=date(2026, 1, day)))
    assert SavedFilter.objects.count() == MOST
    assert not SavedFilter.objects.filter(opened_from=date(2026, 1, 1)).exists()
