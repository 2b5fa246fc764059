"""Someone who has a published table and a linear programming solver, and nothing else."""

from typing import Any

from scipy import optimize as scipy_optimize

from advocacy.disclosure import ProtectedTable

_optimize: Any = scipy_optimize  # scipy comes without types

Bounds = dict[str, tuple[float, float]]


def work_out(table: ProtectedTable) -> Bounds:
    """Lowest and highest possible value of every suppressed count, from the public numbers alone.

    The attacker knows that sums hold, how many records there are, and that a suppressed count is at least 1.
    """
    unknown: list[str] = []

    def term(name: str, shown: int | None, sign: int) -> tuple[dict[str, int], int]:
        if shown is not None:
            return {}, sign * shown
        if name not in unknown:
            unknown.append(name)
        return {name: sign}, 0

    equations: list[tuple[dict[str, int], int]] = []

    def sums(terms: list[tuple[dict[str, int], int]], constant: int = 0) -> None:
        equations.append(
            (
                {name: sign for names, _ in terms for name, sign in names.items()},
                constant - sum(n for _, n in terms),
            )
        )

    included = ("included", table.included)
    row_totals = [(f"row {row}", total) for row, total in zip(table.rows, table.row_totals, strict=True)]
    column_totals = [
        (f"column {column}", total) for column, total in zip(table.columns, table.column_totals, strict=True)
    ]
    cells = [
        [(f"{row} x {column}", count) for column, count in zip(table.columns, counts, strict=True)]
        for row, counts in zip(table.rows, table.cells, strict=True)
    ]
    for total, line in zip(row_totals, cells, strict=True):
        sums([term(*cell, 1) for cell in line] + [term(*total, -1)])
    for total, line in zip(column_totals, map(list, zip(*cells, strict=True)), strict=True):
        sums([term(*cell, 1) for cell in line] + [term(*total, -1)])
    for totals in (row_totals, column_totals):
        sums([term(*total, 1) for total in totals] + [term(*included, -1)])
    assert table.records is not None
    sums([term(*included, 1), term("missing", table.missing, 1)], table.records)

    matrix = [[names.get(name, 0) for name in unknown] for names, _ in equations]
    constants = [constant for _, constant in equations]
    bounds: Bounds = {}
    for name in unknown:
        lowest, highest = (
            _optimize.linprog(
                [sign * (name == other) for other in unknown], A_eq=matrix, b_eq=constants, bounds=(1, None)
            ).fun
            * sign
            for sign in (1, -1)
        )
        bounds[name] = (lowest, highest)
    return bounds
