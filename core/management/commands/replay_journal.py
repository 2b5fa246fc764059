"""`manage.py replay_journal`: after a restore, destroys again what was destroyed since the backup was made."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError

from core import journal
from core.crypto import CannotOpen


class Command(BaseCommand):
    """Works on ids alone; safe to run as often as one likes."""

    help = (
        "After restoring a backup: destroys again every key that was destroyed and every grant that was taken back "
        "since, and ends all sessions. Exits 1 where the journal is damaged, or a line of it can't be opened or "
        "fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--journal FILE]."""
        parser.add_argument("--journal", type=Path, default=settings.ERASURE_JOURNAL, help="the file to read")

    def handle(self, **options: Any) -> None:
        """Replay, and say what came of it. What one line hides keeps nothing of the others from being destroyed."""
        again = foreign = gaps = 0
        unopened: list[str] = []
        failed: list[str] = []
        try:
            for line in journal.read(options["journal"]):
                if line is None or not line.ours:
                    foreign += 1
                    continue
                gaps += not line.follows
                try:
                    again += journal.carry_out(line)
                except CannotOpen:
                    unopened.append(f"{line.what} {line.id}")
                except Exception as error:  # its text could say what the line hides
                    failed.append(f"{line.what} {line.id}: {type(error).__name__}")
        except OSError as error:
            raise CommandError(f"{options['journal']}: {error.strerror}") from None
        finally:
            Session.objects.all().delete()
        self.stdout.write(f"Destroyed again: {again}. All sessions have ended.")
        if unopened:
            self.stderr.write(
                f"Of these something may be left, for the KEK opens no more: {', '.join(unopened)}."
            )
        if failed:
            self.stderr.write(f"These failed; what they name may still be there: {', '.join(failed)}.")
        if foreign or gaps or unopened or failed:
            raise CommandError(
                f"Lines that are not ours: {foreign}; places where lines are missing: {gaps}; "
                f"lines that can't be opened: {len(unopened)}; lines that failed: {len(failed)}."
            )
