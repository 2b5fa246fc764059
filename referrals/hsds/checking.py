"""Whether what the rows of a package name is there: in the package, or stored from the same source."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from referrals.hsds.problems import Problem, Tell, Weight
from referrals.hsds.schema import tables
from referrals.hsds.staging import Reference, Staging
from referrals.models import DirectoryRow


def check_references(staging: Staging, source: str, tell: Tell) -> None:
    """Refuse what depends on a bad row, and what has to name a row and names one that is nowhere.

    Where naming one is optional the row is kept as it is, and told of.
    """
    for table in tables().values():
        for column in table.references:
            after = 0
            while column.required and (none := staging.without(table, column, after)):
                after = none[-1].n
                for each in none:
                    # Of a CSV file it has been refused already. The JSON form may show a thing apart from its owner.
                    tell(Problem(*_at(each), _("This is needed; kept as it is."), Weight.KEPT))
        after = 0
        while found := staging.loose(table, after):
            after = found[-1].n
            stored = _stored(source, found)
            refused: set[int] = set()
            for each in found:
                if each.of not in refused and (problem := _problem(each, stored)) is not None:
                    tell(problem)
                    if problem.weight is Weight.REFUSED:
                        staging.refuse(each.of)
                        refused.add(each.of)


def _stored(source: str, references: Iterable[Reference]) -> set[tuple[str, UUID | None]]:
    targets = {each.target for each in references if each.target and not each.refused}
    rows = DirectoryRow.objects.filter(source__name=source, gone=False, hsds_id__in=targets)
    return set(rows.values_list("table", "hsds_id"))


def _at(reference: Reference) -> tuple[str, str, str]:
    column = f"{reference.inside}.{reference.column}" if reference.inside else reference.column
    return reference.file, reference.row, column


def _problem(reference: Reference, stored: set[tuple[str, UUID | None]]) -> Problem | None:
    at = _at(reference)
    if reference.refused:
        return Problem(*at, _("This names a row that was refused."))
    if reference.to == "*" or (reference.to, reference.target) in stored:
        return None
    if reference.required:
        return Problem(*at, _("This names a row that is nowhere."))
    return Problem(*at, _("This names a row that is nowhere; kept as it is."), Weight.KEPT)
