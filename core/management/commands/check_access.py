"""`manage.py check_access`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.access_audit import disagreements


class Command(BaseCommand):
    """Prove that permissions and keys agree for every row."""

    help = "Proves that guardian's permissions and the sealed keys agree for every row; exits 1 where they don't."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each disagreement."""
        count = 0
        for count, found in enumerate(disagreements(), start=1):  # noqa: B007
            self.stdout.write(f"{found.what}: {found.row}")
        if count:
            raise CommandError(f"{count} disagreements between permissions and keys.")
        self.stdout.write("Permissions and keys agree.")
