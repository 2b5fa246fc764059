"""Linked cases: in both or in neither, and no number for whoever doesn't see the other case."""

from datetime import date
from uuid import uuid4

import pytest

from casework.links import FAMILY, linked, links_of
from casework.models import Case, SectionVersion
from casework.selectors import read_case
from casework.services import open_case, record_identification
from casework.services.entries import add_entry
from casework.services.links import link_cases, unlink_cases
from core.access import grant_access
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.models import Kind, Level, Team
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.neighbours import outreach
from tests.pages import text


def another(persona: Persona, team: Team) -> Case:
    made = record_identification(
        actor=persona.actor,
        team_id=team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    return open_case(actor=persona.actor, identification_id=made.pk)


@pytest.fixture
def sister(world: World, assigned: Persona, case: Case) -> Case:
    """The case of the survivor's sister, in the same team."""
    return another(assigned, world.team)


def link(persona: Persona, case: Case, other: Case, **others: str) -> None:
    values = {"relation": "family", **others}
    link_cases(actor=persona.actor, case_id=case.pk, other_id=other.pk, **values)


def numbers(persona: Persona, case: Case) -> list[str]:
    """The numbers that the links of a case show to somebody; `-` for a case that they can't see."""
    return [each.other.number if each.other else "-" for each in links_of(read_case(persona.actor, case.pk))]


def test_a_link_stands_in_both_and_lies_sealed(assigned: Persona, case: Case, sister: Case) -> None:
    link(assigned, case, sister, note="Canarysisters")
    assert numbers(assigned, case) == [sister.number]
    assert numbers(assigned, sister) == [case.number]
    for row in SectionVersion.objects.filter(section="linked_case"):
        assert b"Canarysisters" not in bytes(row.sealed)
        assert not any(str(each.pk).encode() in bytes(row.sealed) for each in (case, sister))


def test_ended_in_one_it_has_ended_in_both_and_stays_in_their_history(
    world: World, assigned: Persona, case: Case, sister: Case
) -> None:
    link(assigned, case, sister)
    (entry,) = linked(read_case(assigned.actor, sister.pk))
    unlink_cases(actor=world["teammate"].actor, case_id=sister.pk, entry_id=entry.id)
    assert numbers(assigned, case) == numbers(assigned, sister) == []
    assert len(read_case(assigned.actor, case.pk).entries.of("linked_case")) == 1
    with pytest.raises(WrongState):
        unlink_cases(actor=assigned.actor, case_id=sister.pk, entry_id=entry.id)
    link(assigned, sister, case)
    assert numbers(assigned, case) == [sister.number]


def test_a_case_is_linked_once_and_never_to_itself(assigned: Persona, case: Case, sister: Case) -> None:
    link(assigned, case, sister)
    for one, other in ((case, sister), (sister, case)):
        with pytest.raises(WrongState):
            link(assigned, one, other, relation="household")
    with pytest.raises(Invalid):
        link(assigned, case, case)
    with pytest.raises(Invalid) as invalid:
        link(assigned, case, another(assigned, sister.team), relation="rivals")
    assert set(invalid.value.fields) == {"relation"}


def test_it_takes_the_right_to_change_both(world: World, assigned: Persona, case: Case) -> None:
    team = outreach(world)
    theirs = another(team.caseworker, team.team)
    for persona, one, other in ((assigned, case, theirs), (team.caseworker, case, theirs)):
        with pytest.raises(NotVisible):
            link(persona, one, other)
    about = {"actor": team.caseworker.actor, "object_id": theirs.pk, "kind": Kind.CASE}
    grant_access(**about, principal=world.team, level=Level.READ)
    with pytest.raises(NotAllowed):
        link(assigned, case, theirs)
    assert not SectionVersion.objects.filter(section="linked_case").exists()
    with pytest.raises(NotVisible):
        link_cases(actor=assigned.actor, case_id=case.pk, other_id=uuid4(), relation="family")


def test_who_cannot_see_the_other_case_learns_only_that_there_is_one(
    world: World, assigned: Persona, case: Case
) -> None:
    team = outreach(world)
    theirs = another(team.caseworker, team.team)
    about = {"actor": team.caseworker.actor, "object_id": theirs.pk, "kind": Kind.CASE}
    grant_access(**about, principal=assigned.user, level=Level.WRITE)
    link(assigned, case, theirs)
    assert numbers(assigned, case) == [theirs.number]
    assert numbers(world["teammate"], case) == numbers(team.caseworker, theirs) == ["-"]
    for persona, one, other in ((world["teammate"], case, theirs), (team.caseworker, theirs, case)):
        for page in (f"/cases/{one.pk}/", f"/cases/{one.pk}/entries/linked_case/"):
            shown = text(sign_in(persona).get(page))
            assert "A case that you can&#x27;t see" in shown or "A case that you can't see" in shown
            assert other.number not in shown
        (entry,) = linked(read_case(persona.actor, one.pk))
        with pytest.raises(NotAllowed):
            unlink_cases(actor=persona.actor, case_id=one.pk, entry_id=entry.id)


def test_family_is_told_from_the_rest(assigned: Persona, case: Case, sister: Case) -> None:
    link(assigned, case, sister, relation="same_situation")
    link(assigned, case, another(assigned, case.team), relation="household")
    file = read_case(assigned.actor, case.pk)
    assert (len(linked(file)), len(linked(file, FAMILY))) == (2, 1)


def test_a_link_is_written_by_nothing_else(assigned: Persona, case: Case, sister: Case) -> None:
    with pytest.raises(NotAllowed):
        add_entry(
            actor=assigned.actor,
            case_id=case.pk,
            kind="linked_case",
            values={"case": str(sister.pk), "relation": "family"},
        )


def test_the_page_takes_a_number_and_says_no_more_of_one_that_is_not_seen(
    world: World, assigned: Persona, case: Case, sister: Case
) -> None:
    team = outreach(world)
    theirs = another(team.caseworker, team.team)
    client = sign_in(assigned)
    address = f"/cases/{case.pk}/links/new/"
    said = set()
    for number in (theirs.number, "K7M2-9QXD-5", "nothing"):
        refused = client.post(address, {"number": number, "relation": "family"})
        assert refused.status_code == 400
        said.add(text(refused).split("error-summary")[1].replace(number, "").split("</div>")[0])
    assert len(said) == 1
    spoken = sister.number.lower().replace("-", " ")
    assert client.post(address, {"number": spoken, "relation": "family"}).status_code == 302
    assert sister.number in text(client.get(f"/cases/{case.pk}/"))
    (entry,) = linked(read_case(assigned.actor, case.pk))
    end = f"/cases/{case.pk}/links/{entry.id}/end/"
    assert sister.number in text(client.get(end))
    assert client.post(end).status_code == 302
    assert client.post(end).status_code == 404


def test_a_program_links_and_ends(assigned: Persona, case: Case, sister: Case) -> None:
    client = api(assigned)
    address = f"/api/v1/cases/{case.pk}/links/"
    made = client.post(address, {"case": str(sister.pk), "relation": "family", "note": "x"}, format="json")
    assert made.status_code == 201
    assert made.json()["other"] == {"id": str(sister.pk), "number": sister.number}
    assert client.get(address).json()["results"] == [made.json()]
    assert client.delete(f"{address}{made.json()['id']}/").status_code == 204
    assert client.get(address).json()["results"] == []
