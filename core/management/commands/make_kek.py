"""`manage.py make_kek`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.kek import write_new_kek


class Command(BaseCommand):
    """Make the key-encryption key file, once."""

    help = "Makes the key-encryption key file (HEARTH_KEK_FILE), once. Back it up apart from the database."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Never replaces a file: that would make every case unreadable."""
        try:
            write_new_kek(settings.KEK_FILE)
        except FileExistsError:
            raise CommandError("There is a key-encryption key file already; it was left as it is.") from None
        self.stdout.write("Made the key-encryption key file.")
