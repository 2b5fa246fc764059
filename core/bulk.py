"""Many rows of one table at once: what `bulk_create` does, without building an SQL text of every value.

PostgreSQL takes them by COPY in its binary format, SQLite by one prepared statement. Only for rows that name all their
values themselves: nothing comes back from the database, an automatic key neither.
"""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, router, transaction

FEW = 20
"""Up to so many, setting up costs more than it saves."""

_AS_IT_IS = {"BinaryField", "BooleanField", "CharField", "IntegerField", "BigIntegerField", "TextField"}
_AS_POSTGRESQL_TAKES_IT = {"DateField", "DateTimeField", "UUIDField"}


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model."""
    if len(rows) <= FEW:
        if rows:
            type(rows[0])._base_manager.bulk_create(rows)
        return
    model = type(rows[0])
    using = router.db_for_write(model) or DEFAULT_DB_ALIAS
    connection = connections[using]
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    quoted = connection.ops.quote_name
    table, columns = quoted(model._meta.db_table), ", ".join(quoted(str(field.column)) for field in fields)
    values = _values(rows, fields, connection)
    with transaction.atomic(using, savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types([_type(field, connection) for field in fields])
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values))  # noqa: S608


def _values(rows: Sequence[models.Model], fields: Sequence[Any], connection: Any) -> Iterator[list[Any]]:
    read = attrgetter(*(field.attname for field in fields))
    as_it_is = _AS_IT_IS | (_AS_POSTGRESQL_TAKES_IT if connection.vendor == "postgresql" else set())
    prepared = [
        (place, _prepare(field, connection))
        for place, field in enumerate(fields)
        if _kind(field) not in as_it_is
    ]
    for row in rows:
        values = list(read(row))
        for place, prepare in prepared:
            values[place] = prepare(values[place])
        yield values


def _prepare(field: Any, connection: Any) -> Callable[[Any], Any]:
    if _kind(field) == "UUIDField":
        return lambda value: value and value.hex
    return lambda value: field.get_db_prep_save(value, connection)


def _kind(field: Any) -> str:
    """What it holds, whatever its limits: a foreign key, what the field holds that it points at."""
    while field.remote_field:
        field = field.target_field
    kind = str(field.get_internal_type()).removeprefix("Positive").removeprefix("Small")
    return {"AutoField": "IntegerField", "BigAutoField": "BigIntegerField"}.get(kind, kind)


def _type(field: Any, connection: Any) -> str:
    """`varchar(20)` is a varchar."""
    return str(field.db_type(connection)).partition("(")[0]
