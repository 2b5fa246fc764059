"""A protected table as CSV: the codebook's codes, `*` for what is suppressed, notes below an empty line."""

import csv
from collections.abc import Iterator

from django.utils.translation import gettext as _

from advocacy.selectors import FactTable

SUPPRESSED = "*"


class _Line:
    """csv writes into this; what it holds is the line."""

    def write(self, text: str) -> str:
        return text


def csv_lines(table: FactTable) -> Iterator[str]:
    """The lines of the file, each with its line end. The same mark stands for every suppressed count."""
    writer = csv.writer(_Line())
    for row in _rows(table):
        yield writer.writerow([_guarded(cell) for cell in row])


def _rows(table: FactTable) -> Iterator[list[int | str | None]]:
    protected = table.protected
    total = _("total")
    if not protected.withheld:
        yield [f"{table.rows.name} / {table.columns.name}", *protected.columns, total]
        for name, cells, row_total in zip(protected.rows, protected.cells, protected.row_totals, strict=True):
            yield [name, *cells, row_total]
        yield [total, *protected.column_totals, protected.included]
        yield []
    yield [_("records"), protected.records]
    yield [_("included in the table"), protected.included]
    yield [_("without a value for the row or the column"), protected.missing]
    share = protected.missing_share
    yield [_("share without a value"), SUPPRESSED if share is None else f"{share:.4f}"]
    yield [
        SUPPRESSED,
        _("suppressed: a count under %(k)s, or one from which such a count could be worked out")
        % {"k": protected.k},
    ]
    if protected.withheld:
        yield [_("No cell of this table can be shown without giving small counts away.")]


def _guarded(cell: int | str | None) -> int | str:
    """A cell that no spreadsheet takes for a formula."""
    if cell is None:
        return SUPPRESSED
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return f"'{cell}"
    return cell
