"""What goes to paper: blank forms that give nobody away, and the sheet for a missing child."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from casework.blank_forms import blank_form, blank_forms
from casework.instruments import load_instruments
from casework.models import Case, FollowUp
from casework.record.entries import ENTRIES
from casework.record.sections import SECTIONS
from casework.selectors import read_case, read_follow_ups
from casework.services import save_section
from casework.services.entries import add_entry, change_entry
from core.errors import NotVisible
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import sign_in
from tests.pages import CASEWORK, PLANTED, text, who_sees

INSTRUMENTS = list(load_instruments().values())
NAMES = [name for _group, forms in blank_forms(INSTRUMENTS) for name, _title in forms]
TODAY = timezone.localdate()
GONE = {"since_on": TODAY.isoformat(), "last_seen": "Canarystation", "clothes": "Canaryred coat"}


@pytest.fixture
def browser(world: World, assigned: Persona) -> Client:
    """The caseworker, signed in."""
    return sign_in(assigned)


def make_child(persona: Persona, case: Case, **protection: str) -> None:
    """The survivor is fourteen."""
    born = TODAY.replace(year=TODAY.year - 14, day=1)
    values = {"chosen_name": "Linnet", "date_of_birth": born.isoformat()}
    save_section(actor=persona.actor, case_id=case.pk, section="identity", values=values, base_version=1)
    values = {"guardian": "Canaryuncle", "guardian_contact": "Canarydoor", **protection}
    save_section(
        actor=persona.actor, case_id=case.pk, section="child_protection", values=values, base_version=0
    )


# --- blank forms --------------------------------------------------------------------------------------------------


def test_there_is_a_form_for_each_section_entry_and_set_of_indicators_and_for_consent() -> None:
    assert {each.name for each in SECTIONS} <= set(NAMES)
    assert {each.name for each in ENTRIES if not each.by_verb} <= set(NAMES)
    assert {f"instrument-{each.id}" for each in INSTRUMENTS} | {"consent"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_form_has_a_place_to_write_for_everything_it_asks(name: str) -> None:
    form = blank_form(name, INSTRUMENTS)
    assert form.version
    blanks = [blank for part in form.parts for blank in part.blanks]
    assert blanks
    for blank in blanks:
        assert blank.label
        assert bool(blank.boxes) != bool(blank.lines), "boxes or lines, and never neither"


def test_there_is_no_form_for_what_there_is_not() -> None:
    with pytest.raises(NotVisible):
        blank_form("rumour", INSTRUMENTS)
    with pytest.raises(NotVisible):
        blank_form("instrument-ilo-adult-sexual", [])


def test_forms_are_in_the_language_of_the_page() -> None:
    with translation.override("fr"):
        assert blank_form("identity", []).title != "Identity"


def test_a_form_says_neither_whose_it_is_nor_who_made_it(browser: Client, case: Case) -> None:
    address = reverse("print-form", args=["identity"])
    page = text(browser.get(address))
    assert "Harbour House" not in page
    assert "Form identity, version 1" in page
    assert "Harbour House" in text(browser.get(address, {"organisation": "on"}))
    of_the_case = text(browser.get(address, {"case": case.pk}))
    sheet = of_the_case[of_the_case.index("<article") :]
    assert case.number not in sheet
    numbered = text(browser.get(address, {"case": case.pk, "number": "on"}))
    assert case.number in numbered[numbered.index("<article") :]
    assert not any(word in numbered for word in PLANTED)


def test_the_forms_are_for_case_workers_and_a_number_for_the_case_s_team(world: World, case: Case) -> None:
    for address in (reverse("print-list"), reverse("print-form", args=["consent"])):
        assert who_sees(world, address) == CASEWORK | {"stranger"}
        assert who_sees(world, f"{address}?case={case.pk}") == CASEWORK
    assert sign_in(world["assigned"]).get(f"{reverse('print-list')}?case=nonsense").status_code == 404


# --- a missing child ----------------------------------------------------------------------------------------------


def test_an_open_episode_raises_the_alarm_and_its_end_ends_it(assigned: Persona, case: Case) -> None:
    episode = add_entry(actor=assigned.actor, case_id=case.pk, kind="missing_episode", values=GONE)
    (alert,) = read_case(assigned.actor, case.pk).entries.of("alert")
    assert "Missing since" in str(alert.values["message"])
    assert "ended_on" not in alert.values
    row = FollowUp.objects.get()
    assert (row.urgent, row.state) == (True, FollowUp.State.DUE)
    assert row.due_at <= timezone.now() + timedelta(hours=2)
    (document,) = read_follow_ups(assigned.actor, FollowUp.objects.select_related("object__case"))
    assert "report it to the police" in document.about

    def change(version: int, **values: str) -> None:
        change_entry(
            actor=assigned.actor,
            case_id=case.pk,
            kind="missing_episode",
            entry_id=episode,
            values=GONE | values,
            base_version=version,
        )

    change(1, reference="77/26")
    assert FollowUp.objects.count() == 1, "the alarm is raised once"
    change(2, found_on=TODAY.isoformat())
    (alert,) = read_case(assigned.actor, case.pk).entries.of("alert")
    assert (alert.version, alert.values["ended_on"]) == (2, TODAY.isoformat())
    row.refresh_from_db()
    assert row.state == FollowUp.State.CANCELLED


def test_an_episode_that_is_over_when_it_is_entered_raises_no_alarm(assigned: Persona, case: Case) -> None:
    over = GONE | {"found_on": TODAY.isoformat()}
    add_entry(actor=assigned.actor, case_id=case.pk, kind="missing_episode", values=over)
    assert not read_case(assigned.actor, case.pk).entries.of("alert")
    assert not FollowUp.objects.exists()


def test_the_sheet_is_for_children_and_opening_it_is_recorded(
    world: World, browser: Client, assigned: Persona, case: Case
) -> None:
    address = reverse("missing-child", args=[case.pk])
    assert browser.get(address).status_code == 409, "the record says that she is an adult"
    make_child(assigned, case, guardian_in_conflict="no")
    add_entry(actor=assigned.actor, case_id=case.pk, kind="missing_episode", values=GONE)
    assert who_sees(world, address) == CASEWORK
    assert AuditEvent.objects.filter(action="missing_child.sheet_opened", object=case.pk).count() == 3
    page = text(browser.get(address))
    for words in ("Linnet", "14", "Canarystation", "Canaryred coat", "Canaryuncle", "Canarydoor", "Photo"):
        assert words in page, words
    sheet = page[page.index("<article") :]
    assert "hearth-blank__line" in sheet, "a blank where nothing is recorded"
    for words in ("Canarynarrative", "5550147", "marigold", case.number):
        assert words not in sheet, words


@pytest.mark.parametrize("answer", ["yes", "unknown", None])
def test_the_sheet_must_not_reach_a_guardian_who_is_suspected_or_was_not_checked(
    browser: Client, assigned: Persona, case: Case, answer: str | None
) -> None:
    make_child(assigned, case, **({"guardian_in_conflict": answer} if answer else {}))
    page = text(browser.get(reverse("missing-child", args=[case.pk])))
    assert "hand this sheet to the guardian" in page
    assert "Not for the guardian" in page
    assert "Canarydoor" not in page


def test_the_page_of_a_case_leads_to_the_sheet_where_the_survivor_may_be_a_child(
    browser: Client, assigned: Persona, case: Case
) -> None:
    page, sheet = reverse("case", args=[case.pk]), reverse("missing-child", args=[case.pk])
    assert sheet not in text(browser.get(page))
    make_child(assigned, case)
    assert sheet in text(browser.get(page))
    assert UUID(str(case.pk))
