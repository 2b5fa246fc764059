"""Two at once, on real connections: the index says what was saved last, and a team has one index."""

import pytest

from casework.case_file import open_case_file
from casework.models import Case, IndexEntry, IndexToken, TeamIndex
from casework.search.index import bring_up_to_date
from casework.search.tokens import index_key
from casework.search.values import values_of, words_of
from casework.services import save_section
from referrals.demo import World
from tests.core.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def check_tokens(world: World, case: Case) -> None:
    file = open_case_file(world["supervisor"].actor, case.pk)
    expected = index_key(file.actor, world.team).kept(words_of(values_of(file.documents)), case.pk)
    assert sorted(IndexToken.objects.values_list("token", flat=True)) == sorted(expected)


def test_after_two_saves_the_tokens_are_those_of_the_case(world: World, case: Case) -> None:
    one, two = world["assigned"].actor, world["teammate"].actor
    at_once(
        lambda: save_section(
            actor=one,
            case_id=case.pk,
            section="identity",
            values={"given_name": "Merlin", "date_of_birth": "1980-05-06"},
            base_version=1,
        ),
        lambda: save_section(
            actor=two,
            case_id=case.pk,
            section="contact_and_safety",
            values={"phone": "+40 721 555 019"},
            base_version=1,
        ),
    )
    check_tokens(world, case)


def test_two_who_bring_the_index_up_to_date_make_one(world: World, case: Case) -> None:
    IndexEntry.objects.all().delete()
    TeamIndex.objects.all().delete()
    one, two = world["assigned"].actor, world["teammate"].actor
    at_once(lambda: bring_up_to_date(actor=one), lambda: bring_up_to_date(actor=two))
    assert TeamIndex.objects.count() == IndexEntry.objects.count() == 1
    check_tokens(world, case)
