"""`manage.py pathways_page > docs/pathways.md`: the steps, gates and countries, off the tables. Reads no record."""

from typing import Any

from django.core.management.base import BaseCommand

from casework.pathways.page import pathways_page


class Command(BaseCommand):
    help = "Prints the page that says which steps and gates the pathways have, with their sources."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(pathways_page(), ending="")
