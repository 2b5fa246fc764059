"""A team's index key, and the tokens that it makes of words.

A word has several tokens, and each case keeps one of them, which one being a keyed hash of the case. So two cases that
say the same seldom hold the same token, and who counts tokens sees little of which words are common; a search asks for
all of them. docs/adr/0008-a-blind-index.md says what is still seen.
"""

from collections.abc import Iterable
from uuid import UUID

from casework.models import TeamIndex
from casework.record.fields import Indexed
from casework.search.words import Word
from core import crypto
from core.access import OpenObject, found_object, open_many, open_object
from core.actor import Actor
from core.models import CASE_ROLES, Kind, Level, Team

SPREAD = {Indexed.NAME: 32, Indexed.DATE: 16, Indexed.PHONE: 16, Indexed.NUMBER: 16}
"""How many tokens a word has: parts of names are repeated most."""
PADDED_TO = 16
"""The tokens of a case are made up to a multiple of this, so that their number tells little about its names."""
_BYTES = 8


class IndexKey:
    """Makes tokens, of one team alone. The key rests on the server's share: a member's password is not enough."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "<IndexKey>"

    def tokens(self, word: Word) -> list[int]:
        """Every token under which a case may hold the word."""
        kind, text = word.indexed.value, word.text
        return _numbers(
            crypto.derive(self._secret, "token", kind, text, length=_BYTES * SPREAD[word.indexed])
        )

    def kept(self, words: Iterable[Word], case_id: UUID) -> set[int]:
        """The tokens that this case keeps of these words, and as many that mean nothing as fill them up."""
        tokens = {self.tokens(word)[self._place(word, case_id)] for word in words}
        if tokens:
            blank = crypto.derive(self._secret, "blank", case_id, length=_BYTES * PADDED_TO)
            tokens |= set(_numbers(blank)[: -len(tokens) % PADDED_TO])
        return tokens

    def mark(self, purpose: str, text: str) -> bytes:
        """What stands for a text where it may not be told, and is looked up as a whole."""
        return crypto.tag(self._secret, "mark", purpose, text)

    def _place(self, word: Word, case_id: UUID) -> int:
        hashed = crypto.tag(self._secret, "place", word.indexed.value, word.text, case_id)
        return int.from_bytes(hashed[:4], "big") % SPREAD[word.indexed]


def _numbers(raw: bytes) -> list[int]:
    pieces = (raw[start : start + _BYTES] for start in range(0, len(raw), _BYTES))
    return [int.from_bytes(piece, "big", signed=True) for piece in pieces]


def index_keys_of(actor: Actor) -> list[IndexKey]:
    """The keys of the indexes there are, of the teams as whose caseworker or supervisor the actor reads."""
    rows = list(TeamIndex.objects.filter(team__in=actor.teams_as(*CASE_ROLES)))
    opened = open_many(actor, [row.object_id for row in rows], Kind.INDEX)
    return [_key(row, opened[row.object_id]) for row in rows if row.object_id in opened]


def index_key(actor: Actor, team: Team) -> IndexKey:
    """The key of the team's index, which is founded where there is none, inside the caller's transaction.

    Raises NotVisible for a team that the actor does not belong to.
    """
    row = TeamIndex.objects.filter(team=team).first()
    if row is None:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # of two who found it, one waits
        row = TeamIndex.objects.filter(team=team).first() or _found(actor, team)
    return _key(row, open_object(actor, row.object_id, Kind.INDEX))


def _found(actor: Actor, team: Team) -> TeamIndex:
    opened, _share = found_object(actor=actor, kind=Kind.INDEX, grants=[(team, Level.WRITE)])
    # Random, not derived from the object's key: that one is drawn anew with each revocation, this one stays.
    sealed = opened.seal("index-key", content=crypto.new_key())
    row: TeamIndex = TeamIndex.objects.create(team=team, object=opened.object, sealed=sealed)
    return row


def _key(row: TeamIndex, opened: OpenObject) -> IndexKey:
    return IndexKey(opened.unseal("index-key", sealed=row.sealed))
