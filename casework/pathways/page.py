"""docs/pathways.md: the steps, the gates and the countries, with their sources, read off the tables."""

from collections.abc import Iterable, Iterator

from django.utils.translation import override

from casework.countries import national_countries
from casework.pathways.gates import RULES
from casework.pathways.national import notes_of
from casework.pathways.schema import Certainty, Pathway, Step
from casework.pathways.table import PATHWAYS
from casework.record.codelists import COUNTRIES
from casework.record.national_codes import FIELDS, PARTS, USUAL

_HEAD = """\
# Pathways and the national authority

Written by `manage.py pathways_page > docs/pathways.md`; a test fails where this page is not what the code says.

A pathway is a way to a lasting solution: a case holds as many as are looked at. Where one stands is read off its steps;
nobody sets a state by hand. A step that is planned, and a deadline that can be counted, come due as follow-ups. What is
only talked over commits nobody, and is not counted in the statistics.

How sure we are: *found* was read in the document that is named; *not confirmed* is from memory, and shown so on the
pages; *ours* is no document's.
"""
_GATES = """\
Each rule holds for every step beyond talking it over, but for what others decide: a decision is recorded whatever the
record lacks. The answer is a refusal (409) that names what is missing, with the way to where it is recorded.
"""
_NATIONAL = """\
A referral to the authority that decides who counts as a victim (the national referral mechanism, NRM) is prepared in
the case, printed or typed into the authority's own form, and noted as sent. That can be noted only on a consent to
share with that authority by that name, on a legal ground without consent (exception), or where the country refers
children without consent. What was sent stays in the case as it was. The decision that is waited for and the time for
another look come due as follow-ups; a recorded decision ends them. A consent that ends after sending makes an urgent
follow-up: tell the authority. The form holds neither a number nor an address of the survivor. Help never depends on any
of it.
"""
_FACTS = """\
With a consent to statistics the case's fact has three columns beside CTDC's: the pathway that has led furthest, whether
it is started, granted or refused, and the time from the first application to the decision in a band (under 1, 1 to 3,
3 to 6, 6 to 12, over 12 months). No day leaves the case; a wait that still goes on has no band.
"""
_SURE = {
    Certainty.FOUND: "found",
    Certainty.FROM_MEMORY: "not confirmed",
    Certainty.OURS: "ours",
}


def pathways_page() -> str:
    """The page, in English."""
    with override("en"):
        return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "## Steps\n"
    for each in PATHWAYS:
        yield f"### {each.label}\n"
        yield from _steps(each)
    yield "## Gates\n"
    yield _GATES
    yield from _table(
        ("Rule", "Pathways", "Source", "How sure"),
        ((str(rule.text), _names(rule.pathways), rule.source, _SURE[rule.certainty]) for rule in RULES),
    )
    yield "## The national authority\n"
    yield _NATIONAL
    yield from _table(
        ("Country", "What is known", "How sure"),
        (
            (COUNTRIES.label(country), str(text), _SURE[_certainty(confirmed)])
            for country in national_countries()
            for text, confirmed in notes_of(country)
        ),
    )
    yield "What the form can hold; what is ticked to begin with is in bold.\n"
    yield from (f"- {title}: {_fields(paths)}" for title, paths in PARTS)
    yield "\n## Statistics\n"
    yield _FACTS


def _certainty(confirmed: bool) -> Certainty:
    return Certainty.FOUND if confirmed else Certainty.FROM_MEMORY


def _steps(pathway: Pathway) -> Iterator[str]:
    heads = ("Step", "Who", "Usual documents", "Deadline", "Source", "How sure")
    yield from _table(heads, map(_row, pathway.steps))


def _row(step: Step) -> tuple[str, ...]:
    deadline = step.deadline
    by = f"{deadline.text} ({_sure(deadline.source, deadline.certainty)})" if deadline else ""
    documents = "; ".join(map(str, step.documents))
    return (str(step.label), step.who, documents, by, step.source, _SURE[step.certainty])


def _sure(source: str, certainty: Certainty) -> str:
    return source if certainty is Certainty.OURS else f"{source}; {_SURE[certainty]}"


def _names(names: frozenset[str]) -> str:
    return (
        "all" if len(names) == len(PATHWAYS) else ", ".join(str(e.label) for e in PATHWAYS if e.name in names)
    )


def _fields(paths: Iterable[str]) -> str:
    return ", ".join(f"**{FIELDS.label(path)}**" if path in USUAL else FIELDS.label(path) for path in paths)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
