"""The roster of interpreters: a team's own, and for each survivor without whom they must not meet."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.interpreters import check_interpreter, interpreters_of, read_interpreter
from casework.models import Case, Interpreter
from casework.selectors import read_case
from casework.services import save_section
from casework.services.entries import add_entry
from casework.services.interpreters import add_interpreter, change_interpreter, retire_interpreter
from core.access_audit import disagreements
from core.errors import Invalid, NotVisible, Stale, WrongState
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.pages import CASEWORK, text, title, who_sees

SUNITA = {"name": "Canarysunita", "languages": ["nep", "hin"], "phone": "+39 333 5550171"}
TODAY = timezone.localdate().isoformat()
CONTACT = {"kind": "case_conference", "on": TODAY, "with_whom": ["partner"]}


@pytest.fixture
def sunita(world: World, assigned: Persona) -> Interpreter:
    return add_interpreter(actor=assigned.actor, team_id=world.team.pk, values=SUNITA)


@pytest.fixture
def omar(world: World, assigned: Persona) -> Interpreter:
    values = {"name": "Alomar", "languages": ["ara"]}
    return add_interpreter(actor=assigned.actor, team_id=world.team.pk, values=values)


def exclude(persona: Persona, case: Case, interpreter: Interpreter, **more: str) -> None:
    values = {"interpreter": str(interpreter.pk), "why": "Canarywhy: of her village", **more}
    add_entry(actor=persona.actor, case_id=case.pk, kind="interpreter_excluded", values=values)


def offered(persona: Persona, case: Case, kind: str = "contact") -> list[str]:
    """The names that a form of the kind offers, in its order."""
    field = read_case(persona.actor, case.pk).entries.kind(kind).get("interpreter")
    assert field
    assert field.codes
    return [label.partition(":")[0] for _value, label in field.codes.choices()]


def test_the_roster_lies_sealed_and_opens_for_its_team_alone(
    world: World, assigned: Persona, sunita: Interpreter
) -> None:
    assert b"Canarysunita" not in bytes(sunita.sealed)
    for name in CASEWORK:
        assert [each.name for each in interpreters_of(world[name].actor)] == ["Canarysunita"]
    for name in ("stranger", "focal_point", "advocate", "administrator"):
        assert interpreters_of(world[name].actor) == []
        with pytest.raises(NotVisible):
            read_interpreter(world[name].actor, sunita.pk)
        with pytest.raises(NotVisible):
            add_interpreter(actor=world[name].actor, team_id=world.team.pk, values=SUNITA)
    assert list(disagreements()) == []


def test_what_is_known_of_somebody_is_changed_and_nothing_is_overwritten_silently(
    world: World, assigned: Persona, sunita: Interpreter
) -> None:
    change: dict[str, Any] = {"interpreter_id": sunita.pk, "values": SUNITA | {"languages": ["nep"]}}
    change_interpreter(actor=world["teammate"].actor, base_version=1, **change)
    assert read_interpreter(assigned.actor, sunita.pk).languages == ["nep"]
    with pytest.raises(Stale):
        change_interpreter(actor=assigned.actor, base_version=1, **change)
    with pytest.raises(Invalid) as invalid:
        change_interpreter(
            actor=assigned.actor, interpreter_id=sunita.pk, values={"languages": ["klingon"]}, base_version=2
        )
    assert set(invalid.value.fields) == {"name", "languages"}
    actions = AuditEvent.objects.filter(action__startswith="interpreter.").order_by("id")
    assert [each.action for each in actions] == ["interpreter.added", "interpreter.changed"]


def test_whoever_speaks_a_language_of_the_survivor_stands_first(
    assigned: Persona, case: Case, sunita: Interpreter, omar: Interpreter
) -> None:
    assert offered(assigned, case) == ["Alomar", "Canarysunita"]
    values = {"chosen_name": "Linnet", "first_language": "nep"}
    save_section(actor=assigned.actor, case_id=case.pk, section="identity", values=values, base_version=1)
    assert offered(assigned, case) == ["Canarysunita", "Alomar"]


def test_an_excluded_interpreter_is_neither_offered_nor_taken(
    assigned: Persona, case: Case, sunita: Interpreter, omar: Interpreter
) -> None:
    exclude(assigned, case, sunita)
    file = read_case(assigned.actor, case.pk)
    assert offered(assigned, case) == ["Alomar"]
    assert "Canarysunita" in offered(assigned, case, "interpreter_excluded")
    check_interpreter(file, omar.pk)
    for wrong in (sunita.pk, uuid4()):
        with pytest.raises(Invalid) as invalid:
            check_interpreter(file, wrong)
        assert set(invalid.value.fields) == {"interpreter"}
        values = CONTACT | {"interpreter": str(wrong)}
        with pytest.raises(Invalid):
            add_entry(actor=assigned.actor, case_id=case.pk, kind="contact", values=values)


def test_an_exclusion_that_has_ended_holds_no_longer(
    assigned: Persona, case: Case, sunita: Interpreter
) -> None:
    exclude(assigned, case, sunita, ended_on=TODAY)
    check_interpreter(read_case(assigned.actor, case.pk), sunita.pk)


def test_who_is_retired_is_still_named_where_they_interpreted(
    assigned: Persona, case: Case, sunita: Interpreter
) -> None:
    values = CONTACT | {"interpreter": str(sunita.pk)}
    add_entry(actor=assigned.actor, case_id=case.pk, kind="contact", values=values)
    retire_interpreter(actor=assigned.actor, interpreter_id=sunita.pk)
    with pytest.raises(WrongState):
        retire_interpreter(actor=assigned.actor, interpreter_id=sunita.pk)
    assert offered(assigned, case) == []
    with pytest.raises(Invalid):
        check_interpreter(read_case(assigned.actor, case.pk), sunita.pk)
    assert "Canarysunita: Nepali" in text(
        sign_in(assigned).get(reverse("entry-list", args=[case.pk, "contact"]))
    )


def test_the_pages_of_the_roster(world: World, assigned: Persona, case: Case, sunita: Interpreter) -> None:
    exclude(assigned, case, sunita)
    page = reverse("interpreter", args=[sunita.pk])
    assert who_sees(world, page) == CASEWORK
    assert who_sees(world, reverse("interpreters")) == CASEWORK | {"stranger"}
    client = sign_in(assigned)
    roster = client.get(reverse("interpreters"))
    assert text(roster).index("Hindi") < text(roster).index("Nepali")
    assert "Has not signed yet" in text(roster)
    assert "Canarywhy" not in text(roster), "why somebody must not be used is of the case"
    assert "Canary" not in title(roster)
    new = client.post(
        reverse("interpreter-new"), {"name": "Third", "languages": ["ara"], "team": world.team.pk}
    )
    assert new.status_code == 302
    assert client.post(page, SUNITA | {"base_version": "1"}).status_code == 302
    stale = client.post(page, SUNITA | {"base_version": "1"})
    assert (stale.status_code, "newer version" in text(stale)) == (409, True)
    assert client.post(reverse("interpreter-retire", args=[sunita.pk])).status_code == 302
    assert "No longer used" in text(client.get(reverse("interpreters")))


def test_the_roster_in_the_api(world: World, assigned: Persona) -> None:
    client, stranger = api(assigned), api(world["stranger"])
    body = {"team": str(world.team.pk), "values": SUNITA}
    assert stranger.post("/api/v1/interpreters/", body, format="json").status_code == 404
    made = client.post("/api/v1/interpreters/", body, format="json").json()
    address = f"/api/v1/interpreters/{made['id']}/"
    assert made["values"] == SUNITA
    assert stranger.get(address).status_code == 404
    change = {"version": 1, "values": SUNITA | {"dialects": "Doteli"}}
    assert client.put(address, change, format="json").json()["values"]["dialects"] == "Doteli"
    assert client.put(address, change, format="json").status_code == 409
    assert client.post(f"{address}retire/").json()["retired_on"] == TODAY
    assert len(client.get("/api/v1/interpreters/").json()["results"]) == 1
