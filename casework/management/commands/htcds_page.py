"""`manage.py htcds_page > docs/htcds.md`: where each field of HTCDS 2.0 stands. Reads and writes no record."""

from typing import Any

from django.core.management.base import BaseCommand

from casework.record.htcds import htcds_page


class Command(BaseCommand):
    help = "Prints the page that says where each field of HTCDS 2.0 stands in Hearth."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(htcds_page(), ending="")
