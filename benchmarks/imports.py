"""Importing cases from a file."""

import csv
import io
import itertools
import uuid
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from benchmarks.harness import Result, compare
from benchmarks.models import PlainAudit, PlainCase, PlainSection
from casework.importing.importer import BATCH, CaseImport, Refusal
from casework.importing.mapping import load_mapping
from casework.importing.rows import open_source
from casework.numbers import new_number
from casework.record.documents import serialise
from casework.services.importing import CaseFromElsewhere, import_cases
from referrals.demo import World

CASES = 2 * BATCH
_CELLS = {
    "identity.chosen_name": "Linnet",
    "identity.given_name": "Asha Devi",
    "identity.family_name": "Gurung",
    "identity.other_names": "Ashu",
    "identity.date_of_birth": "1997-03-04",
    "identity.gender": "Feminine",
    "identity.citizenship": "NPL",
    "identity.first_language": "npi",
    "identity.other_languages": "hin;eng",
    "identity.marital_status": "Single",
    "identity.children": "1",
    "identity.document_numbers": "N1234567, passport, Nepal",
    "contact_and_safety.phone": "+39 333 5550147",
    "contact_and_safety.email": "linnet@hearth.example",
    "contact_and_safety.country": "ITA",
    "contact_and_safety.code_word": "marigold",
    "trafficking_experience.types_of_exploitation": "ForcedLabour;Servitude",
    "trafficking_experience.means_of_control": "DebtBondage;WithholdsDocuments;ExcessiveWorkingHours",
    "trafficking_experience.sectors_of_labour": "I_AccommodationAndFoodServiceActivities",
    "trafficking_experience.recruiter_relation": "",
    "trafficking_experience.country_recruited": "NPL",
    "trafficking_experience.country_of_exploitation": "ITA",
    "trafficking_experience.from_month": "2018-03",
    "trafficking_experience.to_month": "2019-01",
    "trafficking_experience.narrative": "They were told of a job in a kitchen; the papers were taken. " * 33,
    "needs.needs": "shelter_emergency",
    "needs.details": "A room of her own, papers, work as a cook. " * 5,
    "legal_status.immigration_status": "citizen",
    "notes.case_notes": "Met at the station with the interpreter. Tired, clear, asked for time. " * 20,
}
_SEVERAL = {path for path, cell in _CELLS.items() if ";" in cell and "narrative" not in path}
_MAPPING = load_mapping(
    "number: No\u00b0\ncolumns:\n"
    + "".join(f"  {path}: {{to: {path}{', separator: ;' if path in _SEVERAL else ''}}}\n" for path in _CELLS),
    file="mapping",
)


class _File:
    """A file of cases that nobody has imported yet, each time."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.content = b""

    def write(self) -> None:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["No\u00b0", *_CELLS])
        writer.writerows([next(self._numbers), *_CELLS.values()] for _ in range(CASES))
        self.content = text.getvalue().encode()


def measure(world: World, rounds: int = 40) -> Iterator[Result]:
    """From a file to what is committed; then the rows alone; then what the search needs as well."""
    actor, team = world["supervisor"].actor, world.team
    file = _File()

    @transaction.atomic
    def plainly(cases: list[CaseFromElsewhere]) -> None:
        rows = [
            PlainCase(id=uuid.uuid4(), number=new_number(), team=team, assigned_to=actor.user) for _ in cases
        ]
        PlainCase.objects.bulk_create(rows)
        PlainSection.objects.bulk_create(
            PlainSection(
                case=row,
                section=name,
                version=1,
                values=serialise(document).decode().rstrip(),
                saved_by=actor.user,
            )
            for row, case in zip(rows, cases, strict=True)
            for name, document in case.documents.items()
        )
        now = timezone.now()
        PlainAudit.objects.bulk_create(
            PlainAudit(at=now, actor=actor.user.pk, action="case.imported", object=row.pk) for row in rows
        )

    def sealed(cases: list[CaseFromElsewhere]) -> None:
        import_cases(actor=actor, team_id=team.pk, cases=cases)

    def started() -> CaseImport:
        return CaseImport(actor, team.pk, _MAPPING, _refused)

    def read() -> Iterator[list[CaseFromElsewhere]]:
        """The cases of the file, checked by the record's rules, a batch at a time."""
        cases = started().checked(open_source(io.BytesIO(file.content), _MAPPING).rows())
        while batch := list(itertools.islice(cases, BATCH)):
            yield batch

    checked: list[list[CaseFromElsewhere]] = []

    def check() -> None:
        file.write()
        checked[:] = read()

    def plain_import() -> None:
        for batch in read():
            plainly(batch)

    yield compare(
        f"Import {CASES} cases from a CSV file",
        lambda: [sealed(batch) for batch in read()],
        "plain bulk_create of the same documents",
        plain_import,
        rounds=rounds,
        at_most=1.25,
        prepare=file.write,
    )
    yield compare(
        "... the same without reading and checking the file",
        lambda: [sealed(batch) for batch in checked],
        "plain bulk_create alone",
        lambda: [plainly(batch) for batch in checked],
        rounds=rounds,
        prepare=check,
    )
    yield compare(
        "... the same with what the search needs",
        lambda: started().run(open_source(io.BytesIO(file.content), _MAPPING)),
        "plain bulk_create of the same documents, which nothing finds by a name",
        plain_import,
        rounds=rounds,
        prepare=file.write,
    )


def _refused(refusal: Refusal) -> None:
    raise AssertionError(f"the benchmark's own file is refused: {refusal}")
