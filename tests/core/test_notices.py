"""Notices: on everyone's first page, saying that something happened and leading there as long as one may look."""

from uuid import uuid4

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from casework.models import Case
from core import notices
from core.access import grant_access, revoke_access
from core.errors import NotVisible
from core.models import Kind, Level, Notice
from core.notices import MOST, put_away, shown_to, tell
from referrals.demo import Persona, World
from tests.conftest import PERSONAS, api, sign_in
from tests.neighbours import elsewhere
from tests.pages import queries, text

FIRST = {
    "assigned": "/today/",
    "teammate": "/today/",
    "supervisor": "/today/",
    "stranger": "/today/",
    "focal_point": "/inbox/",
    "advocate": "/statistics/",
    "administrator": "/people/",
}


@pytest.fixture(autouse=True)
def _a_word() -> None:
    notices.define("kettle", _("The kettle whistles"))


@pytest.mark.parametrize("name", PERSONAS)
def test_each_persona_finds_theirs_on_their_first_page_and_puts_it_away(world: World, name: str) -> None:
    tell([world[name].user.pk], "kettle")
    client = sign_in(world[name])
    assert "The kettle whistles" in text(client.get(FIRST[name]))
    assert "The kettle whistles" not in text(client.get("/password/"))
    away = f"/notices/{Notice.objects.get().pk}/away/"
    assert client.post(away).headers["Location"] == "/"
    assert "The kettle whistles" not in text(client.get(FIRST[name]))
    assert client.post(away).status_code == 404


def test_it_leads_there_as_long_as_one_may_look(world: World, assigned: Persona, case: Case) -> None:
    people = [world[name].user.pk for name in ("teammate", "stranger")]
    tell(people, "kettle", object=case.object)
    assert [each.url for each in shown_to(world["teammate"].actor)] == [f"/cases/{case.pk}/"]
    assert [each.url for each in shown_to(world["stranger"].actor)] == [""]
    team = elsewhere(world)
    about = {"actor": assigned.actor, "object_id": case.pk, "kind": Kind.CASE}
    grant_access(**about, principal=team.team, level=Level.WRITE)
    revoke_access(**{**about, "actor": team.supervisor.actor}, principal=world.team)
    assert [each.url for each in shown_to(world["teammate"].actor)] == [""]


def test_nobody_puts_away_anyone_elses(world: World) -> None:
    tell([world["assigned"].user.pk], "kettle")
    for notice_id in (Notice.objects.get().pk, uuid4()):
        with pytest.raises(NotVisible):
            put_away(actor=world["teammate"].actor, notice_id=notice_id)


def test_a_page_shows_the_newest_in_as_many_queries_for_many_as_for_one(
    world: World, assigned: Persona, case: Case
) -> None:
    client = sign_in(assigned)
    client.get("/today/")
    tell([assigned.user.pk], "kettle", object=case.object)
    one = queries(client, "/today/")
    for _each in range(MOST + 5):
        tell([assigned.user.pk], "kettle", object=case.object)
    assert queries(client, "/today/") == one
    assert text(client.get("/today/")).count("The kettle whistles</bdi>") == MOST


def test_a_program_reads_them_and_puts_them_away(assigned: Persona, case: Case) -> None:
    tell([assigned.user.pk], "kettle", object=case.object)
    tell([assigned.user.pk], "kettle")
    client = api(assigned)
    found = client.get("/api/v1/notices/").json()["results"]
    assert [(each["what"], each["kind"], each["object"]) for each in found] == [
        ("kettle", None, None),
        ("kettle", "case", str(case.pk)),
    ]
    assert client.post(f"/api/v1/notices/{found[0]['id']}/away/").status_code == 204
    assert len(client.get("/api/v1/notices/").json()["results"]) == 1


def test_a_notice_written_in_a_transaction_that_fails_tells_nobody(assigned: Persona) -> None:
    def fail() -> None:
        with transaction.atomic():
            tell([assigned.user.pk], "kettle")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail()
    assert not Notice.objects.exists()
