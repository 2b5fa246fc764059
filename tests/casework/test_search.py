"""The blind index: who finds what, what a stolen database gives away of it, and how it is kept."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from casework.models import Case, IndexEntry, IndexToken, PossibleDuplicates, TeamIndex
from casework.record.fields import Indexed
from casework.record.sections import SECTIONS
from casework.search.duplicates import possible_duplicates
from casework.search.find import TooManySearches, search
from casework.search.index import bring_up_to_date, forget, outstanding
from casework.search.query import read_query
from casework.search.tokens import PADDED_TO, SPREAD, IndexKey, index_key, index_keys_of
from casework.search.values import values_of
from casework.search.words import Word
from casework.selectors import read_case
from casework.services import (
    open_case,
    record_identification,
    restore_section,
    rule_out_duplicate,
    save_section,
)
from core import crypto, rate
from core.access import destroy_object, open_object, rekey_object
from core.actor import Actor
from core.errors import NotVisible, Tampered
from core.keeping_out import keep_out
from core.kek import kek
from core.models import AuditEvent, Grant, Kind, ObjectKey, ServerShare
from referrals.demo import Persona, World
from tests.conftest import PERSONAS
from tests.conftest import SECTIONS as FILLED

TYPED = (
    "Canarygiven",
    "linnet kanarigiven",
    "Линнет",
    "1997-03-04",
    "4/3/1997",
    "0039 3335550147",
    "3335550147",
)


def found(actor: Actor, text: str) -> list[UUID]:
    return [each.case.pk for each in search(actor, read_query(text))]


def identity(actor: Actor, case_id: UUID, base: int, **values: object) -> None:
    save_section(actor=actor, case_id=case_id, section="identity", values=values, base_version=base)


def new_case(world: World, persona: Persona, team_id: UUID | None = None, **values: object) -> Case:
    made = record_identification(
        actor=persona.actor,
        team_id=team_id or world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    case = open_case(actor=persona.actor, identification_id=made.pk)
    identity(persona.actor, case.pk, 0, **values)
    return case


# --- finding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", TYPED)
def test_a_case_is_found_by_each_thing_that_is_indexed(assigned: Persona, case: Case, typed: str) -> None:
    assert found(assigned.actor, typed) == [case.pk]


def test_a_case_is_found_by_its_number(assigned: Persona, case: Case) -> None:
    assert found(assigned.actor, case.number.lower().replace("-", " ")) == [case.pk]


@pytest.mark.parametrize("typed", ["Nobody", "1997-03-05", "+39 333 5550148", "Canarynarrative", "marigold"])
def test_nothing_else_is_found(assigned: Persona, case: Case, typed: str) -> None:
    assert found(assigned.actor, typed) == []


@pytest.mark.parametrize("name", PERSONAS)
def test_only_who_may_see_a_case_finds_it(world: World, case: Case, name: str) -> None:
    finds = name in ("assigned", "teammate", "supervisor")
    for typed in (*TYPED, case.number):
        assert bool(found(world[name].actor, typed)) == finds, typed


def test_a_colleague_who_is_kept_out_finds_nothing(world: World, assigned: Persona, case: Case) -> None:
    teammate = world["teammate"]
    keep_out(actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, whom=teammate.user)
    assert [found(teammate.actor, typed) for typed in (*TYPED, case.number)] == [[]] * (len(TYPED) + 1)
    assert found(world["supervisor"].actor, "Linnet") == [case.pk]


def test_the_better_match_comes_first(world: World, assigned: Persona) -> None:
    alike = new_case(world, assigned, given_name="Amina", family_name="Okelo")
    same = new_case(world, assigned, given_name="Amina", family_name="Okello", date_of_birth="1990-01-01")
    assert found(assigned.actor, "Amina Okello 1990-01-01") == [same.pk, alike.pk]


def test_a_result_says_by_what_it_was_found_and_shows_no_name(assigned: Persona, case: Case) -> None:
    [result] = search(assigned.actor, read_query("Linnet 1997-03-04"))
    assert result.matched == {Indexed.NAME, Indexed.DATE}
    assert "Linnet" not in repr(result)


def test_a_case_that_was_tampered_with_is_not_passed_over_in_silence(assigned: Persona, case: Case) -> None:
    case.section_versions.filter(section="identity").delete()
    with pytest.raises(Tampered):
        found(assigned.actor, "Linnet")


# --- keeping --------------------------------------------------------------------------------------------------------


def test_the_index_follows_what_is_saved_and_restored(assigned: Persona, case: Case) -> None:
    identity(assigned.actor, case.pk, 1, given_name="Merlin")
    assert (found(assigned.actor, "Canarygiven"), found(assigned.actor, "Merlin")) == ([], [case.pk])
    restore_section(actor=assigned.actor, case_id=case.pk, section="identity", version=1, base_version=2)
    assert (found(assigned.actor, "Canarygiven"), found(assigned.actor, "Merlin")) == ([case.pk], [])


def test_what_is_not_indexed_leaves_the_tokens_alone(assigned: Persona, case: Case) -> None:
    before = set(IndexToken.objects.values_list("pk", flat=True))
    identity(assigned.actor, case.pk, 1, **FILLED["identity"], pronouns="she")
    assert set(IndexToken.objects.values_list("pk", flat=True)) == before


def test_a_case_that_is_forgotten_leaves_no_token(assigned: Persona, case: Case) -> None:
    forget(case.pk)
    assert not IndexToken.objects.exists()
    assert not IndexEntry.objects.exists()
    assert found(assigned.actor, "Linnet") == []


def test_a_team_that_loses_a_case_alone_forgets_it(world: World, case: Case) -> None:
    IndexEntry.objects.create(team=world.other_team, object=case.object, rules=1)
    forget(case.pk, world.other_team.pk)
    assert [entry.team for entry in IndexEntry.objects.all()] == [world.team]


def test_any_member_brings_the_index_up_to_date_in_steps(
    world: World, assigned: Persona, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_case(world, assigned, given_name="Merlin")
    IndexEntry.objects.all().delete()
    monkeypatch.setattr("casework.search.index.STEP", 1)
    teammate = world["teammate"].actor
    left = []
    while outstanding(teammate).exists():
        left.append(outstanding(teammate).count())
        assert bring_up_to_date(actor=teammate) == 1
    assert left == [2, 1]
    assert found(assigned.actor, "Linnet") == [case.pk]
    assert not outstanding(world["stranger"].actor).exists()


def test_a_case_in_which_nothing_is_indexed_yet_is_not_outstanding(world: World, assigned: Persona) -> None:
    new_case(world, assigned, gender="Feminine")
    assert not outstanding(assigned.actor).exists()


def test_new_rules_make_every_case_outstanding(
    assigned: Persona, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not outstanding(assigned.actor).exists()
    monkeypatch.setattr("casework.search.index.RULES", 2)
    assert outstanding(assigned.actor).count() == 1


def test_one_bad_case_does_not_hold_up_the_others(world: World, assigned: Persona, case: Case) -> None:
    new_case(world, assigned, given_name="Merlin")
    IndexEntry.objects.all().delete()
    case.section_versions.filter(section="identity").delete()
    assert bring_up_to_date(actor=assigned.actor) == 1
    assert AuditEvent.objects.filter(action="case.not_indexed", object=case.pk, outcome="failed").exists()


def test_a_new_key_of_the_index_makes_the_same_tokens(world: World, assigned: Persona, case: Case) -> None:
    """After a revocation nothing has to be indexed anew."""
    rekey_object(actor=assigned.actor, object_id=TeamIndex.objects.get().object_id, kind=Kind.INDEX)
    assert found(assigned.actor, "Linnet") == [case.pk]


# --- what it gives away ---------------------------------------------------------------------------------------------

NAME = Word(Indexed.NAME, "^li")


def test_two_teams_make_other_tokens_of_the_same_word(world: World, assigned: Persona, case: Case) -> None:
    stranger = world["stranger"]
    new_case(world, stranger, world.other_team.pk, chosen_name="Linnet")
    ours, theirs = (
        index_key(each.actor, team) for each, team in ((assigned, world.team), (stranger, world.other_team))
    )
    assert not set(ours.tokens(NAME)) & set(theirs.tokens(NAME))
    assert found(stranger.actor, "Linnet") != found(assigned.actor, "Linnet")


def test_the_same_text_makes_other_tokens_in_another_kind_of_field() -> None:
    key = IndexKey(crypto.new_key())
    assert not set(key.tokens(Word(Indexed.NAME, "1234567"))) & set(
        key.tokens(Word(Indexed.PHONE, "1234567"))
    )


def test_a_case_keeps_one_of_a_words_tokens_and_cases_share_them_out() -> None:
    key = IndexKey(crypto.new_key())
    kept = [key.kept({NAME}, uuid4()) for _ in range(1000)]
    everyones = set(key.tokens(NAME))
    assert len(everyones) == SPREAD[Indexed.NAME]
    assert all(len(tokens & everyones) == 1 for tokens in kept)
    most = max(sum(token in tokens for tokens in kept) for token in everyones)
    assert most < 1000 / len(everyones) * 3, "the tokens of a word are dealt unevenly"


@pytest.mark.parametrize(("words", "tokens"), [(0, 0), (1, 16), (16, 16), (17, 32)])
def test_the_number_of_tokens_is_rounded_up(words: int, tokens: int) -> None:
    key = IndexKey(crypto.new_key())
    some = {Word(Indexed.NAME, str(place)) for place in range(words)}
    assert len(key.kept(some, uuid4())) == tokens
    assert tokens % PADDED_TO == 0


def test_what_fills_up_stays_the_same_for_a_case() -> None:
    """Otherwise two dumps would tell it from what means something."""
    key, case_id = IndexKey(crypto.new_key()), uuid4()
    assert key.kept({NAME}, case_id) == key.kept({NAME}, case_id)


def test_a_stolen_dump_and_a_members_key_make_no_token_without_the_servers_share(
    world: World, assigned: Persona, case: Case
) -> None:
    """G is there, from the member's password; S is not: it lies wrapped by a KEK that the thief doesn't have."""
    row = TeamIndex.objects.get()
    grant = Grant.objects.get(object=row.object_id)
    share = assigned.actor.keyring.open_grant(grant)
    wrapped = ObjectKey.objects.get(object=row.object_id).wrapped
    guesses = (bytes(32), b"", bytes(ServerShare.objects.get(object=row.object_id).wrapped)[:32])
    for salt in guesses:
        wrapping = crypto.derive(share, "object-key", "index", row.object_id, 1, salt=salt)
        with pytest.raises(crypto.CannotOpen):
            crypto.open_sealed(wrapping, wrapped, "object-key", row.object_id, 1)
    salt = kek().unwrap(row.object.share.wrapped, "server-share", "index", row.object_id)
    wrapping = crypto.derive(share, "object-key", "index", row.object_id, 1, salt=salt)
    crypto.open_sealed(
        wrapping, wrapped, "object-key", row.object_id, 1
    )  # with S it opens: the test can fail
    ServerShare.objects.filter(object=row.object_id).delete()
    assert index_keys_of(assigned.actor) == []


@pytest.mark.parametrize("name", ["stranger", "focal_point", "advocate", "administrator"])
def test_nobody_outside_the_team_opens_its_index_key(world: World, case: Case, name: str) -> None:
    assert index_keys_of(world[name].actor) == []
    with pytest.raises(NotVisible):
        open_object(world[name].actor, TeamIndex.objects.get().object_id, Kind.INDEX)


def test_no_word_of_a_case_lies_in_the_search_tables(case: Case) -> None:
    tables = [IndexToken, IndexEntry, TeamIndex, PossibleDuplicates]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table._meta.db_table}")
            rows = repr([tuple(map(_plain, row)) for row in cursor.fetchall()]).casefold()
            assert rows != "[]"
            for planted in ("linnet", "canarygiven", "1997", "5550147"):
                assert planted not in rows


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def test_the_trail_notes_a_search_and_none_of_its_words(assigned: Persona, case: Case) -> None:
    search(assigned.actor, read_query("Linnet 1997-03-04"))
    event = AuditEvent.objects.get(action="cases.searched")
    assert event.actor == assigned.user.pk
    assert event.codes == {"by": "date.name", "found": 1}


def test_searches_are_counted(assigned: Persona, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rate.LIMITS, "search", (2, 600))
    for _ in range(2):
        assert found(assigned.actor, "Linnet") == [case.pk]
    with pytest.raises(TooManySearches):
        found(assigned.actor, "Linnet")


# --- possible duplicates --------------------------------------------------------------------------------------------

SAME: dict[str, Any] = {"given_name": "Canarigiven", "chosen_name": "Linnet", "date_of_birth": "1997-03-04"}


def shown(persona: Persona, case: Case) -> list[UUID]:
    return [each.pk for each in possible_duplicates(read_case(persona.actor, case.pk))]


@pytest.mark.parametrize(
    ("section", "values", "expected"),
    [
        ("identity", SAME, True),
        ("identity", {"given_name": "Canarygiven", "chosen_name": "Linnet"}, True),
        ("identity", SAME | {"date_of_birth": "1996-03-04"}, False),
        ("identity", {"given_name": "Somebody", "date_of_birth": "1997-03-04"}, False),
        ("identity", {"given_name": "Somebody"}, False),
        ("contact_and_safety", {"phone": "333 5550147"}, True),
        ("contact_and_safety", {"phone": "333 5550148"}, False),
    ],
)
def test_when_two_cases_may_be_of_one_person(
    world: World, assigned: Persona, case: Case, section: str, values: dict[str, object], expected: bool
) -> None:
    other = new_case(world, assigned)
    base = 1 if section == "identity" else 0
    save_section(actor=assigned.actor, case_id=other.pk, section=section, values=values, base_version=base)
    assert shown(assigned, other) == ([case.pk] if expected else [])


def test_a_duplicate_goes_when_the_name_is_corrected(world: World, assigned: Persona, case: Case) -> None:
    other = new_case(world, assigned, **SAME)
    identity(assigned.actor, other.pk, 1, given_name="Somebody")
    assert shown(assigned, other) == []


def test_another_teams_case_is_no_duplicate(world: World, case: Case) -> None:
    other = new_case(world, world["stranger"], world.other_team.pk, **SAME)
    assert shown(world["stranger"], other) == []


def test_a_duplicate_that_the_reader_may_not_see_is_not_shown(
    world: World, assigned: Persona, case: Case
) -> None:
    other = new_case(world, assigned, **SAME)
    destroy_object(actor=None, object=case.object)
    assert shown(assigned, other) == []


def test_a_duplicate_that_was_ruled_out_does_not_return(world: World, assigned: Persona, case: Case) -> None:
    other = new_case(world, assigned, **SAME)
    rule_out_duplicate(actor=world["teammate"].actor, case_id=other.pk, other_id=case.pk)
    identity(assigned.actor, other.pk, 1, **SAME, family_name="Canary")
    assert shown(assigned, other) == []
    assert AuditEvent.objects.get(action="duplicate.ruled_out").codes == {"other": str(case.pk)}


def test_only_what_is_shown_can_be_ruled_out(world: World, assigned: Persona, case: Case) -> None:
    other = new_case(world, assigned, given_name="Somebody")
    with pytest.raises(NotVisible):
        rule_out_duplicate(actor=assigned.actor, case_id=other.pk, other_id=case.pk)
    with pytest.raises(NotVisible):
        rule_out_duplicate(actor=world["stranger"].actor, case_id=other.pk, other_id=case.pk)


def test_a_bad_case_elsewhere_stops_nobody_from_saving(world: World, assigned: Persona, case: Case) -> None:
    case.section_versions.filter(section="identity").delete()
    other = new_case(world, assigned, **SAME)
    assert shown(assigned, other) == []


# --- the declaration ------------------------------------------------------------------------------------------------


def test_what_is_indexed_is_what_the_declaration_says() -> None:
    assert {f"{s.name}.{f.name}": f.indexed for s in SECTIONS for f in s.fields if f.indexed} == {
        "identity.chosen_name": Indexed.NAME,
        "identity.given_name": Indexed.NAME,
        "identity.family_name": Indexed.NAME,
        "identity.other_names": Indexed.NAME,
        "identity.date_of_birth": Indexed.DATE,
        "identity.document_numbers": Indexed.NUMBER,
        "contact_and_safety.phone": Indexed.PHONE,
    }
    assert values_of({"identity": {"gender": "Feminine"}}) == frozenset()
