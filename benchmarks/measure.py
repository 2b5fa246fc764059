"""Measures one back end, in a database that it makes and drops; prints JSON. `python -m benchmarks` starts it."""

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import asdict


def main() -> None:
    """Set up, measure, take down."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    from benchmarks import plain_identification  # noqa: F401  its table is among those
    from core.kek import write_new_kek

    logging.disable(logging.WARNING)
    write_new_kek(settings.KEK_FILE)
    setup_test_environment(debug=False)
    own_name = settings.DATABASES["default"]["NAME"]
    try:
        with redirect_stdout(io.StringIO()):
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        with connection.schema_editor() as editor:
            for table in apps.get_app_config("benchmarks").get_models():
                editor.create_model(table)
                for index in table._meta.indexes:  # Django makes none for a table that it does not manage
                    editor.add_index(table, index)
        results = [asdict(each) for each in _results()]
        json.dump({"database": _database(), "results": results}, sys.stdout)
    finally:
        connection.creation.destroy_test_db(own_name, verbosity=0)
        teardown_test_environment()


def _results() -> Iterator[object]:
    from benchmarks import (
        assessments,
        cases,
        directory,
        documents,
        identifications,
        imports,
        inbox,
        matching,
        outbox,
        search,
        sign_in,
        visible_cases,
    )
    from referrals.demo import found_world

    world = found_world(password=sign_in.PASSWORD)
    yield from identifications.measure(world)
    yield from cases.measure(world)
    yield from imports.measure(world)
    yield from inbox.measure(world)
    if "--database-only" not in sys.argv:
        yield from assessments.measure()
        yield from sign_in.measure(world)
        yield from documents.measure(world)
    yield from search.measure(world)
    yield from matching.measure()
    yield from directory.measure()
    yield from outbox.measure()
    yield from visible_cases.measure()  # the last: its rows are many


def _database() -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        from sqlite3 import sqlite_version

        return f"SQLite {sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version: str = cursor.fetchone()[0]
    return f"PostgreSQL {version.split()[0]}"


if __name__ == "__main__":
    main()
