"""The case plan as it is read: needs, goals and actions as a tree, and whether it is still what was approved."""

from collections.abc import Iterable
from dataclasses import dataclass

from casework.approvals import ApprovalDocument, State, Subject
from casework.case_file import CaseFile
from casework.entries import Entry
from casework.manifest import fingerprint
from casework.record.codelists import KINDS_OF_NEEDS

_PARTS = ("section/needs", "section/plan", "entry/goal/", "entry/action/")


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal with the actions towards it, the first made first."""

    entry: Entry
    actions: list[Entry]


@dataclass(frozen=True, slots=True)
class Need:
    """A need with the goals that are to meet it; none yet where nobody has set one."""

    code: str
    goals: list[Goal]

    @property
    def label(self) -> str:
        """What it is called."""
        return KINDS_OF_NEEDS.label(self.code)


@dataclass(frozen=True, slots=True)
class PlanApproval:
    """The last time that the plan was put before a second person; `changed` since it was, when it is no longer that."""

    document: ApprovalDocument
    changed: bool


def needs_of(file: CaseFile) -> list[Need]:
    """The plan: the needs in the survivor's order, then those that only goals name. Raises Tampered."""
    goals: dict[str, list[Goal]] = {}
    for entry in reversed(file.entries.of("goal")):
        actions = list(reversed(file.entries.under(entry, "action")))
        goals.setdefault(str(entry.values["need"]), []).append(Goal(entry, actions))
    named = file.section("needs").values.get("needs", [])
    codes = dict.fromkeys([*(named if isinstance(named, list) else ()), *goals])
    return [Need(code, goals.get(code, [])) for code in codes]


def plan_print(file: CaseFile) -> str:
    """The fingerprint of the plan as it stands: of the newest version of each of its parts."""
    parts = sorted(item for item in file.manifest.entries.items() if item[0].startswith(_PARTS))
    return fingerprint(*(f"{name} {version} {print_}" for name, (version, print_) in parts))


def plan_approval(file: CaseFile, asked_for: Iterable[ApprovalDocument]) -> PlanApproval | None:
    """The newest approval of the plan that was not taken back, of all that was asked for in the case, newest first."""
    for document in asked_for:
        row = document.approval
        if row.subject == Subject.PLAN and row.state != State.TAKEN_BACK:
            return PlanApproval(document, document.content.get("plan") != plan_print(file))
    return None
