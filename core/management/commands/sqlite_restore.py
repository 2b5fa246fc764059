"""`manage.py sqlite_restore FILE SHARES`: puts what `sqlite_backup` made in the place of the embedded database."""

import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from core.sqlite_backup import restore


class Command(BaseCommand):
    """While nothing runs; `replay_journal` comes next."""

    help = "Puts a copy in the place of the SQLite database. Stop all processes before; run replay_journal afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE SHARES."""
        parser.add_argument("file", type=Path)
        parser.add_argument("shares", type=Path)

    def handle(self, *, file: Path, shares: Path, **options: Any) -> None:
        """Replace the database."""
        if connection.vendor != "sqlite":
            raise CommandError("The database is not SQLite: use pg_restore.")
        connection.close()
        try:
            restore(Path(connection.settings_dict["NAME"]), source=file, shares=shares)
        except (OSError, sqlite3.Error) as error:
            raise CommandError(str(error)) from None
