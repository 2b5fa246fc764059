"""An erasure and something else at once, on real connections: one comes first, and nothing is left half."""

from typing import Any

import pytest

from casework.models import Case, Erasure, SectionVersion
from casework.services import save_section
from casework.services.erasure import cancel_erasure, erase
from core.access_audit import disagreements
from core.errors import HearthError
from core.models import AuditEvent, ServerShare
from referrals.demo import Persona, World
from tests.casework.test_erasure import hold, ordered, passed
from tests.core.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(world: World, case: Case) -> Erasure:
    """Due."""
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    return passed(ordered(world, case))


def test_a_save_comes_first_or_finds_nothing(assigned: Persona, case: Case, order: Erasure) -> None:
    actor = assigned.actor

    def save() -> Any:
        return save_section(actor=actor, case_id=case.pk, section="notes", values={}, base_version=0)

    erased, saved = at_once(lambda: erase(order.pk), save)
    assert erased is True
    assert isinstance(saved, SectionVersion) or (isinstance(saved, HearthError) and saved.status == 404)
    assert not SectionVersion.objects.exists()
    assert list(disagreements()) == []


def test_two_workers_erase_it_once(order: Erasure) -> None:
    assert sorted(at_once(lambda: erase(order.pk), lambda: erase(order.pk))) == [False, True]
    assert AuditEvent.objects.filter(action="case.erased").count() == 1


def test_a_hold_or_a_cancellation_stops_it_whole_or_comes_too_late(
    world: World, case: Case, order: Erasure
) -> None:
    supervisor, actor = world["supervisor"], world["assigned"].actor
    erased, *others = at_once(
        lambda: erase(order.pk),
        lambda: hold(supervisor, case),
        lambda: cancel_erasure(actor=actor, case_id=case.pk),
    )
    order.refresh_from_db()
    assert erased == (order.state == "done")
    assert ServerShare.objects.filter(object=case.pk).exists() != erased
    assert SectionVersion.objects.exists() != erased
    if erased:
        assert all(isinstance(each, HearthError) for each in others)
