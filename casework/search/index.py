"""Keeping the index: the tokens of a case for each team that holds it, and what is still to be brought up to date."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from casework.case_file import CaseFile, open_case_file
from casework.models import IndexEntry, IndexToken, SectionVersion
from casework.search.tokens import IndexKey, index_key
from casework.search.values import SECTIONS_INDEXED, Values, values_of, words_of
from core import audit
from core.access import grants_of
from core.actor import Actor
from core.bulk import insert_many
from core.errors import Tampered
from core.models import CASE_ROLES, Grant, Kind, Team

RULES = 1
"""Grows when words.py or what is declared as indexed changes: every case is then indexed anew."""
STEP = 50  # cases in one request


def index_case(file: CaseFile, values: Values | None = None) -> None:
    """Make the case found by `values`, or by what it says, in the teams of the actor that were granted it.

    Inside the caller's transaction, which holds the case's lock. A team that was granted it and that the actor is not
    in makes its own tokens: its entry is noted to be out of date.
    """
    words = words_of(values_of(file.documents) if values is None else values)
    case_id = file.case.pk
    entries = {entry.team_id: entry for entry in IndexEntry.objects.filter(object=case_id)}
    for grant in _to_teams(file.actor).filter(object=case_id).select_related("team"):
        assert grant.team is not None
        entry = entries.pop(grant.team.pk, None) or IndexEntry(team=grant.team, object_id=case_id)
        if entry.rules != RULES:
            entry.rules = RULES
            entry.save()
        _replace(entry, index_key(file.actor, grant.team).kept(words, case_id))
    IndexEntry.objects.filter(pk__in=[entry.pk for entry in entries.values()]).update(rules=0)


def index_new(key: IndexKey, team: Team, cases: Mapping[UUID, Values]) -> None:
    """Make cases found that stand in the team's index not yet: in as few statements for a hundred as for one."""
    entries = [IndexEntry(team=team, object_id=case_id, rules=RULES) for case_id in cases]
    IndexEntry.objects.bulk_create(entries)
    insert_many(
        [
            IndexToken(entry_id=entry.pk, token=token)
            for entry, values in zip(entries, cases.values(), strict=True)
            for token in sorted(key.kept(words_of(values), entry.object_id))
        ]
    )


def _replace(entry: IndexEntry, tokens: set[int]) -> None:
    there = set(entry.tokens.values_list("token", flat=True))
    entry.tokens.filter(token__in=there - tokens).delete()
    # In the order of the tokens, so that the order of the rows says nothing of the words.
    IndexToken.objects.bulk_create(IndexToken(entry=entry, token=token) for token in sorted(tokens - there))


def forget(object_id: UUID, team_id: UUID | None = None) -> None:
    """Take a case out of every index, or of one team's: it is erased, or that team has lost it."""
    entries = IndexEntry.objects.filter(object=object_id)
    (entries if team_id is None else entries.filter(team=team_id)).delete()


def outstanding(actor: Actor) -> QuerySet[Grant]:
    """The grants of cases to the actor's teams that the team's index does not answer for yet.

    A case in which nothing was saved that is indexed is not missing there.
    """
    current = IndexEntry.objects.filter(object=OuterRef("object"), team=OuterRef("team"), rules=RULES)
    saved = SectionVersion.objects.filter(case=OuterRef("object"), section__in=SECTIONS_INDEXED)
    return _to_teams(actor).filter(~Exists(current), Exists(saved)).order_by("-sort_key", "object")


def bring_up_to_date(*, actor: Actor) -> int:
    """Index up to STEP of the outstanding cases, each in a transaction of its own. Returns how many were.

    A case that can't be trusted is passed over, and noted.
    """
    done = 0
    for object_id in outstanding(actor).values_list("object", flat=True)[:STEP]:
        try:
            with transaction.atomic():
                index_case(open_case_file(actor, object_id, lock=True))
        except Tampered:
            audit.record("case.not_indexed", actor=actor, subject=object_id, outcome="failed")
        else:
            done += 1
    audit.record("index.brought_up_to_date", actor=actor, cases=done)
    return done


def _to_teams(actor: Actor) -> QuerySet[Grant]:
    return grants_of(actor, Kind.CASE).filter(team__in=actor.teams_as(*CASE_ROLES))
