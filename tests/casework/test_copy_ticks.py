"""A tick in the survivor's copy is for the text that was read: what was saved since does not go out unread."""

from html.parser import HTMLParser

import pytest

from casework.models import Case
from casework.selectors import read_case
from casework.services.copies import Changed, Format, give_copy
from casework.services.entries import add_entry, change_entry
from casework.survivors_copy import Item, parts_of
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.casework.test_rights import NARRATIVE, TODAY, read_pdf, talk, tick
from tests.conftest import sign_in
from tests.pages import text
from tests.sections import fill


class Ticks(HTMLParser):
    """The ticks on the page, and which of them stand checked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.checked: dict[str, bool] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if named.get("name") == "include":
            self.checked[str(named["value"])] = "checked" in named


def items(persona: Persona, case: Case) -> list[Item]:
    return [item for part in parts_of(read_case(persona.actor, case.pk)) for item in part.items if item.path]


@pytest.mark.parametrize("format", Format)
def test_what_a_colleague_saved_meanwhile_is_refused_by_name(
    world: World, assigned: Persona, case: Case, format: Format
) -> None:
    talk(assigned, case)
    read = [tick(assigned, case, NARRATIVE)]
    fill(world["teammate"].actor, case, "trafficking_experience", narrative="Canaryneighbour told us.")
    with pytest.raises(Changed) as refused:
        give_copy(actor=assigned.actor, case_id=case.pk, format=format, include=read)
    assert [item.path for item in refused.value.items] == [NARRATIVE]
    assert "Canary" not in str(refused.value)
    assert not AuditEvent.objects.filter(action="copy.given").exists()


def test_what_changed_beside_it_refuses_nothing(world: World, assigned: Persona, case: Case) -> None:
    talk(assigned, case)
    read = [tick(assigned, case, NARRATIVE)]
    fill(world["teammate"].actor, case, "trafficking_experience", country_of_exploitation="ITA")
    copy = give_copy(actor=assigned.actor, case_id=case.pk, format=Format.PDF, include=read)
    assert "Canarynarrative" in read_pdf(copy)


def test_what_was_not_ticked_may_change(world: World, assigned: Persona, case: Case) -> None:
    talk(assigned, case)
    fill(world["teammate"].actor, case, "trafficking_experience", narrative="Canaryneighbour told us.")
    copy = give_copy(actor=assigned.actor, case_id=case.pk, format=Format.PDF, include=[])
    assert "Canaryneighbour" not in read_pdf(copy)


@pytest.mark.parametrize("sent", [NARRATIVE, f"{NARRATIVE}=", f"{NARRATIVE}={'0' * 32}", "=", ""])
def test_a_tick_that_no_page_showed_lets_nothing_out(assigned: Persona, case: Case, sent: str) -> None:
    talk(assigned, case)
    try:
        copy = give_copy(actor=assigned.actor, case_id=case.pk, format=Format.PDF, include=[sent])
    except Changed:
        return
    assert "Canarynarrative" not in read_pdf(copy)


def test_the_text_of_an_entry_is_ticked_as_it_was_read(world: World, assigned: Persona, case: Case) -> None:
    talk(assigned, case)
    values = {"made_on": TODAY, "about": "Canaryfirst"}
    entry = add_entry(actor=assigned.actor, case_id=case.pk, kind="complaint", values=values)
    read = [item.tick for item in items(assigned, case)]
    change_entry(
        actor=world["teammate"].actor,
        case_id=case.pk,
        kind="complaint",
        entry_id=entry,
        values={**values, "about": "Canarysecond"},
        base_version=1,
    )
    with pytest.raises(Changed) as refused:
        give_copy(actor=assigned.actor, case_id=case.pk, format=Format.PDF, include=read)
    assert [item.path for item in refused.value.items] == [f"complaint/{entry}.about"]


def test_a_tick_of_another_case_is_none_here(world: World, assigned: Persona, case: Case) -> None:
    """The same words in two cases stand for different things, and tell nothing of each other."""
    from tests.casework.test_links import another

    other = another(assigned, world.team)
    fill(assigned.actor, other, "trafficking_experience", narrative="Canarynarrative")
    assert tick(assigned, case, NARRATIVE) != tick(assigned, other, NARRATIVE)


def test_the_page_marks_what_changed_and_keeps_the_other_ticks(
    world: World, assigned: Persona, case: Case
) -> None:
    talk(assigned, case)
    client, address = sign_in(assigned), f"/cases/{case.pk}/copy/"
    shown = Ticks(text(client.get(address))).checked
    narrative = tick(assigned, case, NARRATIVE)
    assert narrative in shown
    kept = [each for each in shown if each != narrative][:1]
    fill(world["teammate"].actor, case, "trafficking_experience", narrative="Canaryneighbour told us.")
    refused = client.post(address, {"format": "pdf", "include": [narrative, *kept]})
    page = text(refused)
    assert refused.status_code == 409
    assert "no-store" in refused["Cache-Control"]
    assert page.count("Has changed since you looked") == 1
    assert page.index("Has changed since you looked") > page.index("Canaryneighbour")
    now = Ticks(page).checked
    assert [each for each, checked in now.items() if checked] == kept
    again = client.post(address, {"format": "pdf", "include": [tick(assigned, case, NARRATIVE)]})
    assert again.status_code == 200
    assert "Canaryneighbour" in read_pdf(again.content)
