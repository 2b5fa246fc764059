"""Two at once, on real connections: one wins, the other is told, nothing is lost."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from casework import case_file
from casework.approvals import Subject
from casework.case_file import open_case_file
from casework.models import Case, SectionVersion
from casework.services import save_section, withdraw_consent
from casework.services.consents import Purpose
from casework.services.exceptions import claim_exception
from core import outbox, rate
from core.access import open_object, rekey_object
from core.access_audit import disagreements
from core.errors import HearthError, Refused, Stale, WrongState
from core.models import Kind, OutboxItem
from referrals.demo import World
from referrals.models import Handover
from referrals.selectors import inbox_of
from referrals.services import accept_referral, draft_referral, send_referral, withdraw_referral

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call all of them together, each in a thread with a connection of its own; results or Hearth's errors."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=20)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    unexpected = [
        each for each in results if isinstance(each, Exception) and not isinstance(each, HearthError)
    ]
    assert unexpected == []
    return results


def save(world: World, case: Case, name: str, note: str) -> Callable[[], Any]:
    actor = world[name].actor
    return lambda: save_section(
        actor=actor, case_id=case.pk, section="identity", values={"chosen_name": note}, base_version=1
    )


def test_of_two_who_save_one_section_one_wins_and_the_other_sees_both(world: World, case: Case) -> None:
    results = at_once(save(world, case, "assigned", "Linnet A"), save(world, case, "teammate", "Linnet B"))
    [row] = [each for each in results if isinstance(each, SectionVersion)]
    [stale] = [each for each in results if isinstance(each, Stale)]
    assert row.version == stale.newest_version == 2
    now = open_case_file(world["assigned"].actor, case.pk).section("identity")
    assert now.values == stale.newest != stale.yours


def test_of_two_who_save_two_sections_both_win(world: World, case: Case) -> None:
    other = world["teammate"].actor
    results = at_once(
        save(world, case, "assigned", "Linnet A"),
        lambda: save_section(
            actor=other,
            case_id=case.pk,
            section="contact_and_safety",
            values={"code_word": "thistle"},
            base_version=1,
        ),
    )
    assert [each.version for each in results] == [2, 2]
    file = open_case_file(world["supervisor"].actor, case.pk)
    assert file.documents["identity"]["chosen_name"] == "Linnet A"
    assert file.documents["contact_and_safety"]["code_word"] == "thistle"


def test_whoever_saves_keeps_a_new_key_waiting(
    world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a revocation nothing more may be sealed under the key that the other side once had."""
    rekeyed, overtaken = threading.Event(), []

    def open_and_dawdle(*arguments: Any, **named: Any) -> Any:
        opened = open_object(*arguments, **named)
        monkeypatch.undo()
        overtaken.append(rekeyed.wait(timeout=0.5))
        return opened

    def rekey() -> None:
        rekey_object(actor=supervisor, object_id=case.pk, kind=Kind.CASE)
        rekeyed.set()

    supervisor = world["supervisor"].actor
    saving = save(world, case, "assigned", "Linnet A")
    started = threading.Event()

    def saving_first() -> Any:
        monkeypatch.setattr(
            case_file, "open_object", lambda *a, **n: (started.set(), open_and_dawdle(*a, **n))[1]
        )
        return saving()

    at_once(saving_first, lambda: (started.wait(timeout=20), rekey()))
    assert overtaken == [False]
    file = open_case_file(world["teammate"].actor, case.pk)
    assert file.opened.version == 2
    assert file.section("identity").values["chosen_name"] == "Linnet A"
    assert list(disagreements()) == []


def test_two_new_keys_at_once_are_drawn_one_after_the_other(world: World, case: Case) -> None:
    actors = [world[name].actor for name in ("assigned", "teammate")]
    at_once(*(lambda a=a: rekey_object(actor=a, object_id=case.pk, kind=Kind.CASE) for a in actors))
    assert open_object(world["assigned"].actor, case.pk, Kind.CASE).version == 3


@pytest.mark.usefixtures("share_consent")
def test_sending_while_the_consent_is_withdrawn_ends_with_nothing_readable(world: World, case: Case) -> None:
    referral = draft_referral(
        actor=world["assigned"].actor,
        case_id=case.pk,
        service_id=world.services[0].pk,
        fields=["identity.chosen_name"],
    )
    sender, other = world["assigned"].actor, world["teammate"].actor
    [consent] = [each for each in open_case_file(other, case.pk).consents if each.purpose == Purpose.SHARE]
    sent, withdrawn = at_once(
        lambda: send_referral(actor=sender, referral_id=referral.pk),
        lambda: withdraw_consent(actor=other, case_id=case.pk, consent_id=consent.id),
    )
    assert not isinstance(withdrawn, Exception)
    assert not isinstance(sent, Exception) or isinstance(sent, Refused | WrongState)
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    assert not inbox_of(world["focal_point"].actor).exists()


@pytest.mark.usefixtures("share_consent")
def test_of_accepting_and_withdrawing_one_holds(world: World, case: Case) -> None:
    sender, partner = world["assigned"].actor, world["focal_point"].actor
    referral = draft_referral(
        actor=sender, case_id=case.pk, service_id=world.services[0].pk, fields=["identity.chosen_name"]
    )
    packet = send_referral(actor=sender, referral_id=referral.pk).packet
    accepted, withdrawn = at_once(
        lambda: accept_referral(actor=partner, packet_id=packet.pk),
        lambda: withdraw_referral(actor=sender, referral_id=referral.pk),
    )
    assert isinstance(accepted, HearthError) != isinstance(withdrawn, HearthError)
    referral.refresh_from_db()
    assert referral.state == ("withdrawn" if isinstance(accepted, HearthError) else "accepted")


@pytest.mark.usefixtures("share_consent")
def test_accepting_while_the_consent_is_withdrawn_ends_in_a_closed_packet_or_a_handover(
    world: World, case: Case
) -> None:
    sender, partner = world["assigned"].actor, world["focal_point"].actor
    referral = draft_referral(
        actor=sender, case_id=case.pk, service_id=world.services[0].pk, fields=["identity.chosen_name"]
    )
    packet = send_referral(actor=sender, referral_id=referral.pk).packet
    [consent] = open_case_file(sender, case.pk).consents
    accepted, withdrawn = at_once(
        lambda: accept_referral(actor=partner, packet_id=packet.pk),
        lambda: withdraw_consent(actor=sender, case_id=case.pk, consent_id=consent.id),
    )
    assert not isinstance(withdrawn, Exception)
    in_time = not isinstance(accepted, Exception)
    referral.refresh_from_db()
    assert referral.state == ("accepted" if in_time else "withdrawn")
    assert Handover.objects.filter(referral=referral).exists() == in_time
    assert inbox_of(partner).exists() == in_time


def test_a_claimed_exception_carries_one_of_two_referrals_sent_at_once(world: World, case: Case) -> None:
    sender = world["assigned"].actor
    claim_exception(
        actor=sender,
        case_id=case.pk,
        basis=Subject.IMMINENT_HARM,
        recipient=world.partner_team.organisation_id,
        what="x",
        reason="x",
    )
    drafts = [
        draft_referral(actor=sender, case_id=case.pk, service_id=service.pk, fields=["identity.chosen_name"])
        for service in world.services
    ]
    results = at_once(*(lambda d=d: send_referral(actor=sender, referral_id=d.pk) for d in drafts))
    assert sorted(isinstance(each, Refused) for each in results) == [False, True]


def test_two_relays_never_hand_out_the_same_row(world: World) -> None:
    OutboxItem.objects.bulk_create(
        OutboxItem(kind="x", subject=person.user.pk, run_at="2026-01-01T00:00Z")
        for person in world.people.values()
    )
    first, second = at_once(outbox.hand_out, outbox.hand_out)
    assert len(first) + len(second) == len(set(first) | set(second)) == len(world.people)


def test_guesses_at_once_are_all_counted(world: World) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    results = at_once(*(lambda: rate.allow("sign-in", "a@hearth.example") for _ in range(8)))
    results += at_once(*(lambda: rate.allow("sign-in", "a@hearth.example") for _ in range(8)))
    assert sum(results) == 10
