"""Which counts of a two-way table may be shown, so that nobody under the threshold can be counted back.

Pure: numbers in, numbers out. The steps:

1. Primary suppression of every count from 1 to k-1, in the cells, the totals and the number of missing
records. 2. Complementary suppression, greedily: a line (a row, a column, the totals) whose suppressed
members could be worked out by subtraction loses further members, the cheapest first. 3. The audit, by
linear programming. The attacker knows every published number, all sums, the number of records, that no
count is negative and that a suppressed count is at least 1. No suppressed count's feasible interval may end
under k or be narrower than `width`. What fails is widened by the cheapest perturbation of the table that
the attacker could not tell from the truth, and the audit begins again.

Zeros are shown. A zero counts nobody, and hiding it costs many cells; the price is that a suppressed cell
admits that somebody is in it, and the audit reckons with that (lower bound 1). A zero also tells that a whole
group lies in the other cells of its line: who publishes a table looks at that before (homogeneity).

Exact protected tables lie outside differential privacy: they stand against subtraction within one table, not
against the comparison of two tables drawn at different times.

Sources: Hundepool and others, Statistical Disclosure Control (Wiley 2012), chapter 4; the threshold of 11 is
CTDC's. The systems solved are networks, so that the bounds of the linear programs are those in whole numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize as scipy_optimize
from scipy import sparse as scipy_sparse

_optimize: Any = scipy_optimize  # scipy comes without types
_sparse: Any = scipy_sparse

THRESHOLD = 11
_TOLERANCE = 1e-6
_TOTAL_COST = 4.0  # a lost total is worse than a lost cell
_OPENING_COST = 4.0  # so is a cell that exposes a line which had lost nothing yet

Cell = tuple[str | None, str | None]
"""(row, column), None for "all of them": (row, None) is a row's total, (None, None) the number included."""

MISSING: Cell = ("", "")
"""The records without a value for the row or the column."""


class ThresholdTooLow(ValueError):
    """k or the width is below what may be shown; both can only be raised."""


class Reason(Enum):
    """Why a count is suppressed. Internal: to publish it would tell which cells are small."""

    PRIMARY = "primary"
    COMPLEMENTARY = "complementary"


@dataclass(frozen=True, slots=True)
class Audit:
    """What the protection knows of itself. Never published: it narrows down what was suppressed.

    `bounds` are values that the attacker can't rule out, lowest and highest (a part of the feasible interval,
    sufficient for the proof); `programs` is the number of linear programs solved.
    """

    reasons: Mapping[Cell, Reason]
    bounds: Mapping[Cell, tuple[float, float]]
    programs: int


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """A table as it may be published; None is a suppressed count.

    `records` counts all facts, `included` those with a value in both dimensions, `missing` the rest.
    `withheld` tables show nothing but `records`, since nothing else could be shown safely (and not even
    that under k).
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    included: int | None
    missing: int | None
    records: int | None
    k: int
    width: int
    withheld: bool
    audit: Audit = field(repr=False, compare=False)

    @property
    def missing_share(self) -> float | None:
        """Missing records as a share of all, 0 to 1; None where it would give a suppressed count away."""
        return self.missing / self.records if self.records and self.missing is not None else None

    @property
    def suppressed(self) -> int:
        """How many counts are suppressed, totals included."""
        return len(self.audit.reasons)


def protect(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    missing: int = 0,
    k: int = THRESHOLD,
    width: int | None = None,
) -> ProtectedTable:
    """Protect a two-way table with row totals, column totals and the number included.

    `counts[i][j]` is the number of records of `rows[i]` and `columns[j]`; `missing` is the number of records
    outside the table. Every suppressed count stays possible at k or more, within an interval of at least
    `width` (k-1 unless raised).

    Raises ThresholdTooLow for k under 11 or a width under k-1, ValueError for counts of another shape or
    below 0.
    """
    if k < THRESHOLD:
        raise ThresholdTooLow(f"k is at least {THRESHOLD}")
    width = k - 1 if width is None else width
    if width < k - 1:
        raise ThresholdTooLow("the width is at least k-1")
    table = np.array(counts, dtype=np.int64).reshape(len(rows), len(columns))
    if missing < 0 or (table < 0).any():
        raise ValueError("counts can't be negative")
    records = int(table.sum()) + missing
    if 0 < records < k:
        return _withheld(None, k, width)
    work = _Suppression(_lay_out(table, missing), k, width)
    if not work.run():
        return _withheld(records, k, width)
    return _published(tuple(rows), tuple(columns), work, records)


@dataclass(frozen=True, slots=True)
class _System:
    """The counts as one vector, and the lines that tie them: in each, the parts sum up to the total.

    A total of None is a number that everybody knows (all records). `marginal` marks the totals.
    """

    values: NDArray[np.int64]
    lines: tuple[tuple[int | None, tuple[int, ...]], ...]
    marginal: NDArray[np.bool_]

    def matrix(self) -> Any:
        """Lines x counts: +1 for a part, -1 for the total."""
        entries = [
            (number, cell, sign)
            for number, (total, parts) in enumerate(self.lines)
            for cell, sign in (
                *((part, 1.0) for part in parts),
                *(((total, -1.0),) if total is not None else ()),
            )
        ]
        line, cell, sign = zip(*entries, strict=True)
        return _sparse.csr_array((sign, (line, cell)), shape=(len(self.lines), len(self.values)))


def _lay_out(table: NDArray[np.int64], missing: int) -> _System:
    """Cells row by row, then row totals, column totals, the number included and the number missing."""
    height, breadth = table.shape
    cell = np.arange(height * breadth).reshape(height, breadth)
    row_total = [height * breadth + i for i in range(height)]
    column_total = [height * breadth + height + j for j in range(breadth)]
    included = height * breadth + height + breadth
    values = np.concatenate(
        [table.ravel(), table.sum(axis=1), table.sum(axis=0), [table.sum(), missing]], dtype=np.int64
    )
    marginal = np.arange(len(values)) >= height * breadth
    lines: list[tuple[int | None, tuple[int, ...]]] = [
        *((row_total[i], tuple(map(int, cell[i]))) for i in range(height)),
        *((column_total[j], tuple(map(int, cell[:, j]))) for j in range(breadth)),
        (included, tuple(row_total)),
        (included, tuple(column_total)),
        (None, (included, included + 1)),
    ]
    return _System(values, tuple(lines), marginal)


class _Suppression:
    """The suppression in the making: which counts are hidden, and what is proven about each of them."""

    def __init__(self, system: _System, k: int, width: int) -> None:
        self.system, self.k, self.width = system, k, width
        self.values = system.values
        self.matrix = system.matrix()
        self.primary = (self.values > 0) & (self.values < k)
        self.hidden = self.primary.copy()
        # The truth is feasible: each proven interval starts as the true value and only ever grows.
        self.low = self.values.astype(float)
        self.high = self.values.astype(float)
        self.programs = 0
        self.lines_of: list[list[int]] = [[] for _ in self.values]
        for number, (total, parts) in enumerate(system.lines):
            for cell in (*parts, *(() if total is None else (total,))):
                self.lines_of[cell].append(number)

    def run(self) -> bool:
        """Suppress until the audit passes; False if no pattern of suppression does."""
        self._close_lines()
        while (unproven := self._unproven()).size:
            if self._prove_many(unproven) or self._prove_one(unproven[0]):
                continue
            if not self._widen(unproven[0]):
                return False
        return True

    # --- greedy ------------------------------------------------------------------------------------------

    def _close_lines(self) -> None:
        """Hide more until no line gives one of its members away by subtraction on its own."""
        waiting = [number for number in range(len(self.system.lines)) if self._leaks(number)]
        while waiting:
            number = waiting.pop()
            while self._leaks(number) and (choice := self._cheapest(number)) is not None:
                self.hidden[choice] = True
                waiting.extend(
                    other for other in self.lines_of[choice] if other != number and self._leaks(other)
                )

    def _leaks(self, number: int, also: int | None = None) -> bool:
        """Whether a line alone bounds a hidden member too closely, with `also` hidden on top."""
        total, parts = self.system.lines[number]
        hidden = [part for part in parts if self.hidden[part] or part == also]
        if total is not None and (self.hidden[total] or total == also):
            return not hidden
        if not hidden:
            return False
        most = sum(int(self.values[part]) for part in hidden) - (len(hidden) - 1)
        return len(hidden) < 2 or most < max(self.k, self.width + 1)

    def _cheapest(self, number: int) -> int | None:
        """The published member to hide next: one that mends the line, at the least loss; else the largest."""
        total, parts = self.system.lines[number]
        members = (*parts, *(() if total is None else (total,)))
        candidates: list[int] = sorted(
            (member for member in members if self.values[member] and not self.hidden[member]), key=self._loss
        )
        if not candidates:
            return None
        mending = (candidate for candidate in candidates if not self._leaks(number, also=candidate))
        return next(mending, candidates[-1])

    def _loss(self, cell: int) -> float:
        """What hiding a count costs: its size, more for a total or for lines that had lost nothing yet."""
        untouched = sum(not self._touched(number) for number in self.lines_of[cell])
        loss = float(self.values[cell]) * (1 + _OPENING_COST * untouched)
        return loss * _TOTAL_COST if self.system.marginal[cell] else loss

    def _touched(self, number: int) -> bool:
        total, parts = self.system.lines[number]
        return any(self.hidden[part] for part in parts) or (total is not None and bool(self.hidden[total]))

    # --- audit -------------------------------------------------------------------------------------------

    def _unproven(self) -> NDArray[np.int64]:
        """Hidden counts not yet shown to reach k and to range over the width."""
        safe = (self.high >= self.k - _TOLERANCE) & (self.high - self.low >= self.width - _TOLERANCE)
        return np.flatnonzero(self.hidden & ~safe)

    def _target(self, cells: NDArray[np.int64]) -> NDArray[np.float64]:
        """The value from which each count is safe, its lower bound being what it is."""
        target: NDArray[np.float64] = np.maximum(self.k, self.low[cells] + self.width)
        return target

    def _prove_many(self, cells: NDArray[np.int64]) -> bool:
        """Raise as many of `cells` as possible to their targets in one feasible table; whether any got there.

        One program with a capped gain z <= x for each cell stands for one program a cell.
        """
        if len(cells) < 2:
            return False
        hidden = np.flatnonzero(self.hidden)
        where = np.searchsorted(hidden, cells)
        lines, gains = self.matrix[:, hidden], len(cells)
        order = np.arange(gains)
        gain_below_count = _sparse.csr_array(
            (
                np.r_[-np.ones(gains), np.ones(gains)],
                (np.r_[order, order], np.r_[where, len(hidden) + order]),
            ),
            shape=(gains, len(hidden) + gains),
        )
        solution = self._solve(
            np.r_[np.zeros(len(hidden)), -np.ones(gains)],
            A_eq=_sparse.hstack([lines, _sparse.csr_array((lines.shape[0], gains))], format="csr"),
            b_eq=lines @ self.values[hidden],
            A_ub=gain_below_count,
            b_ub=np.zeros(gains),
            bounds=np.c_[
                np.r_[np.ones(len(hidden)), np.zeros(gains)],
                np.r_[np.full(len(hidden), np.inf), self._target(cells)],
            ],
        )
        if solution is None:
            return False
        self._witness(hidden, solution[: len(hidden)])
        return len(np.intersect1d(cells, self._unproven(), assume_unique=True)) < gains

    def _prove_one(self, cell: int) -> bool:
        """The exact bounds of one count; whether they suffice."""
        hidden = np.flatnonzero(self.hidden)
        lines = self.matrix[:, hidden]
        for sign in (-1.0, 1.0):
            solution = self._solve(
                np.where(hidden == cell, sign, 0.0),
                A_eq=lines,
                b_eq=lines @ self.values[hidden],
                bounds=(1, None),
            )
            if solution is not None:
                self._witness(hidden, solution)
            if cell not in self._unproven():
                return True
        return False

    def _widen(self, cell: int) -> bool:
        """Hide the counts of the cheapest perturbation that lifts `cell` to its target; False without one."""
        free = np.flatnonzero(self.values > 0)
        values, lines = self.values[free], self.matrix[:, free]
        cost = np.where(self.hidden[free], 0.01, 1 + np.log(values))
        cost = np.where(self.system.marginal[free] & ~self.hidden[free], cost * _TOTAL_COST, cost)
        lift = self._target(np.array([cell]))[0] - values[free == cell][0]
        most_up = np.where(free == cell, lift, np.inf)
        least_up = np.where(free == cell, lift, 0.0)
        most_down = np.where(free == cell, 0.0, values - 1.0)
        solution = self._solve(
            np.r_[cost, cost],
            A_eq=_sparse.hstack([lines, -lines], format="csr"),
            b_eq=np.zeros(lines.shape[0]),
            bounds=np.c_[np.r_[least_up, np.zeros(len(free))], np.r_[most_up, most_down]],
        )
        if solution is None:
            return False
        change = solution[: len(free)] - solution[len(free) :]
        self.hidden[free[np.abs(change) > _TOLERANCE]] = True
        self._witness(free, values + change)
        self._close_lines()
        return True

    def _witness(self, cells: NDArray[np.int64], feasible: NDArray[np.float64]) -> None:
        """A table the attacker can't tell from the truth widens what is proven of each count in it."""
        self.low[cells] = np.minimum(self.low[cells], feasible)
        self.high[cells] = np.maximum(self.high[cells], feasible)

    def _solve(self, cost: NDArray[np.float64], **program: Any) -> NDArray[np.float64] | None:
        """Minimise; None if nothing is feasible. Raises RuntimeError if the solver itself fails."""
        self.programs += 1
        result = _optimize.linprog(cost, method="highs-ds", **program)
        if result.status == 2:
            return None
        if result.status != 0:
            raise RuntimeError(f"the linear program could not be solved (status {result.status})")
        solution: NDArray[np.float64] = result.x
        return solution


def _withheld(records: int | None, k: int, width: int) -> ProtectedTable:
    return ProtectedTable((), (), (), (), (), None, None, records, k, width, True, Audit({}, {}, 0))


def _published(
    rows: tuple[str, ...], columns: tuple[str, ...], work: _Suppression, records: int
) -> ProtectedTable:
    """The public form, and beside it the audit under the cells' names."""
    height, breadth = len(rows), len(columns)
    shown = [None if hidden else int(value) for hidden, value in zip(work.hidden, work.values, strict=True)]
    totals = height * breadth
    hidden = {name: place for place, name in enumerate(_names(rows, columns)) if work.hidden[place]}
    return ProtectedTable(
        rows=rows,
        columns=columns,
        cells=tuple(tuple(shown[i * breadth : (i + 1) * breadth]) for i in range(height)),
        row_totals=tuple(shown[totals : totals + height]),
        column_totals=tuple(shown[totals + height : totals + height + breadth]),
        included=shown[-2],
        missing=shown[-1],
        records=records,
        k=work.k,
        width=work.width,
        withheld=False,
        audit=Audit(
            reasons={
                name: Reason.PRIMARY if work.primary[place] else Reason.COMPLEMENTARY
                for name, place in hidden.items()
            },
            bounds={
                name: (float(work.low[place]), float(work.high[place])) for name, place in hidden.items()
            },
            programs=work.programs,
        ),
    )


def _names(rows: tuple[str, ...], columns: tuple[str, ...]) -> Iterator[Cell]:
    """The cells' names in the order of the vector."""
    yield from ((row, column) for row in rows for column in columns)
    yield from ((row, None) for row in rows)
    yield from ((None, column) for column in columns)
    yield (None, None)
    yield MISSING
