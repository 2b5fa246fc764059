"""What the apps above casework add to its pages, which it can't import: filled in their AppConfig.ready()."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from casework.approvals import ApprovalDocument
from casework.case_file import CaseFile
from core.actor import Actor
from core.registries import Registry


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the case page: a template, and what it shows beside the page's own context."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


case_panels: Registry[[CaseFile, list[Panel]]] = Registry("case_panels")
"""Run when a case page is made: each function appends its panels."""

approval_panels: Registry[[CaseFile, ApprovalDocument, list[Panel]]] = Registry("approval_panels")
"""Run when the page of something that was asked for is made: each function appends what it knows of its subject."""


today_panels: Registry[[Actor, list[Panel]]] = Registry("today_panels")
"""Run when somebody's first page is made: each function appends what waits for them."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A partner's service, as far as casework needs to know it; one that is not `active` is no longer offered."""

    id: UUID
    name: str
    organisation: UUID
    active: bool


partner_services: Registry[[list[Offer]]] = Registry("partner_services")
"""Run when a consent, or sharing without one, names a partner's service: each function appends what there is."""


def offers() -> list[Offer]:
    """Every partner's service, also those that have ended."""
    found: list[Offer] = []
    partner_services.run(found)
    return found
