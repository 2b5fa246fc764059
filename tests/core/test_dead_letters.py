"""Work that failed too often: seen, tried again or given up by administrators alone."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core import outbox
from core.dead_letters import (
    DiscardReason,
    dead_letter,
    dead_letters_of,
    discard_dead,
    retry_all_dead,
    retry_dead,
)
from core.errors import HearthError, NotVisible, Refused, WrongState
from core.models import AuditEvent, OutboxItem
from referrals.demo import World
from tests.conftest import PERSONAS, sign_in
from tests.pages import queries, text, who_sees

pytestmark = pytest.mark.django_db

VERBS = {
    "list": lambda actor, item: dead_letters_of(actor),
    "look at": lambda actor, item: dead_letter(actor, item.pk),
    "retry": lambda actor, item: retry_dead(actor=actor, item_id=item.pk),
    "retry all": lambda actor, item: retry_all_dead(actor=actor),
    "discard": lambda actor, item: discard_dead(
        actor=actor, item_id=item.pk, reason=DiscardReason.NOT_NEEDED
    ),
}


def dead(kind: str = "core.notify", subject: UUID | None = None, minutes: int = 0) -> OutboxItem:
    at = timezone.now() - timedelta(minutes=minutes)
    return OutboxItem.objects.create(
        kind=kind,
        subject=subject or uuid4(),
        run_at=at,
        dead_at=at,
        attempts=outbox.ATTEMPTS,
        error="SMTPServerDisconnected",
    )


def trail() -> list[tuple[str, UUID | None, UUID | None]]:
    events = AuditEvent.objects.filter(action__startswith="outbox.")
    return list(events.values_list("action", "actor", "object"))


# --- who may  ----------------------------------------


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", PERSONAS)
def test_an_administrator_alone_may(world: World, name: str, verb: str) -> None:
    item = dead()
    if name == "administrator":
        VERBS[verb](world[name].actor, item)
        return
    with pytest.raises(NotVisible):
        VERBS[verb](world[name].actor, item)
    item.refresh_from_db()
    assert item.dead_at is not None
    assert trail() == []


@pytest.mark.parametrize("verb", ["look at", "retry", "discard"])
@pytest.mark.parametrize("state", ["waiting", "leased", "done", "gone"])
def test_what_is_not_dead_is_left_alone(world: World, verb: str, state: str) -> None:
    item = dead()
    now = timezone.now()
    rows = OutboxItem.objects.filter(pk=item.pk)
    match state:
        case "gone":
            rows.delete()
        case "done":
            rows.update(done_at=now)
        case _:
            rows.update(dead_at=None, leased_until=now + outbox.LEASE if state == "leased" else None)
    before = list(rows.values())
    expected: type[HearthError] = NotVisible if verb == "look at" else WrongState
    with pytest.raises(expected):
        VERBS[verb](world["administrator"].actor, item)
    assert list(rows.values()) == before
    assert trail() == []


# --- trying again  ----------------------------------------


def test_what_is_tried_again_has_all_its_attempts_before_it(world: World) -> None:
    item, admin = dead("core.nobody"), world["administrator"]
    retry_dead(actor=admin.actor, item_id=item.pk)
    assert trail() == [("outbox.retried", admin.user.pk, item.pk)]
    assert outbox.hand_out() == [item.pk]
    outbox.run(item.pk)
    item.refresh_from_db()
    assert (item.attempts, item.dead_at, item.error) == (1, None, "KeyError")


def test_of_one_that_is_dead_and_a_newer_one_that_waits_the_newer_does_the_work(world: World) -> None:
    item = dead()
    newer = OutboxItem.objects.create(kind=item.kind, subject=item.subject, run_at=timezone.now())
    retry_dead(actor=world["administrator"].actor, item_id=item.pk)
    assert outbox.hand_out() == [newer.pk]
    assert not dead_letters_of(world["administrator"].actor).exists()


def test_all_of_it_is_tried_again_at_once_with_one_line_in_the_trail(world: World) -> None:
    items = {dead().pk for _ in range(3)}
    admin = world["administrator"]
    assert retry_all_dead(actor=admin.actor) == 3
    assert set(outbox.hand_out()) == items
    assert trail() == [("outbox.retried_all", admin.user.pk, None)]
    assert AuditEvent.objects.latest("pk").codes == {"count": 3}
    assert retry_all_dead(actor=admin.actor) == 0
    assert len(trail()) == 1


# --- giving up  ----------------------------------------


@pytest.mark.parametrize("reason", DiscardReason)
def test_what_is_given_up_is_gone_and_the_trail_says_what_it_was(world: World, reason: DiscardReason) -> None:
    item, admin = dead(), world["administrator"]
    discard_dead(actor=admin.actor, item_id=item.pk, reason=reason)
    assert not OutboxItem.objects.exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.actor, event.object) == ("outbox.discarded", admin.user.pk, item.pk)
    assert event.codes == {"work": "core.notify", "about": str(item.subject), "reason": reason.value}


@pytest.mark.parametrize("kind", ["casework.erase", "core.journal_object", "casework.forget_file"])
def test_what_destroys_something_cannot_be_given_up(world: World, kind: str) -> None:
    item, admin = dead(kind), world["administrator"]
    with pytest.raises(Refused):
        discard_dead(actor=admin.actor, item_id=item.pk, reason=DiscardReason.NOT_NEEDED)
    answer = sign_in(admin).post(f"/operations/dead/{item.pk}/discard/", {"reason": "mistake"})
    assert answer.status_code == 400
    assert "given up." in text(answer)
    assert OutboxItem.objects.filter(pk=item.pk).exists()
    assert trail() == []


# --- the pages  ----------------------------------------


def test_the_pages_are_the_administrators(world: World) -> None:
    item = dead()
    for address in (
        "/operations/dead/",
        f"/operations/dead/{item.pk}/",
        f"/operations/dead/{item.pk}/discard/",
    ):
        assert who_sees(world, address) == {"administrator"}


def test_the_list_shows_the_newest_first_and_takes_as_many_queries_for_more(world: World) -> None:
    old, new = dead("core.old", minutes=5), dead("core.new")
    client = sign_in(world["administrator"])
    page = text(client.get("/operations/dead/"))
    assert page.index(str(new.pk)) < page.index(str(old.pk))
    assert "SMTPServerDisconnected" in page
    before = queries(client, "/operations/dead/")
    for _ in range(5):
        dead()
    assert queries(client, "/operations/dead/") == before


def test_a_long_list_has_pages(world: World) -> None:
    items = [dead(minutes=minutes) for minutes in range(51)]
    client = sign_in(world["administrator"])
    first = text(client.get("/operations/dead/"))
    assert str(items[49].pk) in first
    assert str(items[50].pk) not in first
    assert str(items[50].pk) in text(client.get(f"/operations/dead/?after={items[49].pk}"))


def test_one_is_looked_at_and_tried_again(world: World) -> None:
    item, client = dead(), sign_in(world["administrator"])
    page = text(client.get(f"/operations/dead/{item.pk}/"))
    assert all(word in page for word in (item.kind, str(item.subject), item.error))
    answer = client.post(f"/operations/dead/{item.pk}/retry/", follow=True)
    assert "It will be tried again within seconds." in text(answer)
    assert "Nothing has failed" in text(answer)
    assert outbox.hand_out() == [item.pk]
    assert client.post(f"/operations/dead/{item.pk}/retry/").status_code == 404


def test_one_is_given_up_for_a_reason_and_never_without_one(world: World) -> None:
    item, client = dead(), sign_in(world["administrator"])
    address = f"/operations/dead/{item.pk}/discard/"
    for sent in ({}, {"reason": "because"}):
        assert client.post(address, sent).status_code == 400
        assert OutboxItem.objects.exists()
    answer = client.post(address, {"reason": "impossible"}, follow=True)
    assert "It is given up, and will not be done." in text(answer)
    assert not OutboxItem.objects.exists()


def test_all_is_tried_again_from_the_page(world: World) -> None:
    for _ in range(2):
        dead()
    answer = sign_in(world["administrator"]).post("/operations/dead/retry/", follow=True)
    assert "2 pieces of work will be tried again." in text(answer)
    assert len(outbox.hand_out()) == 2


# --- the command  ----------------------------------------


def test_the_command_tries_one_again_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = dead(), dead()
    call_command("outbox", "retry", str(one.pk))
    assert outbox.hand_out() == [one.pk]
    with pytest.raises(CommandError, match="no dead work"):
        call_command("outbox", "retry", str(one.pk))
    call_command("outbox", "retry", "--all")
    assert outbox.hand_out() == [other.pk]
    assert capsys.readouterr().out == "1 to be tried again.\n1 to be tried again.\n"
    assert trail() == [("outbox.retried", None, one.pk), ("outbox.retried_all", None, None)]


@pytest.mark.parametrize("arguments", [[], ["retry"], ["retry", "x"], ["forget"]])
def test_the_command_does_nothing_that_it_was_not_clearly_asked_for(arguments: list[str]) -> None:
    item = dead()
    with pytest.raises(CommandError):
        call_command("outbox", *arguments)
    item.refresh_from_db()
    assert item.dead_at is not None
