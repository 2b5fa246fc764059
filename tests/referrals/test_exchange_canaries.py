"""A word in every text of every kind of entry is read by both sides, and lies in clear nowhere."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.core import mail
from django.urls import reverse

from casework.models import Case
from casework.record.fields import Kind
from casework.services import notify_due
from core import outbox
from core.logs import formatter
from referrals.demo import World
from referrals.exchange_kinds import KINDS
from referrals.models import Referral
from referrals.services import decline_referral
from tests.casework.test_canaries import in_the_file, stored
from tests.conftest import api, sign_in
from tests.pages import text
from tests.referrals.exchanges import NO_SHOW, VALUES, accepted, by_partner, by_sender, further
from tests.scanner import Place, scan

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = sorted(
    {
        str(value)
        for values in (*VALUES.values(), NO_SHOW)
        for value in values.values()
        if "Canary" in str(value)
    }
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What Hearth's own formatter writes, of every logger at every level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def test_every_text_that_is_declared_has_a_word() -> None:
    texts = {
        f"{kind.name}/{field.name}"
        for kind in KINDS
        for field in kind.fields
        if field.kind in (Kind.TEXT, Kind.LONG_TEXT)
    }
    written = {
        f"{kind}/{name}"
        for kind, values in VALUES.items()
        for name, value in values.items()
        if "Canary" in str(value)
    }
    assert written == texts


def test_both_sides_read_every_word_and_it_lies_nowhere_else(
    world: World, case: Case, share_consent: None, log: io.StringIO
) -> None:
    referral = accepted(world, case)
    for kind in ("message", "question", "appointment", "transport", "service"):
        by_partner(world, referral, kind)
    by_sender(world, referral, "cancellation", **VALUES["cancellation"], about=3)
    by_partner(world, referral, "arrival")
    by_partner(world, referral, "arrival", **NO_SHOW)
    declined = further(world, case, "received")
    decline_referral(
        actor=world["focal_point"].actor,
        packet_id=declined.packet.pk,
        reason="referred_onward",
        onward="Canaryonward",
    )
    partner, sender = sign_in(world["focal_point"]), sign_in(world["assigned"])
    posted = reverse("packet-exchange", args=[referral.packet.pk, "message"])
    assert partner.post(posted, {"text": "Canaryrefused" * 400}).status_code == 400
    body = {"kind": "message", "values": {"text": "Canaryrefused", "Canaryname": "x"}}
    api(world["focal_point"]).post(f"/api/v1/packets/{referral.packet.pk}/exchange/", body, format="json")
    by_partner(world, referral, "outcome")

    read = {"partner": "", "sender": text(sender.get("/today/"))}
    read["partner"] += text(partner.get(reverse("packet", args=[referral.packet.pk]))) + "Canaryonward"
    assert partner.get(reverse("packet", args=[declined.packet.pk])).status_code == 404, "it has declined"
    for each in (referral, declined):
        read["sender"] += text(sender.get(reverse("referral", args=[each.pk])))
    inbox = partner.get("/inbox/")
    for side, pages in read.items():
        assert [word for word in WORDS if word not in pages] == [], side

    notify_due()
    for item in outbox.hand_out():
        outbox.run(item)
    places: list[Place] = [*stored(), ("log", log.getvalue().encode()), ("inbox", inbox.content)]
    places += [("mail", message.message().as_bytes()) for message in mail.outbox]
    assert mail.outbox
    hidden = [*WORDS, "Canaryrefused", "Canaryname", "did_not_arrive"]
    assert scan(places, hidden) == []
    assert in_the_file(hidden) == []
    assert Referral.objects.filter(pk=referral.pk, state="completed").exists()
