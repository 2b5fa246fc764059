"""What an actor was granted, in SQL: the condition that every reading rests on, and the page looked up by it.

Written by hand: Django takes longer to compile it than a database to run it. All values are parameters, and every
column is named with its table: a bare name that is not there would be looked up in the query around it, and found.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.db.models.query import RawQuerySet

from core.grant_rows import Principal
from core.models import Grant, KeptOut, Kind, Team

_WITH_KEYS = """
SELECT core_grant.*, core_sealedobject.kind AS object_kind, core_sealedobject.sort_key AS object_sort_key,
    core_sealedobject.key_version AS object_key_version, core_servershare.wrapped AS share,
    core_objectkey.wrapped AS wrapped
FROM core_grant
JOIN core_sealedobject ON core_sealedobject.id = core_grant.object_id
JOIN core_servershare ON core_servershare.object_id = core_grant.object_id
LEFT JOIN core_objectkey
    ON core_objectkey.object_id = core_grant.object_id AND core_objectkey.version = core_grant.key_version
"""


class Granted:
    """Active grants of one kind to one of the principals, but for objects that keep out one of the marks."""

    def __init__(self, principals: Iterable[Principal], kind: Kind, marks: Iterable[bytes]) -> None:
        self._whose = [
            ("team_id" if isinstance(each, Team) else "user_id", _prepared(Grant, "id", each.pk))
            for each in principals
        ]
        kept_out = [_prepared(KeptOut, "mark", mark) for mark in marks]
        places = ", ".join(["%s"] * len(kept_out))
        self._holds = (
            "core_grant.kind = %s AND core_grant.active = %s AND core_grant.object_id NOT IN "  # noqa: S608  values apart
            f"(SELECT core_keptout.object_id FROM core_keptout WHERE core_keptout.mark IN ({places}))"
        )
        self._values = [kind, True, *kept_out]

    def __bool__(self) -> bool:
        """Whether there is any principal."""
        return bool(self._whose)

    def select(self, column: str, and_: str = "") -> RawSQL:
        """A column of those grants, as a subquery. `and_` is SQL of this project's own, without values."""
        where, values = self._where()
        return RawSQL(f"SELECT core_grant.{column} FROM core_grant WHERE {where}{and_}", values)  # noqa: S608, S611

    def _where(self) -> tuple[str, list[Any]]:
        theirs = " OR ".join(f"core_grant.{column} = %s" for column, _id in self._whose) or "1 = 0"
        return f"({theirs}) AND {self._holds}", [*(id for _column, id in self._whose), *self._values]

    def with_keys(self, object_ids: Iterable[UUID]) -> "RawQuerySet[Grant]":
        """Those grants that are to one of the objects, but none to one that was erased, with what it takes to open it.

        That is `object_kind`, `object_sort_key` and `object_key_version`, `share` (S, wrapped), and `wrapped`, the key
        of the grant's version; None where there is no such key.
        """
        ids = [_prepared(Grant, "id", object_id) for object_id in object_ids]
        where, values = self._where()
        places = ", ".join(["%s"] * len(ids)) or "NULL"
        return Grant.objects.raw(
            f"{_WITH_KEYS} WHERE {where} AND core_grant.object_id IN ({places})", [*values, *ids]
        )

    def sort_key_of(self, model: type[models.Model]) -> RawSQL:
        """The sort key that a row of this model is granted with, asked of each row by itself; null where it is not."""
        row = f"{model._meta.db_table}.{model._meta.pk.column}"
        return self.select("sort_key", f" AND core_grant.object_id = {row} LIMIT 1")

    def newest(self, place: Sequence[Any], limit: int, *, backwards: bool) -> RawSQL:
        """The ids of the first `limit` objects beyond `place`, each once however often it was granted.

        One derived table a principal, which ends after `limit` entries of its index: Django refuses the union of
        sliced queries on SQLite, which takes it so.
        """
        newer, older, down, up = ("<", ">", "ASC", "DESC") if backwards else (">", "<", "DESC", "ASC")
        past, beyond = "", []
        if place:
            past = (
                f" AND core_grant.sort_key {older}= %s"
                f" AND (core_grant.sort_key {older} %s OR core_grant.object_id {newer} %s)"
            )
            beyond = [place[0], place[0], _prepared(Grant, "id", place[1])]
        arms: list[str] = []
        parameters: list[Any] = []
        for column, id in self._whose:
            where = f"core_grant.{column} = %s AND {self._holds}{past}"
            order = f"core_grant.sort_key {down}, core_grant.object_id {up}"
            entries = f"core_grant WHERE {where} ORDER BY {order} LIMIT {limit:d}"
            columns = "SELECT core_grant.object_id, core_grant.sort_key FROM"
            arms.append(f"SELECT newest.object_id, newest.sort_key FROM ({columns} {entries}) newest")  # noqa: S608
            parameters += [id, *self._values, *beyond]
        union = f"{' UNION '.join(arms)} ORDER BY 2 {down}, 1 {up} LIMIT {limit:d}"
        return RawSQL(f"SELECT page.object_id FROM ({union}) page", parameters)  # noqa: S608, S611  values apart


def _prepared(model: type[models.Model], field: str, value: object) -> Any:
    return model._meta.get_field(field).get_db_prep_value(value, connection)  # type: ignore[union-attr]
