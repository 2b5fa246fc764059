"""The results as a page."""

import os
import platform
from collections.abc import Iterable
from datetime import date
from typing import Any

_HEAD = """# Benchmarks

Written by `make bench` on {on}; do not edit. {cores} cores ({architecture}), Python {python}, Django {django}, \
{databases}.

A ratio compares Hearth with a named peer in the same process: both are done in turn (A B, B A, and so on) after a \
warm-up, and the ratio is that of the two medians. In brackets stand the quartiles of the ratio over the rounds. The \
milliseconds are there for information: they are this machine's, with whatever else it was doing. Where a limit is \
missed, it says so, and `make bench` fails. How many queries each operation takes is checked by the tests \
(tests/architecture/query_counts.json).

| What | Peer | Database | Ratio | Limit | Hearth | Peer's | Rounds |
|---|---|---|---:|---|---:|---:|---:|
"""

_PEERS = """
## What the peers do

- **Plain Django form save**: a ModelForm of a model with a column for each field of Hearth's own form: 67 answers \
with the same choices, 67 notes of evidence, and what goes with them. Bound to the same values as a browser sends \
them, validated, and saved in one transaction: the team is looked up, then one INSERT of the row and one of an audit \
row with the same indexes as Hearth's. Nothing is encrypted, assessed or granted. Hearth binds its form, validates it, \
and records the identification: answers assessed, a new key, its share wrapped, the key sealed to the team, guardian's \
permissions, two audit rows. Much of both is Django's forms; the second line leaves them out on both sides, so that \
what sealing costs can be seen alone.
- **The same documents, not sealed**: for a person who is read already, on both sides. Its memberships are read, the \
case looked up among those of its teams, the newest sections and the consents read as JSON, one audit row written. \
Hearth reads the memberships, opens the team's key and the case's, checks everything against the case's manifest, and \
writes the same audit row.
- **Plain bulk_create of the same documents**: the same file, read, mapped and checked by the same code, then 250 \
cases a transaction: one bulk_create of the cases, one of their sections as JSON, one of an audit row each. \
Hearth writes ten rows a case beside its sections where the peer writes two: what is sealed and to whom, guardian's \
permissions, the audit of both, and the mark that keeps a case from being imported twice. The second line leaves out \
the file on both sides; the third adds the search's tokens to Hearth's side alone. No section of this file is one from \
which something follows, as a plan or a risk's review would: such a case is opened with its follow-ups one by one.
- **Everyone's cases, not sealed**: the same page of the same columns without any permission: one table, indexed in \
the order of the list, paged by row values `(sort_key, id) < (?, ?)`, joined with the same people and teams. Any page \
begins at a row whose id is given; both look it up first. There are 200,000 cases, 250 teams of two people with 800 \
cases each; twenty cases more were granted to each person alone: 500 people who may see 820 cases each.
- **Guardian's get_objects_for_user**: the newest of the cases whose objects guardian lets the person, or a group of \
theirs, open, from its tables as Hearth fills them (direct foreign keys). A ratio of 0.125 is eight times faster.
- **Argon2id alone**: one derivation at the cost that Hearth is set to. Hearth's side is the whole request: form, \
limit on guessing, Argon2id, keys, session, audit row, and the answer.
- **The same as a plain file**: the same request through Django's own TemporaryFileUploadHandler into \
FileSystemStorage, which moves the file; and the same bytes read from there. Neither hashes nor encrypts. Hearth \
parses the request, hashes and seals, moves the sealed file, sniffs its type, and writes the document, its line of \
custody, the manifest and an audit row; reading, it opens the case, writes a line of custody and an audit row, and \
verifies each chunk. Memory is the most that Python had allocated at any time of one run.
- **A plain indexed column, pg_trgm, FTS5 trigrams**: the same people in one table in clear. By date of birth: its \
ids by Django's query of an indexed column, where Hearth writes its own SQL. By name, in Latin letters: pg_trgm with a \
GIN index and a threshold of 0.1, since at its default of 0.3 it finds fewer than four of five; on SQLite any trigram \
in an FTS5 table, by rank. Each name is looked for as another office might spell it, in one of three scripts; both \
sides read the fifty best as rows of the list of cases, of those that the person may see. "Opened and compared" is \
Hearth's whole search, which opens those cases and compares what they say; the peer has its rows already.
- **The first quarter**: of the same import. A package of CSV files, nine rows a service: read, checked against the \
specification and against each other, stored with what each row names, and a service of ours made of each. Of every \
table and step the batches of 500 rows in its first quarter are compared with those in its last. Memory is the most \
that Python had allocated during any of them, in an import of half as many, watched by tracemalloc; up to 2 MiB counts \
as none.
- **Those that fit, by name**: the services for one need among 20,000 that pass the same hard rules, asked for as one \
WHERE, read as rows of the directory in the order of their names, with the facts of the first twenty. Hearth also puts \
them in the order of seven rules, and says for twenty why they stand there, and for ten that do not \
fit why not.
- **The same entries, not sealed**: a partner's inbox of fifty packets, each with what both sides have written about \
it, from three plain tables: the memberships are read, the packets found by their team, their entries read as JSON \
with their writers, and one audit row written. What is due and what is new is found by the same code on both sides. \
Hearth opens the key of each packet and each exchange, and checks that no entry is missing.
- **The same work, done at once**: each piece in a transaction of its own, called from a loop. Handed out, a piece \
takes an update that counts its attempt, one that marks it done in the transaction of the work, and its share of a \
relay's two.
- **Bare count**: how often each strength is present in each dimension, and nothing else. Memory is what Python has \
allocated after the runs and had not before; up to 16 KiB counts as none.
"""


def page(runs: Iterable[dict[str, Any]], *, on: date) -> str:
    """The whole page, of one run a back end."""
    import django

    runs = list(runs)
    head = _HEAD.format(
        on=on.isoformat(),
        cores=os.cpu_count(),
        architecture=platform.machine(),
        python=platform.python_version(),
        django=django.get_version(),
        databases=" and ".join(run["database"] for run in runs),
    )
    rows = "".join(_row(run["database"].split()[0], result) for run in runs for result in run["results"])
    return head + rows + _PEERS


def _row(database: str, result: dict[str, Any]) -> str:
    verdict = {None: "", True: ": met", False: ": **missed**"}[result["met"]]
    value = f" ({result['value']})" if result["value"] else ""
    cells = (
        result["what"],
        result["peer"],
        database if result["database"] else "none",
        f"{result['ratio']:.2f} ({result['low']:.2f} to {result['high']:.2f})",
        f"{result['limit']}{verdict}{value}",
        f"{result['ours_ms']:.3g} ms",
        f"{result['peer_ms']:.3g} ms",
        str(result["rounds"]),
    )
    return f"| {' | '.join(cells)} |\n"
