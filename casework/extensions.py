"""What the apps above casework add to its pages, which it can't import: filled in their AppConfig.ready()."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from casework.case_file import CaseFile
from core.registries import Registry


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the case page: a template, and what it shows beside the page's own context."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


case_panels: Registry[[CaseFile, list[Panel]]] = Registry("case_panels")
"""Run when a case page is made: each function appends its panels."""

consent_recipients: Registry[[set[UUID]]] = Registry("consent_recipients")
"""Run when a consent form is made: each function adds the organisations that something can be shared with."""
