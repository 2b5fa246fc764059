"""Sign-in, the two halves of a session, and sign-out."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import checks, rate
from core.accounts import change_password, create_person
from core.auth import KeySlotBackend, NoHasher
from core.celery import app, forget_sessions
from core.models import AuditEvent, Membership, User
from referrals.demo import World
from tests.conftest import PASSWORD, api, sign_in


def signed_in(client: Client) -> bool:
    """Whether a page that asks for a person is shown, and not the way to sign in."""
    response = client.get(reverse("password"))
    assert response.status_code in (200, 302)
    return bool(response.status_code == 200)


def try_to_sign_in(email: str, password: str) -> Any:
    return Client().post(reverse("sign-in"), {"email": email, "password": password})


def halves(client: Client, settings: Any) -> tuple[str, str]:
    return client.cookies[settings.SESSION_COOKIE_NAME].value, client.cookies[settings.KEY_COOKIE_NAME].value


def browser_with(settings: Any, session: str | None, key: str | None) -> Client:
    client = Client()
    if session is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    if key is not None:
        client.cookies[settings.KEY_COOKIE_NAME] = key
    return client


# --- the two halves  ----------------------------------------


def test_both_halves_together_are_a_session(world: World, settings: Any) -> None:
    session, key = halves(sign_in(world["assigned"]), settings)
    assert signed_in(browser_with(settings, session, key))


def test_either_half_alone_is_anonymous(world: World, settings: Any) -> None:
    session, key = halves(sign_in(world["assigned"]), settings)
    for pair in (
        (session, None),
        (None, key),
        (session, ""),
        (session, "00" * 32),
        (session, "not hex"),
        ("x", key),
    ):
        assert not signed_in(browser_with(settings, *pair)), pair


def test_halves_of_two_sessions_are_anonymous_even_of_one_person(world: World, settings: Any) -> None:
    first, second = sign_in(world["assigned"]), sign_in(world["assigned"])
    other = sign_in(world["stranger"])
    session, _key = halves(first, settings)
    for stolen in (second, other):
        assert not signed_in(browser_with(settings, session, halves(stolen, settings)[1]))
        assert not signed_in(browser_with(settings, halves(stolen, settings)[0], halves(first, settings)[1]))


def test_the_session_holds_the_private_key_sealed_alone(world: World) -> None:
    persona = world["assigned"]
    sign_in(persona)
    [row] = Session.objects.all()
    content = str(row.get_decoded())
    assert persona.private_key.hex() not in content
    assert PASSWORD not in content
    assert persona.email not in content


def test_the_key_cookie_is_out_of_reach(world: World, settings: Any) -> None:
    cookie = sign_in(world["assigned"]).cookies[settings.KEY_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/"
    assert cookie["domain"] == cookie["max-age"] == cookie["expires"] == ""


def test_a_session_from_before_sign_in_is_not_kept(world: World, settings: Any) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "fixated0session0key0chosen0by0the"
    client.post(reverse("sign-in"), {"email": world["assigned"].email, "password": PASSWORD})
    assert signed_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "fixated0session0key0chosen0by0the"


def test_sessions_in_signed_cookies_are_refused_at_start(settings: Any) -> None:
    assert checks.sessions_stay_on_the_server(None) == []
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    assert [message.id for message in checks.sessions_stay_on_the_server(None)] == ["hearth.E001"]


def test_the_cookies_of_a_server_are_bound_to_its_host(tmp_path: Path) -> None:
    """The prefix demands Secure, Path=/ and no Domain."""
    show = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.KEY_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.DEBUG)"
    )
    production = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "SECRET_KEY": "x" * 60,
        "HEARTH_VAR_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", show], env=production, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["__Host-session", "__Host-key", "True", "True", "False"]


# --- the end of a session  ----------------------------------------


def test_sign_out_deletes_the_row_and_the_key(world: World, settings: Any) -> None:
    client = sign_in(world["assigned"])
    session, key = halves(client, settings)
    client.post(reverse("sign-out"))
    assert not Session.objects.filter(session_key=session).exists()
    assert client.cookies[settings.KEY_COOKIE_NAME].value == ""
    assert not signed_in(browser_with(settings, session, key))
    assert AuditEvent.objects.filter(action="sign_out", actor=world["assigned"].user.pk).exists()


def test_sign_out_is_no_link(world: World) -> None:
    client = sign_in(world["assigned"])
    assert client.get(reverse("sign-out")).status_code == 405
    assert signed_in(client)


def test_a_changed_password_ends_every_session(world: World) -> None:
    persona = world["assigned"]
    clients = [sign_in(persona), sign_in(persona)]
    change_password(actor=persona.actor, current=PASSWORD, new="seven slow trains at dawn")
    assert not any(signed_in(client) for client in clients)


def test_whoever_is_made_inactive_is_out(world: World) -> None:
    client = sign_in(world["assigned"])
    User.objects.filter(pk=world["assigned"].user.pk).update(is_active=False)
    assert not signed_in(client)


def test_a_membership_that_was_tampered_with_stops_the_request(world: World) -> None:
    client = sign_in(world["assigned"])
    client.raise_request_exception = False
    Membership.objects.filter(user=world["assigned"].user).update(role="administrator")
    assert client.get(reverse("password")).status_code == 500


# --- failures tell nothing  ----------------------------------------


def test_there_is_one_answer_to_every_failure(world: World) -> None:
    User.objects.filter(pk=world["advocate"].user.pk).update(is_active=False)
    create_person(email="keyless@hearth.example", name="Keyless", organisation=world.team.organisation)
    answers = set()
    for email, password in (
        ("nobody@hearth.example", PASSWORD),
        (world["assigned"].email, "wrong password here"),
        (world["advocate"].email, PASSWORD),
        ("keyless@hearth.example", PASSWORD),
    ):
        response = try_to_sign_in(email, password)
        body = response.content.decode().replace(email, "EMAIL")
        answers.add((response.status_code, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)))
        assert not response.cookies.get("key")
    [(status, body)] = answers
    assert status == 400
    assert "e-mail address or the password is not right" in body


def test_a_password_is_not_sent_back(world: World) -> None:
    assert (
        "wrong password here"
        not in try_to_sign_in(world["assigned"].email, "wrong password here").content.decode()
    )


def test_failures_enter_the_trail_without_an_address(world: World) -> None:
    try_to_sign_in("nobody@hearth.example", PASSWORD)
    try_to_sign_in(world["assigned"].email, "wrong password here")
    events = list(AuditEvent.objects.filter(action="sign_in", outcome="denied").order_by("id"))
    assert [event.object for event in events] == [None, world["assigned"].user.pk]
    assert "hearth.example" not in str([vars(event) for event in events])


@pytest.mark.parametrize("spelling", ["assigned@hearth.example", "ASSIGNED@Hearth.Example"])
def test_the_case_of_an_address_does_not_matter(world: World, spelling: str) -> None:
    assert try_to_sign_in(spelling, PASSWORD).status_code == 302


def test_no_hasher_of_djangos_stands_beside(world: World) -> None:
    for use in (lambda: NoHasher().encode("x", "y"), lambda: NoHasher().verify("x", "y")):
        with pytest.raises(TypeError):
            use()
    assert authenticate(None, username=None, password=None) is None
    assert KeySlotBackend().get_user(world["assigned"].user.pk) == world["assigned"].user


# --- guessing  ----------------------------------------


def test_after_ten_attempts_the_right_password_waits_too(world: World) -> None:
    for _ in range(10):
        assert try_to_sign_in(world["assigned"].email, "wrong password here").status_code == 400
    response = try_to_sign_in(world["assigned"].email, PASSWORD)
    assert response.status_code == 400
    assert "Too many attempts" in response.content.decode()
    assert try_to_sign_in(world["teammate"].email, PASSWORD).status_code == 302


def test_page_and_api_count_together(world: World) -> None:
    for _ in range(5):
        try_to_sign_in(world["assigned"].email, "wrong password here")
        Client().post(
            reverse("tokens"),
            {"email": world["assigned"].email, "password": "wrong password here"},
            content_type="application/json",
        )
    response = Client().post(
        reverse("tokens"),
        {"email": world["assigned"].email, "password": PASSWORD},
        content_type="application/json",
    )
    assert response.status_code == 429


def test_no_spelling_of_an_address_counts_apart(db: None) -> None:
    """PostgreSQL finds a person under the long s and the dotless i too, and Django takes both in an address."""
    spellings = [
        "assigned@hearth.example",
        "ASSIGNED@hearth.example",
        "a\u017fsigned@hearth.example",
        "ass\u0131gned@hearth.example",
    ]
    for attempt in range(10):
        assert rate.allow("sign-in", spellings[attempt % 4])
    assert not any(rate.allow("sign-in", spelling) for spelling in spellings)


def test_a_thousand_other_addresses_do_not_push_a_limit_out(db: None) -> None:
    for _ in range(10):
        rate.allow("sign-in", "assigned@hearth.example")
    for number in range(400):
        rate.allow("sign-in", f"{number}@hearth.example")
    assert not rate.allow("sign-in", "assigned@hearth.example")


def test_a_place_is_free_again_after_the_window(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rate.LIMITS, "sign-in", (2, 0))  # seconds: they end at once
    assert all(rate.allow("sign-in", "a@hearth.example") for _ in range(20))


# --- where it leads  ----------------------------------------


def test_sign_in_leads_to_where_one_wanted_to_go(world: World) -> None:
    wanted = reverse("password")
    asked = Client().get(wanted)
    assert asked.headers["Location"] == f"{reverse('sign-in')}?next={wanted}"
    response = Client().post(
        asked.headers["Location"], {"email": world["assigned"].email, "password": PASSWORD, "next": wanted}
    )
    assert response.headers["Location"] == wanted


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "/\t/evil.example",
        "https://testserver@evil.example/",
        "http://[evil",
    ],
)
def test_and_never_to_another_site(world: World, target: str) -> None:
    for where in ("post", "get"):
        client = Client()
        query = {"next": target} if where == "get" else {}
        body = {
            "email": world["assigned"].email,
            "password": PASSWORD,
            **({"next": target} if where == "post" else {}),
        }
        response = client.post(reverse("sign-in", query=query), body)
        assert response.status_code == 302
        assert response.headers["Location"] == reverse("home")


def test_sign_in_is_guarded_against_forged_forms(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("sign-in"), {"email": world["assigned"].email, "password": PASSWORD})
    assert response.status_code == 403
    assert not Session.objects.exists()


# --- the API knows tokens alone  ----------------------------------------


def test_a_browser_session_is_nobody_at_the_api_and_a_token_nobody_in_the_browser(world: World) -> None:
    assert sign_in(world["assigned"]).get("/api/v1/cases/").status_code == 401
    assert api(world["assigned"]).get("/api/v1/cases/").status_code == 200
    assert api(world["assigned"]).get(reverse("password")).status_code == 302


def test_the_session_is_signed(world: World) -> None:
    sign_in(world["assigned"])
    [row] = Session.objects.all()
    with pytest.raises(signing.BadSignature):
        signing.loads(row.session_data + "x", salt="django.contrib.sessions.SessionStore")


def test_a_session_that_ran_out_is_deleted_with_its_sealed_key(world: World) -> None:
    client = sign_in(world["assigned"])
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    forget_sessions()
    assert not Session.objects.exists()
    assert client.get("/today/").status_code == 302


def test_every_scheduled_task_exists(settings: Any) -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= set(app.tasks)
