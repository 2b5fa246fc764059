"""Signing in, one's password, and the people of an organisation."""

import pytest
from django.test import Client
from django.urls import reverse

from referrals.demo import World
from tests.conftest import PASSWORD, sign_in
from tests.pages import queries, text, title, who_sees

NEW = "five small boats in the fog"


def test_a_wrong_password_and_an_unknown_address_look_the_same(world: World) -> None:
    pages = [
        Client().post("/sign-in/", {"email": email, "password": "not the right password"})
        for email in (world["assigned"].email, "nobody@hearth.example")
    ]
    assert [page.status_code for page in pages] == [400, 400]
    assert all("The e-mail address or the password is not right." in text(page) for page in pages)


def test_signing_in_leads_back_to_the_page_that_was_asked_for_but_never_to_another_site(world: World) -> None:
    asked = Client().get("/cases/").headers["Location"]
    assert asked == "/sign-in/?next=/cases/"
    form = {"email": world["assigned"].email, "password": PASSWORD}
    assert 'name="next" value="/cases/"' in text(Client().get(asked))
    assert Client().post("/sign-in/", form | {"next": "/cases/"}).headers["Location"] == "/cases/"
    assert (
        Client().post("/sign-in/", form | {"next": "https://elsewhere.example/"}).headers["Location"] == "/"
    )


@pytest.mark.parametrize(
    ("persona", "first_page"),
    [
        ("assigned", "today"),
        ("supervisor", "today"),
        ("focal_point", "inbox"),
        ("advocate", "statistics"),
        ("administrator", "people"),
    ],
)
def test_each_role_has_its_first_page(world: World, persona: str, first_page: str) -> None:
    assert sign_in(world[persona]).get("/").headers["Location"] == reverse(first_page)


def test_the_navigation_shows_what_the_role_can_open(world: World) -> None:
    partner = text(sign_in(world["focal_point"]).get("/inbox/"))
    assert 'href="/inbox/"' in partner
    assert 'href="/cases/"' not in partner


def test_the_administrator_alone_sees_people(world: World) -> None:
    assert who_sees(world, "/people/") == {"administrator"}


def test_people_are_those_of_the_organisation_with_their_teams_and_roles(world: World) -> None:
    page = text(sign_in(world["administrator"]).get("/people/"))
    assert "Amina Okello" in page
    assert "Casework</bdi>: Caseworker" in page
    assert "Farid Nasser" not in page


def test_the_list_of_people_takes_as_many_queries_for_more_people(world: World) -> None:
    client = sign_in(world["administrator"])
    before = queries(client, "/people/")
    for persona in ("focal_point", "stranger"):
        user = world[persona].user
        user.organisation = world["administrator"].user.organisation
        user.save(update_fields=["organisation"])
    assert queries(client, "/people/") == before


def test_a_new_password_signs_out_and_opens_the_same_keys(world: World) -> None:
    client = sign_in(world["assigned"])
    response = client.post("/password/", {"current": PASSWORD, "new": NEW})
    assert response.headers["Location"] == "/sign-in/"
    assert "Your password is changed." in text(client.get("/sign-in/"))
    assert client.get("/today/").status_code == 302
    form = {"email": world["assigned"].email, "password": NEW}
    assert Client().post("/sign-in/", form).status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "message"),
    [
        ("not my password now", NEW, "This is not your password."),
        (PASSWORD, "short", "Use at least 14 characters"),
    ],
)
def test_a_password_that_can_t_be_taken_is_explained_at_its_field(
    world: World, current: str, new: str, message: str
) -> None:
    response = sign_in(world["assigned"]).post("/password/", {"current": current, "new": new})
    assert response.status_code == 400
    assert message in text(response)


def test_titles_name_a_kind_of_page_and_nothing_else(world: World) -> None:
    assert title(Client().get("/sign-in/")) == "Hearth"
    assert title(sign_in(world["administrator"]).get("/people/")) == "Hearth: people and teams"
    assert title(sign_in(world["assigned"]).get("/password/")) == "Hearth: password"
