"""What a declared pathway is made of. Nothing here knows a single one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Certainty(StrEnum):
    """How sure we are of a rule or a step."""

    FOUND = "found"  # read in a document
    FROM_MEMORY = "from_memory"  # not checked: shown as "not confirmed"
    OURS = "ours"  # no document's: our own reading


class Phase(Enum):
    """What a step is to its pathway: what may be done in it, and what its date means."""

    CONSIDER = "consider"  # nothing has been done yet that leaves the conversation
    PREPARE = "prepare"
    APPLY = "apply"  # from here on somebody else decides, and one waits
    DECIDE = "decide"  # what others do: recorded whatever the record lacks
    CARRY_OUT = "carry_out"
    FOLLOW = "follow"


class Acts(Enum):
    """Who does a step."""

    SURVIVOR = _("The survivor, with the caseworker")
    CASEWORKER = _("The caseworker")
    LAWYER = _("A lawyer or legal adviser")
    UNHCR = "UNHCR"
    STATE = _("The state that decides")
    SPONSOR = _("The organisation that runs the programme")
    RECEIVER = _("Whoever receives them there")


@dataclass(frozen=True, slots=True, eq=False)
class Deadline:
    """By when a step is to be done: `days` after the step `after`, or as text alone where that can't be counted."""

    text: StrOrPromise
    source: str
    certainty: Certainty
    after: str = ""
    days: int | None = None

    def falls_on(self, since: date) -> date | None:
        """The day, where it can be counted."""
        return since + timedelta(days=self.days) if self.days is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a pathway.

    `only_by` is who alone can do it, as the record must name them. `consulate` where the survivor's own country is
    asked for something.
    """

    name: str
    label: StrOrPromise
    phase: Phase
    acts: Acts
    source: str
    certainty: Certainty
    documents: tuple[StrOrPromise, ...] = ()
    deadline: Deadline | None = None
    only_by: str = ""
    consulate: bool = False

    @property
    def who(self) -> str:
        """Who does it, as people read it."""
        return str(self.acts.value)

    @property
    def unconfirmed(self) -> bool:
        """Whether it is to be shown as not confirmed."""
        return self.certainty is Certainty.FROM_MEMORY


@dataclass(frozen=True, slots=True, eq=False)
class Pathway:
    """A pathway: its steps in their usual order. Real ones skip and repeat some."""

    name: str
    label: StrOrPromise
    steps: tuple[Step, ...]

    def code(self, step: Step) -> str:
        """What the record calls a step of it."""
        return f"{self.name}.{step.name}"

    def step(self, code: str) -> Step | None:
        """The step that the record calls so; None where it is another pathway's."""
        return next((each for each in self.steps if self.code(each) == code), None)

    def named(self, name: str) -> Step | None:
        """The step of this name."""
        return next((each for each in self.steps if each.name == name), None)
