"""`manage.py export_hsds DIR`: the directory in the form of HSDS 3.0, without what is confidential."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from referrals.hsds.exporting import NotEmpty, export_json, export_tables, prepare_folder
from referrals.models import DirectorySource


class Command(BaseCommand):
    """What was imported, as it was given; shelters without their place. There is no option for the rest."""

    help = (
        "Writes the tabular data package of the Human Services Data Specification 3.0 to an empty folder. Confidential "
        "rows, and where shelters are, are left out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """DIR [--json] [--source NAME]."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--json", action="store_true", help="organizations.json and services.json as well"
        )
        parser.add_argument("--source", help="which of several sources")

    def handle(self, **options: Any) -> None:
        """Export, and count."""
        source = _source(options["source"])
        folder: Path = options["folder"]
        try:
            prepare_folder(folder)
            counts = export_tables(source, folder)
            if options["json"]:
                export_json(source, folder)
        except NotEmpty:
            raise CommandError(f"{folder.name}: this folder is not empty.") from None
        except OSError as error:
            raise CommandError(f"{folder.name}: {error.strerror}") from None
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")


def _source(name: str | None) -> DirectorySource:
    found = list(DirectorySource.objects.filter(**({"name": name} if name else {}))[:2])
    if not found:
        raise CommandError("Nothing has been imported" + (f" from {name}." if name else "."))
    if len(found) > 1:
        names = ", ".join(DirectorySource.objects.values_list("name", flat=True))
        raise CommandError(f"Choose one with --source: {names}.")
    return found[0]
