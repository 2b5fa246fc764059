"""Bringing in a large directory of services: whether its end goes as fast as its beginning, in as much memory."""

import csv
import tempfile
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import UUID

from benchmarks.harness import Result
from referrals.hsds.problems import Problem
from referrals.hsds.schema import tables
from referrals.hsds.types import TermMapping, own_taxonomy, term_id
from referrals.services.hsds import import_directory

SERVICES = 20_000
OF_ONE = 10  # services of an organization
BATCH = 500
SLACK = 2 << 20  # bytes: of batches with longer rows
STEADY = 1.25
_KINDS = ("legal_advice", "mhpss", "medical_general", "shelter_emergency", "education")


def measure(services: int = SERVICES) -> Iterator[Result]:
    """One import for the time, and one of half as many for the memory, which takes longer to watch."""
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch)
        rows = _write(package, services)
        timed = _Watched(rows, time.perf_counter)
        _bring_in(package, "timed", timed)
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch)
        traced = _Watched(_write(package, max(services // 2, 4 * BATCH)), _peak_since)
        tracemalloc.start()
        _bring_in(package, "traced", traced)
        tracemalloc.stop()
    first, last = timed.spent()
    whole = timed.whole
    result = Result(
        what=f"Import a directory of {services:,} services, the last quarter of each table",
        peer="the first quarter",
        ratio=last / first,
        low=last / first,
        high=last / first,
        ours_ms=last * 1000,
        peer_ms=first * 1000,
        rounds=1,
        limit=f"{STEADY:g}x",
        met=last / first <= STEADY,
        value=f"{services / whole:.0f} services a second, {sum(rows.values()) / whole:.0f} rows",
    )
    yield result
    before, after = traced.most()
    yield Result(
        what="... the most memory at any time of it",
        peer="the first quarter",
        ratio=after / before,
        low=after / before,
        high=after / before,
        ours_ms=0,
        peer_ms=0,
        rounds=1,
        limit="no growth of memory",
        met=after - before <= SLACK,
        value=f"{after / 1e6:.1f} MB, {(after - before) / 1e6:+.1f} MB",
    )


def _peak_since() -> float:
    """The most that Python has allocated since this was last asked."""
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    return peak


@dataclass
class _Watched:
    """Asks `read` after each batch, and sorts what it says by table and by how far the table is."""

    rows: Counter[str]
    read: Callable[[], float]
    seen: list[tuple[str, int, float]] = field(default_factory=list)
    whole: float = 0

    def __call__(self, doing: str, done: int, total: int) -> None:
        if not self.seen or self.seen[-1][0] != doing:
            self.seen.append((doing, 0, self.read()))
        else:
            number = self.seen[-1][1] + BATCH if doing == "reading" else done
            self.seen.append((doing, number, self.read()))

    def _quarters(self) -> Iterator[tuple[bool, int]]:
        """The places in `seen` of the batches that lie in the first (True) or the last quarter of a table."""
        starts, before = {}, 0
        for name in tables():
            starts[name] = before
            before += self.rows[name]
        for place in range(1, len(self.seen)):
            doing, end, _value = self.seen[place]
            if self.seen[place - 1][0] != doing:
                continue
            start = self.seen[place - 1][1]
            parts = {"": (0, self.rows["service"])}
            if doing != "services":
                parts = {name: (starts[name], self.rows[name]) for name in tables()}
            for at, count in parts.values():
                if at <= start and end <= at + count and count >= 4 * BATCH:
                    if end <= at + count / 4:
                        yield True, place
                    elif start >= at + count * 3 / 4:
                        yield False, place

    def spent(self) -> tuple[float, float]:
        """The time of a batch in the first quarters, and in the last: of each step its median."""
        self.whole = self.seen[-1][2] - self.seen[0][2]
        spent: dict[bool, dict[str, list[float]]] = {True: defaultdict(list), False: defaultdict(list)}
        for early, place in self._quarters():
            doing, _end, at = self.seen[place]
            spent[early][doing].append(at - self.seen[place - 1][2])
        first, last = (sum(map(median, spent[early].values())) for early in (True, False))
        return first, last

    def most(self) -> tuple[float, float]:
        """The most of the batches in the first quarters, and of those in the last."""
        found: dict[bool, float] = {True: 0, False: 0}
        for early, place in self._quarters():
            found[early] = max(found[early], self.seen[place][2])
        return found[True], found[False]


def _bring_in(package: Path, source: str, watched: _Watched) -> None:
    import_directory(
        path=package, source=source, mapping=TermMapping(), strict=True, tell=_wrong, progress=watched
    )


def _wrong(problem: Problem) -> None:
    raise AssertionError(f"the benchmark's own package is refused: {problem}")


def _write(folder: Path, services: int) -> Counter[str]:
    """A package of made-up services, each with a place, a phone, hours, a language and its kind. Rows by table."""
    counts: Counter[str] = Counter()
    files = {}
    writers = {}

    def write(table: str, **row: object) -> None:
        if table not in writers:
            files[table] = (folder / tables()[table].path).open("w", encoding="utf-8", newline="")
            writers[table] = csv.DictWriter(files[table], list(tables()[table].columns))
            writers[table].writeheader()
        writers[table].writerow(row)
        counts[table] += 1

    for table, data in own_taxonomy():
        write(table, **data)
    for number in range(services):
        organization = _id(1, number // OF_ONE)
        if number % OF_ONE == 0:
            write(
                "organization",
                id=organization,
                name=f"Organization {number // OF_ONE}",
                description="Helps people who ask for help, in the languages that they speak. " * 3,
                website="https://organization.example",
            )
        service, location = _id(2, number), _id(3, number)
        write(
            "service",
            id=service,
            organization_id=organization,
            name=f"Service {number}",
            description="What it does, for whom, and how to get there by bus and on foot. " * 6,
            status="active",
            email=f"service{number}@organization.example",
            minimum_age=16,
        )
        write(
            "location",
            id=location,
            location_type="physical",
            name=f"House {number}",
            latitude=40 + number % 1000 / 1000,
            longitude=12 + number % 777 / 1000,
        )
        write("service_at_location", id=_id(4, number), service_id=service, location_id=location)
        write(
            "address",
            id=_id(5, number),
            location_id=location,
            address_1=f"{number} Main Street",
            city="Rome",
            state_province="RM",
            postal_code="00100",
            country="IT",
            address_type="physical",
        )
        write("phone", id=_id(6, number), service_id=service, number=f"+39 555 {number:06}")
        write(
            "schedule",
            id=_id(7, number),
            service_id=service,
            freq="WEEKLY",
            byday="MO,TU,WE,TH,FR",
            opens_at="09:00",
            closes_at="17:00",
        )
        write("language", id=_id(8, number), service_id=service, code="it")
        write(
            "attribute",
            id=_id(9, number),
            link_id=service,
            link_entity="service",
            taxonomy_term_id=str(term_id(_KINDS[number % len(_KINDS)])),
        )
    for each in files.values():
        each.close()
    return counts


def _id(kind: int, number: int) -> str:
    """Spread as random ids are, and the same each time."""
    return str(UUID(int=(kind << 124) | (number * 0x9E3779B97F4A7C15 % (1 << 64)) << 56 | number))
