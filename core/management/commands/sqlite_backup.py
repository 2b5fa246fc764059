"""`manage.py sqlite_backup FILE SHARES`: copies the embedded database, the server shares into a file of their own."""

import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from core.sqlite_backup import back_up


class Command(BaseCommand):
    """While everything runs. For PostgreSQL there is pg_dump."""

    help = (
        "Copies the SQLite database to FILE without the server shares, and those to SHARES. Replaces no file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE SHARES."""
        parser.add_argument("file", type=Path)
        parser.add_argument("shares", type=Path)

    def handle(self, *, file: Path, shares: Path, **options: Any) -> None:
        """Copy."""
        if connection.vendor != "sqlite":
            raise CommandError("The database is not SQLite: use pg_dump.")
        try:
            back_up(Path(connection.settings_dict["NAME"]), to=file, shares_to=shares)
        except (OSError, sqlite3.Error) as error:
            raise CommandError(str(error)) from None
