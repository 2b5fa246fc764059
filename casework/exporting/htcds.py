"""A case in the words of HTCDS 2.0 (IOM, CC BY 4.0), read off the declarations of its fields.

HTCDS names fields and values and no file format. Here each case is an object with a part for each kind of thing that
HTCDS knows: `person` (with what concerns them as a victim), `case`, `comments`, `events`, `plans` and `consents`.
docs/exporting.md says what is left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from casework.case_file import CaseFile
from casework.models import Case, Decision
from casework.record.entries import ENTRIES
from casework.record.fields import Field, Section, Value
from casework.record.sections import SECTIONS
from casework.record.values import code_list
from casework.services.decisions import Outcome

_RECRUITMENT = {"country_recruited"}
"""The fields of the record that tell of the recruitment; the other fields of events tell of the exploitation."""

_STATUS = {
    (Decision.Kind.NGO, Outcome.POSSIBLE): "PossibleVictimOfTrafficking",
    (Decision.Kind.NGO, Outcome.PRESUMED): "PossibleVictimOfTrafficking",
    (Decision.Kind.REASONABLE, Outcome.POSITIVE): "PossibleVictimOfTrafficking",
    (Decision.Kind.REASONABLE, Outcome.NEGATIVE): "NotAVictimOfTrafficking",
    (Decision.Kind.CONCLUSIVE, Outcome.POSITIVE): "ActualVictimOfTrafficking",
    (Decision.Kind.CONCLUSIVE, Outcome.NEGATIVE): "NotAVictimOfTrafficking",
}
"""What a decision makes of somebody. That a screening has found nothing so far says no such thing."""


def htcds_case(
    file: CaseFile,
    *,
    recipient: UUID | None,
    documents: Iterable[tuple[Section, Mapping[str, Value]]] | None = None,
) -> dict[str, Any]:
    """What HTCDS has a word for in a case, or in these `documents`.

    For another organisation, the `recipient`, without what never leaves the case, and of the consents those to it.
    """
    person, about_case = _status(file), _case(file)
    comments, plans, events = [], [], _Events()
    for declared, values in _documents(file) if documents is None else documents:
        plan: dict[str, Any] = {}
        for field in declared.fields:
            if not field.htcds or field.name not in values or (recipient and not field.shareable):
                continue
            value = _value(field, values[field.name])
            match field.htcds.partition("_")[0]:
                case "prs" | "vic":
                    person[field.htcds] = value
                case "cas":
                    about_case[field.htcds] = value
                case "cco":
                    comments.append({field.htcds: value})
                case "hte":
                    events.add(field, value)
                case "spl":
                    plan[field.htcds] = value
        if plan:
            plans.append(plan)
    return {
        "case": about_case,
        "person": person,
        "events": events.said(),
        "plans": plans,
        "comments": comments,
        "consents": [
            {"con_Consent": True, "purpose": each.purpose, "given_on": str(each.consent.given_on)}
            for each in file.consents
            if file.holds(each) and recipient in {None, each.recipient}
        ],
    }


def _documents(file: CaseFile) -> Iterator[tuple[Section, Mapping[str, Value]]]:
    """Every section, and every entry of what a case holds many of."""
    for section in SECTIONS:
        yield section, file.section(section.name).values
    for kind in ENTRIES:
        if any(field.htcds for field in kind.fields):
            for entry in file.entries.of(kind.name):
                yield kind, entry.values


def _value(field: Field, value: Value) -> Any:
    """HTCDS's own code where ours is another."""
    if field.codes is None:
        return value
    codes = code_list(field).codes
    if isinstance(value, list):
        return [(codes[code].htcds if code in codes else None) or code for code in value]
    return (codes[str(value)].htcds if str(value) in codes else None) or value


class _Events:
    """The recruitment and the exploitation, of which each has a country."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Any]] = {"Recruitment": {}, "Exploitation": {}}

    def add(self, field: Field, value: Any) -> None:
        type_ = "Recruitment" if field.name in _RECRUITMENT else "Exploitation"
        self._of[type_][str(field.htcds)] = value

    def said(self) -> list[dict[str, Any]]:
        return [{"hte_Type": type_, **event} for type_, event in self._of.items() if event]


def _case(file: CaseFile) -> dict[str, Any]:
    case = file.case
    return {
        "number": case.number,
        "opened_on": case.opened_on.isoformat(),
        "cas_Status": "Closed" if case.state == Case.State.CLOSED else "Active",
        "cas_CaseOwner": f"{case.assigned_to.name}, {case.team.name}",
        "org_Name": case.team.organisation.name,
    }


def _status(file: CaseFile) -> dict[str, Any]:
    """By the newest decision that says."""
    for decision in reversed(file.decisions):
        status = _STATUS.get((Decision.Kind(decision.decision.kind), Outcome(decision.outcome)))
        if status:
            body = decision.content["body"]
            return {"vic_TraffickingStatus": status, "vic_TraffickingStatusDecisionMakingOrg": body}
    return {}
