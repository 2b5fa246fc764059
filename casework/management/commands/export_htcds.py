"""`manage.py export_htcds --out FILE --recipient AGE_KEY`: cases as HTCDS 2.0, encrypted before they reach the disk."""

import getpass
import os
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from casework.exporting.writing import Encrypt, for_age, for_zip, write_export
from casework.numbers import parse_number
from casework.selectors import cases_of
from casework.services.exporting import export_case, exportable
from core.actor import Actor
from core.crypto.containers import PASSPHRASE_LENGTH, BadRecipient
from core.errors import Refused
from core.management.signed_in import VARIABLE, signed_in
from core.models import Organisation

PASSPHRASE = "HEARTH_EXPORT_PASSPHRASE"  # noqa: S105  the name of a variable


class Command(BaseCommand):
    """Progress goes to stderr. Cases are named by their numbers, which mean nothing outside of Hearth."""

    help = (
        f"Writes cases as HTCDS 2.0, encrypted with age or as a zip archive. Needs an API token in {VARIABLE}, of the "
        "cases' caseworker or of their team's supervisor. Exits with 1 where a case was left out for want of a consent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--out FILE (--recipient AGE_KEY | --zip) (--case NUMBER … | --all) [--for ORGANISATION]."""
        parser.add_argument(
            "--out", type=Path, required=True, help="the file to write; it must not exist yet"
        )
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--recipient", metavar="AGE_KEY", help="the public key of who will open it, age1…")
        how.add_argument(
            "--zip", action="store_true", help=f"under a passphrase: asked for, or taken from {PASSPHRASE}"
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--case", metavar="NUMBER", nargs="+", help="these cases")
        which.add_argument(
            "--all", action="store_true", help="all that you may export; so also without --case"
        )
        parser.add_argument(
            "--for",
            dest="organisation",
            metavar="ORGANISATION",
            help="the name of who gets it, where it is not yourselves: a consent to share with them is needed",
        )

    def handle(self, **options: Any) -> None:
        """Export, and say what was left out."""
        actor = signed_in()
        encrypt = _encrypt(options["recipient"])
        cases = _cases(actor, options["case"])
        run = _Export(actor, _organisation(options["organisation"]))
        try:
            write_export(run.read(cases), options["out"], encrypt)
        except FileExistsError:
            raise CommandError(f"{options['out']} exists already.") from None
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror}") from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was written.", returncode=130) from None
        self.stdout.write(f"Cases: {run.written} written to {options['out']}.")
        for number, why in run.left_out:
            self.stdout.write(f"{number} left out: {why}")
        if run.left_out:
            raise CommandError(f"Cases left out: {len(run.left_out)}.")


class _Export:
    """One export: each case is opened, noted and forgotten before the next."""

    def __init__(self, actor: Actor, organisation: Organisation | None) -> None:
        self._actor, self._organisation, self._id = actor, organisation, uuid.uuid4()
        self.written = 0
        self.left_out: list[tuple[str, str]] = []

    def read(self, cases: list[tuple[UUID, str]]) -> Iterator[dict[str, Any]]:
        for case_id, number in tqdm(cases, unit="case", desc="exporting", disable=None):
            try:
                yield export_case(
                    actor=self._actor, case_id=case_id, export=self._id, recipient=self._organisation
                )
            except Refused as refused:
                self.left_out.append((number, str(refused.message)))
            else:
                self.written += 1


def _encrypt(recipient: str | None) -> Encrypt:
    if recipient is not None:
        try:
            return for_age(recipient)
        except BadRecipient:
            raise CommandError("--recipient: not a public key of age (age1…)") from None
    passphrase = os.environ.get(PASSPHRASE) or getpass.getpass("Passphrase: ")
    if len(passphrase) < PASSPHRASE_LENGTH:
        raise CommandError(f"Use a passphrase of at least {PASSPHRASE_LENGTH} characters, made by chance.")
    return for_zip(passphrase)


def _organisation(name: str | None) -> Organisation | None:
    if name is None:
        return None
    organisation = Organisation.objects.filter(name=name).first()
    if organisation is None:
        raise CommandError("--for: there is no organisation of this name")
    return organisation


def _cases(actor: Actor, numbers: list[str] | None) -> list[tuple[UUID, str]]:
    """(id, number) of the cases. Raises CommandError for one that is not there, or not the actor's to export."""
    if numbers is None:
        return _named(exportable(actor))
    wanted = [parse_number(number) for number in numbers]
    if None in wanted:
        raise CommandError(f"Not a case number: {numbers[wanted.index(None)]}")
    found = _named(cases_of(actor).filter(number__in=wanted))
    if missing := set(wanted) - {number for _id, number in found}:
        raise CommandError(f"Not found: {', '.join(sorted(map(str, missing)))}")
    if len(allowed := _named(exportable(actor).filter(number__in=wanted))) < len(found):
        refused = {number for _id, number in found} - {number for _id, number in allowed}
        raise CommandError(f"Their caseworker or a supervisor exports these: {', '.join(sorted(refused))}")
    return allowed


def _named(cases: Any) -> list[tuple[UUID, str]]:
    return list(cases.values_list("pk", "number"))
