"""`manage.py erase_due [--dry-run]`: carries out the approved erasures whose delay has passed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from casework.erasing import due_orders, what_would_go
from casework.services.erasure import erase


class Command(BaseCommand):
    """Beside the worker, which does the same: for a server without one, or to see what is going to go."""

    help = "Carries out the approved erasures whose delay has passed. It approves none, and passes over what is held."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--dry-run]."""
        parser.add_argument("--dry-run", action="store_true", help="only count what would be destroyed")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        """Erase, or count."""
        orders = list(due_orders())
        for order in orders:
            number = order.case.number
            if dry_run:
                counts = ", ".join(
                    f"{each.name} {count}" for each, count in what_would_go(order.case) if count
                )
                self.stdout.write(f"{number}: {counts}")
            elif erase(order.pk):
                self.stdout.write(f"{number}: erased")
        if not orders:
            self.stdout.write("Nothing is due.")
