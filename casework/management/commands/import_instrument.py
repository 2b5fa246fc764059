"""`manage.py import_instrument FORM.xlsx`: an XLSForm as an instrument file. Reads and writes no record."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.instruments import InstrumentError
from casework.xlsform import instrument_from_xlsform


class Command(BaseCommand):
    help = "Makes an instrument file from an XLSForm, to be read, completed and then uploaded by an administrator."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("form", type=Path, help="the .xlsx file")
        parser.add_argument("--organisation", default="", help="whose instrument it is, for the citation")
        parser.add_argument("--out", type=Path, help="where to write the YAML; printed if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["form"]
        try:
            text = instrument_from_xlsform(path.read_bytes(), organisation=options["organisation"])
            if options["out"]:
                options["out"].write_text(text, "utf-8")
            else:
                self.stdout.write(text)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        except InstrumentError as error:
            raise CommandError(f"{path.name}: {error}") from None
