"""Consent: what it is for, how it is asked, and what one that was given covers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.manifest import fingerprint
from casework.models import Consent
from core.access import OpenObject


class Purpose(models.TextChoices):
    """What a consent is for. One consent a purpose (and recipient), never one box for all."""

    KEEP_RECORD = "keep_record", _("Keep a record")
    SHARE = "share", _("Share with a partner organisation")
    AUTHORITY = "authority", _("Share with an authority")
    STATISTICS = "statistics", _("Anonymised statistics")
    CONTACT = "contact", _("Be contacted")
    TESTIMONY = "testimony", _("Use their testimony")


class How(models.TextChoices):
    """How a consent was given."""

    WRITTEN = "written", _("In writing")
    ORAL = "oral_witnessed", _("Orally, before a witness")
    THUMBPRINT = "thumbprint", _("By thumbprint")


class Outcome(models.TextChoices):
    """What came of asking: each can be recorded, and only the first lets anything be done."""

    GIVEN = Consent.State.GIVEN.value, _("They said yes")
    REFUSED = Consent.State.REFUSED.value, _("They said no")
    NOT_ABLE = Consent.State.NOT_ABLE.value, _("They are not able to decide now")


class GivenBy(models.TextChoices):
    """Who consents. For a child both are asked: the guardian consents, and the child assents."""

    SURVIVOR = "survivor", _("The survivor")
    GUARDIAN = "guardian", _("Their guardian or legal representative")
    BOTH = "both", _("Both")


class ChildsView(models.TextChoices):
    """What the child says to it. A dissent is recorded, whoever has consented."""

    AGREES = "agrees", _("Agrees")
    DISAGREES = "disagrees", _("Disagrees")
    NOT_ASKED = "not_asked", _("Was not asked")
    TOO_YOUNG = "too_young", _("Is too young to be asked")


class CopyFor(models.TextChoices):
    """Who gets something on paper: a copy of the consent, or anything else that is printed of a case."""

    NOBODY = "nobody", _("Nobody: it would not be safe, or they don't want it")
    SURVIVOR = "survivor", _("The survivor")
    GUARDIAN = "guardian", _("Their guardian or legal representative")


@dataclass(frozen=True, slots=True)
class Scope:
    """What one consent is for: a purpose, and whom or which way it names."""

    purpose: str
    recipient: UUID | None = None  # of SHARE: the organisation,
    service: UUID | None = None  # and one service of it; without one, all of them
    authority: str = ""  # of AUTHORITY: its name,
    country: str = ""  # and country, ISO 3166-1 alpha-3
    channel: str = ""  # of CONTACT

    def covers(self, wanted: Scope) -> bool:
        """Whether a consent for this is one for `wanted`, too: that to an organisation is to each of its services."""
        if self.service is None:
            wanted = replace(wanted, service=None)
        return self == wanted


@dataclass(frozen=True, slots=True)
class Asking:
    """How the asking went: beside what was explained, who answered what, and through whom."""

    given_by: GivenBy = GivenBy.SURVIVOR
    childs_view: ChildsView | None = None
    childs_words: str = ""
    interpreter: UUID | None = None  # of the team's roster
    other_interpreter: str = ""
    witness: str = ""
    copy_for: CopyFor = CopyFor.NOBODY
    note: str = ""


@dataclass(frozen=True, slots=True)
class ConsentDocument:
    """A consent, or what else came of asking, with what it says."""

    consent: Consent
    scope: Scope
    content: Mapping[str, Any]

    @property
    def id(self) -> UUID:
        """The consent's id."""
        return self.consent.pk

    @property
    def purpose(self) -> str:
        """What it is for."""
        return self.scope.purpose

    @property
    def recipient(self) -> UUID | None:
        """The organisation that something is shared with."""
        return self.scope.recipient

    @property
    def through_guardian(self) -> bool:
        """Whether it rests on what a guardian said."""
        return bool(self.content["given_by"] != GivenBy.SURVIVOR)

    @property
    def dissent(self) -> bool:
        """Whether it was given although the child disagrees."""
        return bool(self.content["childs_view"] == ChildsView.DISAGREES)

    def holds(self, on: date) -> bool:
        """Whether it is given, not withdrawn and not expired on that day; of the guardian `CaseFile.holds` asks too."""
        expires = self.consent.expires_on
        return self.consent.state == Consent.State.GIVEN and (expires is None or expires >= on)


def write_consent(scope: Scope, asking: Asking, told: Mapping[str, str]) -> dict[str, Any]:
    """The content of a consent, to be sealed; `told` holds what was explained, how, and in which language."""
    named = {"recipient": scope.recipient, "service": scope.service}
    return {
        "purpose": scope.purpose,
        **{name: str(id) if id else None for name, id in named.items()},
        "authority": scope.authority,
        "country": scope.country,
        "channel": scope.channel,
        **told,
        "given_by": asking.given_by,
        "childs_view": asking.childs_view or "",
        "childs_words": asking.childs_words.strip(),
        "interpreter": str(asking.interpreter or ""),
        "other_interpreter": asking.other_interpreter.strip(),
        "witness": asking.witness.strip(),
        "copy_for": asking.copy_for,
        "note": asking.note.strip(),
    }


_NOT_SAID = write_consent(Scope(""), Asking(), {}) | {"guardian": ""}
"""What a consent says that was recorded before all this was asked."""


def unseal_consent(opened: OpenObject, row: Consent) -> ConsentDocument:
    """A consent's content. Raises Tampered; whether it is the newest, the manifest says."""
    content = _NOT_SAID | json.loads(opened.unseal("consent", row.pk, sealed=row.sealed))
    recipient, service = (UUID(content[name]) if content[name] else None for name in ("recipient", "service"))
    named = {name: content[name] for name in ("authority", "country", "channel")}
    return ConsentDocument(row, Scope(content["purpose"], recipient, service, **named), content)


def consent_print(row: Consent) -> str:
    """The fingerprint of a consent row: its content, its state and its dates."""
    dates = (row.given_on, row.expires_on, row.withdrawn_on)
    return fingerprint(row.sealed, row.state, *(day.isoformat() if day else "" for day in dates))
