"""manage.py import_facts FILE --mapping ctdc: load published records as facts."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from advocacy.mapping import BadMapping, known_mappings, load_mapping
from advocacy.services import ImportReport, MalformedRows, import_rows
from core.errors import HearthError, Invalid


class Command(BaseCommand):
    """Progress goes to stderr, the report to stdout."""

    help = (
        "Load a CSV file of published, anonymised records as facts. A malformed row is reported with its "
        "line and the rest loaded. The same file is not loaded twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE --mapping NAME [--source NAME] [--strict] [--replace]."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True, help=f"how to read it: {', '.join(known_mappings())}")
        parser.add_argument("--source", help="what the facts are said to come from (default: the mapping's)")
        parser.add_argument("--strict", action="store_true", help="load nothing if any row is malformed")
        parser.add_argument(
            "--replace", action="store_true", help="first remove what earlier imports of this source loaded"
        )

    def handle(self, **options: Any) -> None:
        """Import, and say what could not be mapped. Exits with 1 where nothing was loaded."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError("There is no such file.")
        try:
            mapping = load_mapping(options["mapping"])
            with tqdm(total=path.stat().st_size, unit="B", unit_scale=True, desc="import_facts") as bar:
                report = import_rows(
                    path=path,
                    mapping=mapping,
                    source=options["source"],
                    strict=options["strict"],
                    replace=options["replace"],
                    on_bytes=bar.update,
                )
        except MalformedRows as error:
            self._say(error.report)
            raise CommandError("Nothing was loaded: some rows are malformed.") from error
        except Invalid as error:
            raise CommandError(
                " ".join(str(m) for messages in error.fields.values() for m in messages)
            ) from error
        except HearthError as error:
            raise CommandError(str(error.message)) from error
        except BadMapping as error:
            raise CommandError(str(error)) from error
        self._say(report)
        self.stdout.write(f"{report.loaded} facts loaded.")

    def _say(self, report: ImportReport) -> None:
        if report.unmapped:
            self.stdout.write("Not mapped, and left out of the facts (column: value, rows):")
        for (column, value), count in sorted(report.unmapped.items()):
            self.stdout.write(f"  {column}: {value!r}, {count}")
        if report.unmapped_beyond:
            self.stdout.write(f"  and further values in {report.unmapped_beyond} rows")
        for line, what in report.malformed:
            self.stdout.write(f"Line {line}: {what}")
        if report.malformed_count > len(report.malformed):
            self.stdout.write(f"and {report.malformed_count - len(report.malformed)} more malformed rows")
