"""Two who press the button at once, on real connections: one of them gets it. Erasing leaves nothing of it."""

from typing import Any

import pytest

from casework.erasing import erase_rows, what_would_go
from casework.models import Case
from core.access_audit import disagreements
from core.errors import HearthError, NotVisible
from core.models import AuditEvent, ServerShare
from referrals.demo import World
from referrals.models import Disclosure, OneTimePacket, Referral
from referrals.services import withdraw_referral
from referrals.services.one_time import Opened
from tests.core.test_concurrency import at_once
from tests.referrals.ways import by_link, keys, press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _few_rounds(settings: Any) -> None:
    settings.LINK_ROUNDS = 1_000


def test_of_two_who_open_it_one_gets_it(world: World, case: Case) -> None:
    sent = by_link(world, case)
    using = keys(sent)
    results = at_once(lambda: press(sent, using), lambda: press(sent, using))
    assert sum(isinstance(each, Opened) for each in results) == 1
    assert sum(isinstance(each, NotVisible) for each in results) == 1
    assert AuditEvent.objects.filter(action="one_time.opened").count() == 1


def test_opened_and_withdrawn_at_once_it_is_known_whether_it_was_read(world: World, case: Case) -> None:
    sent, actor = by_link(world, case), world["assigned"].actor
    using = keys(sent)
    opened, withdrawn = at_once(
        lambda: press(sent, using),
        lambda: withdraw_referral(actor=actor, referral_id=sent.referral.pk),
    )
    assert not isinstance(withdrawn, HearthError)
    row = OneTimePacket.objects.get()
    assert (row.opened_at is not None) == isinstance(opened, Opened)
    assert row.sealed is None
    assert Referral.objects.get().state == "withdrawn"


@pytest.mark.parametrize("opened", [False, True])
def test_an_erased_case_leaves_nothing_of_what_went_other_ways(
    world: World, case: Case, opened: bool
) -> None:
    sent = by_link(world, case)
    if opened:
        press(sent)
    counts = {category.name: count for category, count in what_would_go(case)}
    assert (counts["one_time_packets"], counts["disclosures"]) == (1, 1)
    erase_rows(case)
    assert not OneTimePacket.objects.exists()
    assert not Disclosure.objects.exists()
    assert not ServerShare.objects.filter(object=sent.packet_id).exists()
    assert list(disagreements()) == []
