"""The history of a section: every version is kept, can be read, told apart, and restored as a new one."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.models import Case, SectionVersion
from casework.record.sections import SECTIONS as RECORD
from casework.selectors import read_case, read_history, read_version
from casework.services import restore_section, save_section
from core.errors import Invalid, NotVisible, Stale, Tampered, WrongState
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import PERSONAS, api, sign_in
from tests.pages import CASEWORK, queries, text, title, who_sees

FIRST = {"chosen_name": "Linnet", "citizenship": ["NPL"], "pronouns": "she"}
SECOND = {"chosen_name": "Wren", "citizenship": ["NPL", "IND"]}


@pytest.fixture
def two(world: World, case: Case) -> Case:
    """A case whose identity was saved twice after it was opened: version 2 by the caseworker, 3 by the teammate."""
    for base, name, values in ((1, "assigned", FIRST), (2, "teammate", SECOND)):
        save_section(
            actor=world[name].actor, case_id=case.pk, section="identity", values=values, base_version=base
        )
    return case


@pytest.fixture
def browser(assigned: Persona) -> Client:
    return sign_in(assigned)


def url(case: Case, name: str = "section-history", section: str = "identity") -> str:
    return reverse(name, args=[case.pk, section])


def restore(actor: Any, case: Case, version: int, base: int) -> SectionVersion:
    return restore_section(
        actor=actor, case_id=case.pk, section="identity", version=version, base_version=base
    )


def numbers(case: Case) -> list[int]:
    rows = SectionVersion.objects.filter(case=case, section="identity").order_by("version")
    return list(rows.values_list("version", flat=True))


def event(case: Case, action: str) -> AuditEvent:
    return AuditEvent.objects.filter(action=action, object=case.pk).latest("id")


# --- reading --------------------------------------------------------------------------------------------------------


def test_every_version_is_read_newest_first_with_who_saved_it(assigned: Persona, two: Case) -> None:
    _file, versions = read_history(assigned.actor, two.pk, "identity")
    assert [each.version for each in versions] == [3, 2, 1]
    assert [each.values for each in versions[:2]] == [SECOND, FIRST]
    assert [each.saved_by.name for each in versions if each.saved_by][:2] == [
        "Tomas Lindqvist",
        assigned.user.name,
    ]


def test_a_section_without_versions_has_an_empty_history(assigned: Persona, case: Case) -> None:
    assert read_history(assigned.actor, case.pk, "notes")[1] == []


def test_one_version_is_read(assigned: Persona, two: Case) -> None:
    assert read_version(assigned.actor, two.pk, "identity", 2).values == FIRST
    assert read_version(assigned.actor, two.pk, "identity", 3).values == SECOND


@pytest.mark.parametrize("version", [0, -1, 4, 10**30])
def test_a_version_that_never_was_does_not_exist(assigned: Persona, two: Case, version: int) -> None:
    with pytest.raises(NotVisible):
        read_version(assigned.actor, two.pk, "identity", version)


def test_reading_history_is_written_into_the_trail(assigned: Persona, two: Case) -> None:
    read_history(assigned.actor, two.pk, "identity")
    read_version(assigned.actor, two.pk, "identity", 2)
    whole, one = event(two, "section.history_read"), event(two, "section.version_read")
    assert whole.actor == one.actor == assigned.user.pk
    assert (whole.codes["entry"], one.codes["version"]) == ("section:identity", 2)


@pytest.mark.parametrize("name", sorted(set(PERSONAS) - CASEWORK))
def test_for_anyone_else_there_is_no_history(world: World, two: Case, name: str) -> None:
    actor = world[name].actor
    for refused in (
        lambda: read_history(actor, two.pk, "identity"),
        lambda: read_version(actor, two.pk, "identity", 2),
        lambda: restore(actor, two, 2, 3),
    ):
        with pytest.raises(NotVisible):
            refused()
    assert numbers(two) == [1, 2, 3]


# --- what was done to the rows --------------------------------------------------------------------------------------


def rows(case: Case, version: int) -> Any:
    return SectionVersion.objects.filter(case=case, section="identity", version=version)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_version_that_was_taken_away_is_noticed(assigned: Persona, two: Case, version: int) -> None:
    rows(two, version).delete()
    with pytest.raises(Tampered):
        read_history(assigned.actor, two.pk, "identity")
    with pytest.raises(Tampered):
        read_version(assigned.actor, two.pk, "identity", version)


def test_an_earlier_version_can_not_stand_in_anothers_place(assigned: Persona, two: Case) -> None:
    rows(two, 1).update(sealed=rows(two, 2).get().sealed)
    with pytest.raises(Tampered):
        read_version(assigned.actor, two.pk, "identity", 1)
    with pytest.raises(Tampered):
        read_history(assigned.actor, two.pk, "identity")
    with pytest.raises(Tampered):
        restore(assigned.actor, two, 1, 3)


# --- restoring ------------------------------------------------------------------------------------------------------


def test_restoring_appends_the_earlier_version_as_a_new_one(
    world: World, assigned: Persona, two: Case
) -> None:
    row = restore(assigned.actor, two, 2, 3)
    assert (row.version, row.saved_by, numbers(two)) == (4, assigned.user, [1, 2, 3, 4])
    newest = read_case(world["teammate"].actor, two.pk).section("identity")
    assert (newest.version, newest.values) == (4, FIRST)
    codes = event(two, "section.restored").codes
    assert (codes["version"], codes["restored"], codes["entry"]) == (4, 2, "section:identity")


@pytest.mark.parametrize("base", [0, 1, 2, 4])
def test_where_someone_saved_meanwhile_nothing_is_restored(assigned: Persona, two: Case, base: int) -> None:
    with pytest.raises(Stale) as refused:
        restore(assigned.actor, two, 1, base)
    assert (refused.value.newest_version, refused.value.newest) == (3, SECOND)
    assert numbers(two) == [1, 2, 3]


def test_the_newest_version_needs_no_restoring(assigned: Persona, two: Case) -> None:
    with pytest.raises(WrongState):
        restore(assigned.actor, two, 3, 3)
    assert numbers(two) == [1, 2, 3]


def test_what_the_record_does_not_take_any_more_is_named(
    assigned: Persona, two: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a code was dropped since."""
    citizenship = next(each for each in RECORD[0].fields if each.name == "citizenship")
    assert citizenship.codes is not None
    monkeypatch.delitem(citizenship.codes.codes, "NPL")
    with pytest.raises(Invalid) as refused:
        restore(assigned.actor, two, 2, 3)
    assert set(refused.value.fields) == {"citizenship"}
    page = sign_in(assigned).post(url(two, "section-restore"), {"version": "2", "base_version": "3"})
    assert page.status_code == 400
    assert "Citizenship: Choose from the list." in text(page)
    assert numbers(two) == [1, 2, 3]


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_page_is_for_the_cases_team_alone(world: World, two: Case) -> None:
    assert who_sees(world, url(two)) == CASEWORK


def test_the_page_says_who_changed_what(browser: Client, two: Case) -> None:
    page = text(browser.get(url(two)))
    table = page[page.index("Versions, the newest first") : page.index('id="compared"')]
    assert [int(n) for n in re.findall(r'scope="row"[^>]*>Version (\d)', table)] == [3, 2, 1]
    newest = table[table.index('scope="row"') :].split("</tr>")[0]
    assert "Tomas Lindqvist" in newest
    for label in ("Chosen name", "Pronouns", "Citizenship"):
        assert label in newest
    assert "Given names" not in newest
    assert table.count("<form") == 2, "every version but the newest can be restored"


def compared(page: str) -> dict[str, tuple[str, str]]:
    part = page[page.index('id="compared"') :]
    found = re.findall(
        r'scope="row"[^>]*>(.*?)</th>\s*<td[^>]*><bdi>(.*?)</bdi></td>\s*<td[^>]*><bdi>(.*?)</bdi>',
        part,
        re.DOTALL,
    )
    return {label: (before, after) for label, before, after in found}


def test_the_newest_two_stand_side_by_side(browser: Client, two: Case) -> None:
    assert compared(text(browser.get(url(two)))) == {
        "Chosen name": ("Linnet", "Wren"),
        "Pronouns": ("she", "–"),
        "Citizenship": ("Nepal", "Nepal and India"),
    }


def test_any_two_can_be_compared(browser: Client, two: Case) -> None:
    shown = compared(text(browser.get(url(two), {"before": "1", "after": "3"})))
    assert shown["Given names"] == ("Canarygiven", "–")
    assert shown["Chosen name"] == ("Linnet", "Wren")
    same = text(browser.get(url(two), {"before": "2", "after": "2"}))
    assert "These two versions do not differ." in same


@pytest.mark.parametrize("asked", [{"before": "9", "after": "1"}, {"before": "x"}, {"after": "0"}])
def test_versions_that_never_were_show_the_newest_two(
    browser: Client, two: Case, asked: dict[str, str]
) -> None:
    assert compared(text(browser.get(url(two), asked)))["Chosen name"] == ("Linnet", "Wren")


def test_a_version_is_restored_by_one_press(browser: Client, assigned: Persona, two: Case) -> None:
    sent = {"version": "2", "base_version": "3"}
    response = browser.post(url(two, "section-restore"), sent, follow=True)
    assert "Version 2 is restored as version 4." in text(response)
    assert read_case(assigned.actor, two.pk).section("identity").values == FIRST


def test_a_stale_press_restores_nothing_and_shows_what_is_newer(browser: Client, two: Case) -> None:
    response = browser.post(url(two, "section-restore"), {"version": "1", "base_version": "2"})
    page = text(response)
    assert response.status_code == 409
    assert "Nothing was restored." in page
    assert compared(page)["Chosen name"] == ("Linnet", "Wren")
    assert 'name="base_version" value="3"' in page
    assert numbers(two) == [1, 2, 3]


@pytest.mark.parametrize("sent", [{}, {"version": "x", "base_version": "3"}, {"version": "1"}])
def test_a_press_that_does_not_say_what_is_refused(browser: Client, two: Case, sent: dict[str, str]) -> None:
    assert browser.post(url(two, "section-restore"), sent).status_code == 400
    assert numbers(two) == [1, 2, 3]


def test_titles_and_addresses_say_nothing(browser: Client, two: Case) -> None:
    response = browser.get(url(two))
    assert title(response) == "Hearth: case"


def test_the_page_takes_as_many_queries_for_ten_versions(browser: Client, world: World, two: Case) -> None:
    before = queries(browser, url(two))
    for base in range(3, 10):
        save_section(
            actor=world["teammate"].actor,
            case_id=two.pk,
            section="identity",
            values=FIRST,
            base_version=base,
        )
    assert queries(browser, url(two)) == before


# --- the case page --------------------------------------------------------------------------------------------------


def fill(assigned: Persona, case: Case) -> None:
    filled: dict[str, dict[str, object]] = {
        "risk_and_safety": {"safe_places": "The library.", "protective_factors": "Her sister."},
        "needs": {"needs": ["legal_advice", "mhpss"], "urgency": "this_week"},
        "child_protection": {"accompaniment": "separated"},
        "legal_status": {"pathways_wished": ["resettlement"]},
        "plan": {"objectives": "A room of her own."},
        "notes": {"case_notes": "Canarynote"},
    }
    for section, values in filled.items():
        save_section(actor=assigned.actor, case_id=case.pk, section=section, values=values, base_version=0)


def test_the_case_page_shows_what_holds_something_and_lists_the_rest(browser: Client, case: Case) -> None:
    page = text(browser.get(reverse("case", args=[case.pk])))
    panels = re.findall(r'<section class="hearth-panel" id="(\w+)"', page)
    assert {"identity", "contact_and_safety", "trafficking_experience", "empty"} <= set(panels)
    assert not {"needs", "plan", "notes"} & set(panels)
    rest = page[page.index('id="empty"') :].split("</section>")[0]
    assert re.findall(r"sections/(\w+)/", rest) == [
        "risk_and_safety",
        "needs",
        "child_protection",
        "legal_status",
        "plan",
        "notes",
    ]
    assert url(case) in page, "each section leads to its history"


def test_more_sections_take_no_more_queries(browser: Client, assigned: Persona, case: Case) -> None:
    before = queries(browser, reverse("case", args=[case.pk]))
    fill(assigned, case)
    page = reverse("case", args=[case.pk])
    assert queries(browser, page) == before
    rest = text(browser.get(page)).partition('id="empty"')[2].split("</section>")[0]
    assert "sections/" not in rest, "every section is begun"
    assert "Legal advice and Mental health and psychosocial support" in text(browser.get(page))


# --- two who write at once ------------------------------------------------------------------------------------------


def test_single_fields_can_be_taken_from_the_newest(
    world: World, browser: Client, assigned: Persona, case: Case
) -> None:
    save_section(
        actor=world["teammate"].actor,
        case_id=case.pk,
        section="identity",
        values={"chosen_name": "Robin", "pronouns": "she", "citizenship": ["NPL", "IND"]},
        base_version=1,
    )
    mine = {"chosen_name": "Wren", "given_name": "Canarygiven", "citizenship": "NPL", "base_version": "1"}
    response = browser.post(url(case, "section"), mine)
    page = text(response)
    assert response.status_code == 409
    ticked = set(re.findall(r'name="take" value="(\w+)"[^>]*checked', page))
    offered = set(re.findall(r'name="take" value="(\w+)"', page))
    assert {"pronouns", "citizenship"} <= ticked, "what only the other person changed is taken"
    assert offered - ticked == {"chosen_name", "given_name"} - ticked
    assert "chosen_name" not in ticked, "what both changed is for the person to decide"

    merged = mine | {"base_version": "2", "take": ["pronouns", "citizenship"]}
    assert browser.post(url(case, "section"), merged).status_code == 302
    assert read_case(assigned.actor, case.pk).section("identity").values == {
        "chosen_name": "Wren",
        "given_name": "Canarygiven",
        "pronouns": "she",
        "citizenship": ["NPL", "IND"],
    }


def test_a_field_that_the_newest_has_emptied_can_be_taken_too(
    world: World, browser: Client, assigned: Persona, case: Case
) -> None:
    save_section(
        actor=world["teammate"].actor, case_id=case.pk, section="identity", values={}, base_version=1
    )
    sent = {"chosen_name": "Wren", "pronouns": "she", "base_version": "2", "take": ["chosen_name"]}
    assert browser.post(url(case, "section"), sent).status_code == 302
    assert read_case(assigned.actor, case.pk).section("identity").values == {"pronouns": "she"}


# --- the API --------------------------------------------------------------------------------------------------------


def path(case: Case, rest: str = "") -> str:
    return f"/api/v1/cases/{case.pk}/sections/identity/versions/{rest}"


def test_the_api_lists_reads_and_restores_versions(assigned: Persona, two: Case) -> None:
    client = api(assigned)
    listed = client.get(path(two)).json()["results"]
    assert [(each["version"], each["saved_by"]["name"]) for each in listed[:1]] == [(3, "Tomas Lindqvist")]
    assert listed[0]["changed"] == ["chosen_name", "pronouns", "citizenship"]
    assert "Wren" not in str(listed), "a list says which fields changed, not what they say"
    assert client.get(path(two, "2/")).json()["values"] == FIRST
    restored = client.post(path(two, "2/restore/"), {"newest": 3}, format="json")
    assert restored.status_code == 200
    assert (restored.json()["version"], restored.json()["values"]) == (4, FIRST)


def test_the_api_refuses_a_stale_restore_with_both_versions(assigned: Persona, two: Case) -> None:
    refused = api(assigned).post(path(two, "2/restore/"), {"newest": 2}, format="json")
    assert refused.status_code == 409
    assert refused.json()["newest"] == {"version": 3, "values": SECOND}
    assert refused.json()["yours"] == FIRST
    assert numbers(two) == [1, 2, 3]


@pytest.mark.parametrize("sent", [{}, {"newest": "x"}, {"newest": 0}, {"newest": 3, "more": 1}])
def test_the_api_names_what_is_missing(assigned: Persona, two: Case, sent: dict[str, Any]) -> None:
    assert api(assigned).post(path(two, "2/restore/"), sent, format="json").status_code == 400


def test_the_api_has_no_other_versions(assigned: Persona, two: Case) -> None:
    client = api(assigned)
    for rest in ("0/", "4/", f"{10**30}/"):
        assert client.get(path(two, rest)).status_code == 404
    assert client.post(path(two, "4/restore/"), {"newest": 3}, format="json").status_code == 404
    assert client.post(path(two, "3/restore/"), {"newest": 3}, format="json").status_code == 409
