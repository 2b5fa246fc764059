"""Whatever the table, nobody under the threshold can be counted back from what is shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.disclosure import MISSING, ProtectedTable, Reason, ThresholdTooLow, protect
from tests.advocacy.attacker import work_out

K = 11
counts_of_a_cell = st.one_of(st.just(0), st.integers(1, K - 1), st.integers(0, 60))
tables = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(counts_of_a_cell, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


def protected(counts: list[list[int]], **options: int) -> ProtectedTable:
    return protect(
        [f"r{i}" for i in range(len(counts))], [f"c{j}" for j in range(len(counts[0]))], counts, **options
    )


def shown_counts(table: ProtectedTable) -> list[int]:
    everything = [
        *(count for row in table.cells for count in row),
        *table.row_totals,
        *table.column_totals,
        table.included,
        table.missing,
        table.records,
    ]
    return [count for count in everything if count is not None]


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(0, 30))
def test_an_attacker_infers_no_count_under_the_threshold(counts: list[list[int]], missing: int) -> None:
    table = protected(counts, missing=missing)
    if table.withheld:
        return
    for low, high in work_out(table).values():
        assert high >= K - 1e-6
        assert high - low >= table.width - 1e-6


@settings(max_examples=20, deadline=None)
@given(tables, st.integers(0, 30), st.integers(12, 25), st.integers(0, 20))
def test_a_raised_threshold_and_width_hold_as_well(
    counts: list[list[int]], missing: int, k: int, wider: int
) -> None:
    table = protected(counts, missing=missing, k=k, width=k - 1 + wider)
    if table.withheld:
        return
    for low, high in work_out(table).values():
        assert high >= k - 1e-6
        assert high - low >= k - 1 + wider - 1e-6


@settings(max_examples=200, deadline=None)
@given(tables, st.integers(0, 30))
def test_what_is_shown_is_true_and_never_small(counts: list[list[int]], missing: int) -> None:
    table = protected(counts, missing=missing)
    assert not [count for count in shown_counts(table) if 0 < count < K]
    truth = np.array(counts)
    everything, included = int(truth.sum()) + missing, int(truth.sum())
    if table.withheld:
        assert table.records in (None, everything)
        return
    shown = [
        *sum(table.cells, ()),
        *table.row_totals,
        *table.column_totals,
        table.included,
        table.missing,
        table.records,
    ]
    true = [*truth.ravel(), *truth.sum(axis=1), *truth.sum(axis=0), included, missing, everything]
    assert all(s in (None, t) for s, t in zip(shown, true, strict=True))


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(0, 30))
def test_the_audit_claims_no_more_than_an_attacker_finds(counts: list[list[int]], missing: int) -> None:
    table = protected(counts, missing=missing)
    if table.withheld:
        return
    found = work_out(table)
    for (row, column), (low, high) in table.audit.bounds.items():
        if (row, column) == MISSING:
            name = "missing"
        elif row is None:
            name = "included" if column is None else f"column {column}"
        else:
            name = f"row {row}" if column is None else f"{row} x {column}"
        assert found[name][0] - 1e-6 <= low
        assert high <= found[name][1] + 1e-6


def test_a_small_cell_does_not_come_back_by_subtraction() -> None:
    table = protected([[5, 40, 60], [30, 50, 70], [20, 80, 90]])
    assert table.cells[0][0] is None
    assert table.row_totals == (105, 150, 190)
    assert sum(count is None for count in table.cells[0]) >= 2
    assert sum(row[0] is None for row in table.cells) >= 2


def test_a_small_row_takes_its_total_along() -> None:
    table = protected([[2, 3, 0], [30, 50, 70], [20, 80, 90]])
    assert table.row_totals[0] is None
    assert table.row_totals.count(None) >= 2
    assert table.included == 345


def test_two_small_cells_that_add_up_to_little_are_not_enough() -> None:
    table = protected([[2, 3, 95], [50, 60, 70]])
    assert table.cells[0].count(None) == 3 or table.row_totals[0] is None


def test_a_table_without_small_counts_is_shown_whole() -> None:
    table = protected([[11, 0], [40, 50]], missing=12)
    assert table.cells == ((11, 0), (40, 50))
    assert (table.included, table.missing, table.records) == (101, 12, 113)
    assert table.missing_share == pytest.approx(12 / 113)
    assert table.suppressed == 0


def test_few_missing_are_not_told_by_what_is_included() -> None:
    table = protected([[30, 40], [50, 60]], missing=3)
    assert table.missing is None
    assert table.included is None
    assert table.missing_share is None
    assert table.records == 183


def test_a_table_that_nothing_can_save_is_withheld() -> None:
    table = protected([[5, 6]])
    assert table.withheld
    assert not table.rows
    assert not table.cells
    assert table.records == 11


def test_too_few_records_are_not_even_counted() -> None:
    assert protected([[4, 5]], missing=1).records is None


def test_no_records_make_a_table_of_zeros() -> None:
    table = protected([[0, 0]])
    assert not table.withheld
    assert table.cells == ((0, 0),)
    assert protect([], ["c"], []).records == 0


@pytest.mark.parametrize("k", [10, 5, 1, 0, -1])
def test_the_threshold_can_only_be_raised(k: int) -> None:
    with pytest.raises(ThresholdTooLow):
        protected([[40, 50]], k=k)
    with pytest.raises(ThresholdTooLow):
        protected([[40, 50]], width=9)


@pytest.mark.parametrize("counts", [[[1, 2], [3]], [[-1, 2]], [[1, 2, 3]]])
def test_counts_of_another_shape_or_below_zero_are_refused(counts: list[list[int]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        protect(["a", "b"][: len(counts)], ["x", "y"], counts)


def test_the_reason_is_kept_inside() -> None:
    table = protected([[5, 40, 60], [30, 50, 70], [20, 80, 90]])
    assert table.audit.reasons["r0", "c0"] is Reason.PRIMARY
    assert Reason.COMPLEMENTARY in table.audit.reasons.values()
    assert "reasons" not in repr(table)


def test_a_wide_sparse_table_is_protected_too() -> None:
    random = np.random.default_rng(7)
    counts = np.floor(np.exp(random.normal(1.2, 1.6, (25, 12)))).astype(int)
    table = protected(counts.tolist(), missing=4)
    assert not table.withheld
    assert all(high >= K - 1e-6 and high - low >= K - 1 - 1e-6 for low, high in work_out(table).values())
