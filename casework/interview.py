"""What is kept of a conversation beside the answers: how it was held, what was urgent, and for a child, with whom."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid, Message


class YesNo(models.TextChoices):
    """A fact about the conversation; an empty value is "not said"."""

    YES = "yes", _("Yes")
    NO = "no", _("No")


class Source(models.TextChoices):
    """How the person came to be identified."""

    SELF = "self", _("They came themselves")
    OUTREACH = "outreach", _("Outreach")
    HOTLINE = "hotline", _("Hotline")
    POLICE = "police", _("Police or border guard")
    PARTNER = "partner", _("Partner organisation")
    CAMPAIGN = "campaign", _("Awareness campaign")
    OTHER = "other", _("Other")


class Accompaniment(models.TextChoices):
    """With whom a child is (the terms of the UN Committee on the Rights of the Child, General Comment 6)."""

    ACCOMPANIED = "accompanied", _("With a parent or a legal guardian")
    UNACCOMPANIED = "unaccompanied", _("Without any adult who is responsible for them")
    SEPARATED = "separated", _("With other adults, but not with a parent or guardian")


class Concern(models.TextChoices):
    """What can't wait."""

    DANGER_NOW = "danger_now", _("In danger now")
    MEDICAL = "medical", _("Needs medical help now")
    CHILD_ALONE = "child_alone", _("A child alone")
    TRAFFICKER_NEARBY = "trafficker_nearby", _("A trafficker or controller nearby")
    SUICIDAL = "suicidal", _("Thoughts of suicide or self-harm")


@dataclass(frozen=True, slots=True)
class Action:
    """What to do about a concern, and within what time someone must have followed it up."""

    now: Message
    within: timedelta


ACTIONS: Mapping[Concern, Action] = {
    Concern.DANGER_NOW: Action(
        _(
            "Move with the person to a place where you are both safe. If they agree, or a life is at stake, call "
            "the emergency services. Stop the interview."
        ),
        timedelta(hours=1),
    ),
    Concern.MEDICAL: Action(
        _("Get medical help first. The interview can wait; go with the person if they want that."),
        timedelta(hours=1),
    ),
    Concern.CHILD_ALONE: Action(
        _("Stay with the child. Tell child protection and ask for a guardian before any further question."),
        timedelta(hours=2),
    ),
    Concern.TRAFFICKER_NEARBY: Action(
        _(
            "Don't go on here, and don't show that you know. Separate them on an everyday pretext, then "
            "find a safe place."
        ),
        timedelta(hours=1),
    ),
    Concern.SUICIDAL: Action(
        _("Don't leave the person alone. Ask calmly and directly, and bring in mental health support today."),
        timedelta(hours=1),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """The conversation. Every value may be unknown: an identification is also recorded after the fact.

    `evidence` maps an indicator's id to what was seen or said; `concerns` is None where nobody asked.
    `gate_reason` says why an instrument was used outside the age that it was made for.
    """

    alone: str = ""
    present: str = ""
    language: str = ""
    interpreter: str = ""
    not_interpreters: str = ""
    limits_explained: str = ""
    consented: str = ""
    source: str = ""
    campaign: str = ""
    concerns: tuple[str, ...] | None = None
    presumed_child: bool = False
    accompaniment: str = ""
    guardian: str = ""
    gate_reason: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise Invalid at each field whose value is not one of its list, or that contradicts another."""
        wrong: dict[str, list[Message]] = {}
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in ("", *choices.values):
                wrong[name] = [_("Choose from the list.")]
        if any(concern not in Concern.values for concern in self.concerns or ()):
            wrong["concerns"] = [_("Choose from the list.")]
        if self.interpreter and _same_person(self.interpreter, self.not_interpreters):
            wrong["interpreter"] = [_("This person must not interpret. Find another, or stop here.")]
        if self.campaign and self.source != Source.CAMPAIGN:
            wrong["campaign"] = [_("Only where a campaign led to the identification.")]
        if wrong:
            raise Invalid(wrong)

    def as_data(self) -> dict[str, Any]:
        """As JSON types."""
        data = asdict(self)
        return data | {"concerns": None if self.concerns is None else list(self.concerns)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """What `as_data` wrote; what an earlier version did not know stays unknown, other names are left out."""
        known = {each.name: data[each.name] for each in fields(cls) if each.name in data}
        if known.get("concerns") is not None:
            known["concerns"] = tuple(known["concerns"])
        return cls(**known)


_CHOICES: Mapping[str, type[models.TextChoices]] = {
    "alone": YesNo,
    "limits_explained": YesNo,
    "consented": YesNo,
    "source": Source,
    "accompaniment": Accompaniment,
}


def _same_person(name: str, listed: str) -> bool:
    """Whether `name` is one of the names listed (a line or a comma each), whatever the capitals and spaces."""
    wanted = " ".join(name.casefold().split())
    return any(" ".join(each.casefold().split()) == wanted for each in listed.replace(",", "\n").splitlines())
