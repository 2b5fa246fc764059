"""A packet that is opened once: by whoever has the link and the passphrase, and by nobody twice."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from casework.models import Case
from casework.services import withdraw_consent
from core import crypto
from core.access import destroy_object
from core.access_audit import disagreements
from core.errors import Invalid, NotVisible
from core.handed_out import share_of
from core.models import AuditEvent, Notice, ServerShare
from referrals.demo import World
from referrals.models import OneTimePacket, Referral
from referrals.one_time import MOST_TRIES
from referrals.passphrases import COUNT, WORDS, as_said, new_passphrase
from referrals.services import end_what_is_over, withdraw_referral
from referrals.services.one_time import Opened, WrongPassphrase, answer_once, find_waiting
from referrals.services.other_ways import record_answer
from tests.casework.test_keeping_out import keep_out
from tests.pages import text, title
from tests.referrals.test_endings import told
from tests.referrals.ways import by_link, clinic, keys, press, readable


@pytest.fixture(autouse=True)
def _few_rounds(settings: Any) -> None:
    settings.LINK_ROUNDS = 1_000


@pytest.fixture
def sent(world: World, case: Case) -> Any:
    return by_link(world, case)


def content_of(opened: Any, using: Any) -> dict[str, Any]:
    return dict(json.loads(using.open(opened.share, opened.sealed)))


def row(sent: Any) -> OneTimePacket:
    return OneTimePacket.objects.select_related("object", "referral").get(pk=sent.packet_id)


# --- opening  ----------------------------------------


def test_whoever_has_both_reads_what_was_chosen_and_the_rules_of_safe_contact_and_nothing_else(
    sent: Any,
) -> None:
    opened = press(sent)
    content = content_of(opened, keys(sent))
    labels = [label for part in content["parts"] for label, _text in part["rows"]]
    written = json.dumps(content)
    assert {"Linnet", "+39 333 5550147"} <= {text for part in content["parts"] for _l, text in part["rows"]}
    assert "Harbour House" in written
    assert "Nobody has asked whether this is safe" in content["warnings"][0]
    for hidden in ("Canarygiven", "Canarynarrative", "marigold"):
        assert hidden not in written
    assert len(labels) == 2


def test_it_is_in_the_language_that_the_sender_chose(world: World, case: Case) -> None:
    sent = by_link(world, case, language="ar")
    content = content_of(press(sent), keys(sent))
    assert (content["language"], content["direction"]) == ("ar", "rtl")


def test_there_is_no_such_language(world: World, case: Case) -> None:
    with pytest.raises(Invalid):
        by_link(world, case, language="xx")


def test_opening_destroys_what_was_here_and_tells_the_sender(world: World, sent: Any) -> None:
    using, share = keys(sent), share_of(row(sent).object)
    assert readable(sent.packet_id, using, share)
    assert isinstance(press(sent), Opened)
    left = row(sent)
    assert (left.sealed, left.checks) == (None, None)
    assert left.opened_at is not None
    assert not ServerShare.objects.filter(object=left.object).exists()
    assert left.referral.state == "received"
    assert "one_time_opened" in told(world["assigned"])
    with pytest.raises(NotVisible):
        press(sent, using)


def test_a_wrong_passphrase_opens_nothing_and_burns_nothing_before_the_last_try(sent: Any) -> None:
    wrong = keys(sent, passphrase=new_passphrase())
    lefts = [press(sent, wrong) for _try in range(MOST_TRIES - 1)]
    assert [each.left for each in lefts if isinstance(each, WrongPassphrase)] == [4, 3, 2, 1]
    assert isinstance(press(sent), Opened)


def test_after_the_last_try_it_is_destroyed_and_the_sender_knows(world: World, sent: Any) -> None:
    wrong, right = keys(sent, passphrase=new_passphrase()), keys(sent)
    share = share_of(row(sent).object)
    for _try in range(MOST_TRIES):
        press(sent, wrong)
    assert not readable(sent.packet_id, right, share)
    assert "one_time_used_up" in told(world["assigned"])
    with pytest.raises(NotVisible):
        press(sent, right)


def test_whoever_lacks_the_fragment_can_use_up_no_try(sent: Any) -> None:
    guessed = keys(sent, link_key=crypto.new_key())
    for _try in range(MOST_TRIES + 1):
        with pytest.raises(NotVisible):
            press(sent, guessed)
    assert row(sent).tries == 0
    assert isinstance(press(sent), Opened)


@pytest.mark.parametrize(
    "typed", ["{0}  {1} {2}, {3} {4} {5}", "{0}-{1}-{2}-{3}-{4}-{5}", " {0} {1} {2} {3} {4} {5}"]
)
def test_a_passphrase_counts_as_it_is_said(sent: Any, typed: str) -> None:
    words = sent.secrets.passphrase.upper().split()
    assert isinstance(press(sent, keys(sent, passphrase=typed.format(*words))), Opened)


def test_words_are_plain_and_there_are_as_many_as_was_counted_with() -> None:
    assert len(set(WORDS)) == 512
    assert all(re.fullmatch("[a-z]{3,7}", word) for word in WORDS)
    assert len(as_said(new_passphrase()).split()) == COUNT == 6


# --- answering  ----------------------------------------


@pytest.mark.parametrize(
    ("answer", "reason", "state"),
    [("accepted", "", "accepted"), ("declined", "full", "declined"), ("call", "", "received")],
)
def test_the_page_that_opened_it_answers_once(
    world: World, sent: Any, answer: str, reason: str, state: str
) -> None:
    opened = press(sent)
    assert isinstance(opened, Opened)
    answered = answer_once(packet_id=sent.packet_id, token=opened.token, answer=answer, reason=reason)
    assert answered.state == state
    assert (row(sent).answer, row(sent).reason) == (answer, reason)
    assert "one_time_answered" in told(world["assigned"])
    with pytest.raises(NotVisible):
        answer_once(packet_id=sent.packet_id, token=opened.token, answer="declined", reason="full")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [("declined", ""), ("declined", "because"), ("declined", "referred_onward"), ("x", "")],
)
def test_an_answer_is_a_code_of_the_list(sent: Any, answer: str, reason: str) -> None:
    opened = press(sent)
    assert isinstance(opened, Opened)
    with pytest.raises(Invalid):
        answer_once(packet_id=sent.packet_id, token=opened.token, answer=answer, reason=reason)


def test_nobody_else_answers(sent: Any) -> None:
    with pytest.raises(NotVisible):
        answer_once(packet_id=sent.packet_id, token=crypto.new_key(), answer="accepted")
    press(sent)
    with pytest.raises(NotVisible):
        answer_once(packet_id=sent.packet_id, token=crypto.new_key(), answer="accepted")


# --- its end  ----------------------------------------


def _withdraws(world: World, case: Case, sent: Any, patch: Any) -> None:
    withdraw_referral(actor=world["assigned"].actor, referral_id=sent.referral.pk)


def _consent_withdrawn(world: World, case: Case, sent: Any, patch: Any) -> None:
    given = case.consents.get()
    withdraw_consent(actor=world["assigned"].actor, case_id=case.pk, consent_id=given.pk)


def _expires(world: World, case: Case, sent: Any, patch: Any) -> None:
    later = timezone.now() + timedelta(days=8)
    patch.setattr(timezone, "now", lambda: later)
    assert end_what_is_over() == 1
    assert end_what_is_over() == 0


def _kept_out(world: World, case: Case, sent: Any, patch: Any) -> None:
    keep_out(world["supervisor"], case, f"organisation:{clinic().organisation_id}")


def _restored(world: World, case: Case, sent: Any, patch: Any) -> None:
    destroy_object(actor=None, object=row(sent).object)


def _declined_by_phone(world: World, case: Case, sent: Any, patch: Any) -> None:
    record_answer(
        actor=world["assigned"].actor, referral_id=sent.referral.pk, answer="declined", reason="full"
    )


ENDS = [_withdraws, _consent_withdrawn, _expires, _declined_by_phone, _kept_out, _restored]


@pytest.mark.parametrize("end", ENDS)
def test_once_it_has_ended_nothing_of_it_can_be_read_here(
    world: World, case: Case, sent: Any, end: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    using, share = keys(sent), share_of(row(sent).object)
    end(world, case, sent, monkeypatch)
    assert not readable(sent.packet_id, using, share)
    assert not ServerShare.objects.filter(object=sent.packet_id).exists()
    with pytest.raises(NotVisible):
        press(sent, using)
    with pytest.raises(NotVisible):
        find_waiting(sent.packet_id)


@pytest.mark.parametrize("end", ENDS[:4])
def test_once_it_has_ended_it_cannot_be_answered_either_and_the_sender_sees_that_it_was_read(
    world: World, case: Case, sent: Any, end: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = press(sent)
    assert isinstance(opened, Opened)
    end(world, case, sent, monkeypatch)
    assert row(sent).opened_at is not None
    with pytest.raises(NotVisible):
        answer_once(packet_id=sent.packet_id, token=opened.token, answer="accepted")


def test_a_row_holds_content_only_while_it_waits(sent: Any) -> None:
    for change in ({"opened_at": timezone.now()}, {"closed_at": timezone.now()}, {"sealed": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OneTimePacket.objects.filter(pk=sent.packet_id).update(**change)


def test_permissions_and_keys_agree_with_one_that_waits_and_one_that_was_opened(
    world: World, case: Case, sent: Any
) -> None:
    assert list(disagreements()) == []
    press(sent)
    assert list(disagreements()) == []


# --- the page  ----------------------------------------


def posts(sent: Any, using: Any) -> dict[str, str]:
    values = {"link": using.link_proof, "passphrase": using.proof}
    return {name: base64.b64encode(value).decode() for name, value in values.items()}


def address(sent: Any) -> str:
    return f"/o/{sent.packet_id}/"


def test_looking_at_the_page_tells_nothing_and_destroys_nothing(sent: Any) -> None:
    for _preview in range(3):
        page = Client().get(address(sent))
        assert page.status_code == 200
        assert title(page) == "Hearth"
        for word in ("Harbour", "Canaryclinic", "General care", "Linnet", "referral", str(sent.referral.pk)):
            assert word not in text(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert isinstance(press(sent), Opened)


def test_opening_and_answering_by_the_page(sent: Any) -> None:
    client, using = Client(), keys(sent)
    wrong = client.post(f"{address(sent)}open/", posts(sent, keys(sent, passphrase=new_passphrase())))
    assert (wrong.status_code, wrong.json()) == (403, {"code": "wrong_passphrase", "left": 4})
    opened = client.post(f"{address(sent)}open/", posts(sent, using))
    assert opened.status_code == 200
    assert "no-store" in opened.headers["Cache-Control"]
    given = {name: base64.b64decode(value) for name, value in opened.json().items()}
    assert b"Linnet" in using.open(given["share"], given["sealed"])
    token = opened.json()["token"]
    answer = client.post(f"{address(sent)}answer/", {"token": token, "answer": "declined", "reason": "full"})
    assert answer.status_code == 200
    assert row(sent).referral.state == "declined"
    assert client.post(f"{address(sent)}answer/", {"token": token, "answer": "accepted"}).status_code == 404


def _used(world: World, case: Case, sent: Any, patch: Any) -> None:
    press(sent)


@pytest.mark.parametrize("end", [*ENDS, _used])
def test_whatever_cannot_be_opened_is_refused_in_the_same_words(
    world: World, case: Case, sent: Any, end: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    using = keys(sent)
    end(world, case, sent, monkeypatch)
    never = Client().get("/o/6f3a0e0c-9f1e-4b52-8f0e-0f6f3f8c2a11/")
    gone = Client().get(address(sent))
    assert (gone.status_code, never.status_code) == (404, 404)
    hidden = re.compile(r'value="[^"]*"')
    assert hidden.sub("", text(gone)) == hidden.sub("", text(never)).replace(
        "6f3a0e0c-9f1e-4b52-8f0e-0f6f3f8c2a11", str(sent.packet_id)
    )
    refused = Client().post(f"{address(sent)}open/", posts(sent, using))
    assert (refused.status_code, refused.json()) == (404, {"code": "not_found"})
    assert AuditEvent.objects.filter(action="one_time.nothing", outcome="denied").count() == 3


def test_what_is_no_proof_counts_as_no_try(sent: Any) -> None:
    for given in ({}, {"link": "x", "passphrase": "y"}, {"link": "AAAA", "passphrase": "AAAA"}):
        assert Client().post(f"{address(sent)}open/", given).status_code == 400
    assert row(sent).tries == 0


def test_too_many_requests_are_refused_and_the_trail_is_not_filled(sent: Any) -> None:
    guessed = posts(sent, keys(sent, link_key=crypto.new_key()))
    statuses = [Client().post(f"{address(sent)}open/", guessed).status_code for _try in range(25)]
    assert statuses == [404] * 20 + [429] * 5
    assert Client().post(f"{address(sent)}open/", posts(sent, keys(sent))).status_code == 200, "no lock"
    for _try in range(5):
        Client().get("/o/6f3a0e0c-9f1e-4b52-8f0e-0f6f3f8c2a11/")
    assert AuditEvent.objects.filter(action="one_time.nothing").count() == 20


# --- canaries  ----------------------------------------


def _stored() -> Iterator[bytes]:
    """Every value of every table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for values in cursor.fetchall():
                for value in values:
                    yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_neither_passphrase_nor_link_key_is_in_the_database(sent: Any) -> None:
    key = sent.secrets.link_key
    forms = [
        sent.secrets.passphrase.encode(),
        key,
        key.hex().encode(),
        base64.b64encode(key),
        base64.urlsafe_b64encode(key).rstrip(b"="),
        keys(sent).stretched,
        keys(sent).proof,
        keys(sent).link_proof,
    ]
    press(sent, keys(sent, passphrase=new_passphrase()))
    for value in _stored():
        assert not any(form in value for form in forms)
    assert any(
        str(sent.packet_id).replace("-", "").encode() in value.replace(b"-", b"") for value in _stored()
    )


def test_secrets_show_in_no_traceback(sent: Any) -> None:
    opened = press(sent)
    for shown in (repr(sent), repr(sent.secrets), repr(opened), repr(keys(sent))):
        assert sent.secrets.passphrase not in shown
        assert repr(sent.secrets.link_key)[2:12] not in shown


def test_only_the_sender_is_told(world: World, sent: Any) -> None:
    press(sent)
    people = set(Notice.objects.filter(what="one_time_opened").values_list("person", flat=True))
    assert people == {world["assigned"].user.pk}
    assert Referral.objects.get().way == "link"


def test_a_service_with_a_team_can_be_reached_by_link_too(world: World, case: Case) -> None:
    sent = by_link(world, case, world.services[0])
    assert isinstance(press(sent), Opened)
    assert not hasattr(sent.referral, "packet")


def test_what_opens_one_opens_no_other(world: World, case: Case, sent: Any) -> None:
    again = by_link(world, case, again="They lost the words.")
    for using in (keys(again, link_key=sent.secrets.link_key), keys(again)):
        mixed = keys(sent) if using == keys(again) else using
        with pytest.raises(NotVisible):
            press(again, mixed)
    assert isinstance(press(again), Opened)
