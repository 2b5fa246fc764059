"""Rapid mode: which screens an interview has, in which order, and which comes next. Pure.

`content` is a draft's, as casework.services.drafts keeps it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.assessment import Answer, age_warnings
from casework.instruments import Indicator, Instrument
from casework.instruments.schema import ADULT_FROM
from casework.interview import Interview, YesNo
from casework.services.identifications import is_child
from core.errors import Message

MOST_AT_ONCE = 4  # questions on a screen, of a set that has no dimensions to group them by

CHILD_SET = "ilo-child-labour"
"""What is offered in place of a set that is for adults alone."""

_CHILD_SETS = {"ilo-adult-labour": CHILD_SET, "ilo-adult-sexual": "ilo-child-sexual"}
_ADULT_SETS = {child: adult for adult, child in _CHILD_SETS.items()}


class Kind(StrEnum):
    """What a screen asks about."""

    BEFORE = "before"
    URGENT = "urgent"
    NOW = "now"
    AGE = "age"
    CHILD = "child"
    QUESTIONS = "questions"
    SOURCE = "source"
    NOTES = "notes"
    LAST = "last"  # age, source and notes together, where a short tool is to stay short


_TITLES: Mapping[Kind, Message] = {
    Kind.BEFORE: _("Before you begin"),
    Kind.URGENT: _("Is anything urgent?"),
    Kind.NOW: _("What to do now"),
    Kind.AGE: _("Age"),
    Kind.CHILD: _("With whom the child is"),
    Kind.QUESTIONS: _("Questions"),
    Kind.SOURCE: _("How they came to you"),
    Kind.NOTES: _("Notes"),
    Kind.LAST: _("Before you finish"),
}


@dataclass(frozen=True, slots=True)
class Screen:
    """One page of the interview. `id` is its part of the address and says nothing about the person."""

    id: str
    kind: Kind
    title: Message
    indicators: tuple[Indicator, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """Screen `number` of `total`, and the one before it."""

    number: int
    total: int
    back: Screen | None


def screens(used: Instrument, content: Mapping[str, Any]) -> tuple[Screen, ...]:
    """The screens of a draft as it stands: branching, urgent concerns and a child's path change them."""
    interview = Interview.from_data(content["interview"])
    now = [Kind.NOW] if interview.concerns else []
    child = [_screen(Kind.CHILD)] if is_child(content["age"], interview) else []
    first = [_screen(kind) for kind in (Kind.BEFORE, Kind.URGENT, *now)]
    questions = _questions(used, content["answers"])
    if used.dimensions:
        return (*first, _screen(Kind.AGE), *child, *questions, _screen(Kind.SOURCE), _screen(Kind.NOTES))
    return (*first, *questions, _screen(Kind.LAST), *child)


def _screen(kind: Kind) -> Screen:
    return Screen(kind.value, kind, _TITLES[kind])


def _questions(used: Instrument, answers: Mapping[str, str]) -> list[Screen]:
    """A screen a group. Numbered before branching leaves any out, so that an address keeps its meaning."""
    found = []
    for number, (title, group) in enumerate(_groups(used), start=1):
        asked = tuple(each for each in group if not used.rules_out(each.id, answers))
        if asked:
            found.append(Screen(f"{Kind.QUESTIONS}-{number}", Kind.QUESTIONS, title, asked))
    return found


def _groups(used: Instrument) -> list[tuple[Message, list[Indicator]]]:
    """One a dimension, else a few at a time; what depends on an answer comes on a later screen than its question."""
    labels = {each.id: str(each.label) for each in used.dimensions}
    groups: list[tuple[Message, list[Indicator]]] = []
    for dimension, indicators in used.by_dimension.items():
        group: list[Indicator] = []
        for indicator in indicators:
            depends = {condition.indicator for condition in indicator.ask_if} & {each.id for each in group}
            if depends or (dimension is None and len(group) == MOST_AT_ONCE):
                groups.append((labels.get(dimension or "", _TITLES[Kind.QUESTIONS]), group))
                group = []
            group.append(indicator)
        if group:
            groups.append((labels.get(dimension or "", _TITLES[Kind.QUESTIONS]), group))
    return groups


def agreed(content: Mapping[str, Any]) -> bool:
    """Whether the limits of confidentiality were explained and the person then agreed to be asked."""
    interview = content["interview"]
    return bool(interview["limits_explained"] == interview["consented"] == YesNo.YES)


def following(shown: Sequence[Screen], content: Mapping[str, Any], screen_id: str) -> Screen | None:
    """The screen after this one; None after the last. Raises ValueError for a screen that is not shown."""
    place = [each.id for each in shown].index(screen_id)
    return next((each for each in shown[place + 1 :] if not _known(each, content)), None)


def resumed(shown: Sequence[Screen], content: Mapping[str, Any]) -> Screen:
    """Where to go on: the first screen that was not seen, else the last."""
    unseen = (each for each in shown if each.id not in content["seen"] and not _known(each, content))
    return next(unseen, shown[-1])


def _known(screen: Screen, content: Mapping[str, Any]) -> bool:
    """Whether another screen has asked this already: nothing is asked twice."""
    if screen.id in content["seen"]:
        return False
    known = {Kind.AGE: content["age"] is not None, Kind.SOURCE: bool(content["interview"]["source"])}
    return known.get(screen.kind, False)


def progress(shown: Sequence[Screen], screen_id: str) -> Progress:
    """How far the interview is. Raises ValueError for a screen that is not shown."""
    place = [each.id for each in shown].index(screen_id)
    return Progress(place + 1, len(shown), shown[place - 1] if place else None)


def set_for_age(
    used_id: str, *, age: int | None, then: int | None, presumed: bool, offered: Collection[str]
) -> str:
    """The id of the set that fits the age when it happened, or today's where that is not known.

    A set for adults becomes the children's set of its kind, and the reverse; any other stays what it is.
    """
    relevant = age if then is None else then
    if relevant is None and not presumed:
        return used_id
    child = presumed if relevant is None else relevant < ADULT_FROM
    other = (_CHILD_SETS if child else _ADULT_SETS).get(used_id, used_id)
    return other if other in offered else used_id


def outside_gate(used: Instrument, *, age: int | None, then: int | None, presumed: bool) -> Message | None:
    """Why the instrument is not for someone of this age; someone presumed to be a child counts as just under 18."""
    if age is None and then is None and presumed:
        age = ADULT_FROM - 1
    warnings = age_warnings(used, age=age, age_at_exploitation=then)
    return warnings[0].text if warnings else None


def carried_over(used: Instrument, target: Instrument, content: Mapping[str, Any]) -> str:
    """The notes after a change of set: what `target` does not ask about is written down there, so nothing is lost."""
    words = {Answer.PRESENT: _("yes"), Answer.ABSENT: _("no"), Answer.DECLINED: _("declined")}
    lost = [
        f"{each.label}: {words[Answer(content['answers'][each.id])]}"
        for each in used.indicators
        if each.id not in target.by_id and content["answers"].get(each.id, Answer.UNKNOWN) in words
    ]
    return "\n".join(filter(None, [content["notes"], str(used.title) if lost else "", *lost]))
