"""What leaves a case, as words alone: for a browser that knows no code lists, for a file, and for paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from casework.record.documents import display
from casework.record.sections import section as declared
from referrals.basis import basis_label
from referrals.models import Service
from referrals.safe_contact import unasked


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of label and text that belong together, under a title."""

    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """In the language that was in force when it was made."""

    language: str
    direction: str
    service: str
    sender: str
    written_on: str
    warnings: list[str]
    parts: list[Part]

    @property
    def as_data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "language": self.language,
            "direction": self.direction,
            "service": self.service,
            "about": [[_("From"), self.sender], [_("Written on"), self.written_on]],
            "warnings": self.warnings,
            "parts": [{"title": part.title, "rows": [list(row) for row in part.rows]} for part in self.parts],
        }


def sheet_of(content: Mapping[str, Any], *, sender: str, service: Service) -> Sheet:
    """The sheet of what leaves (`leaving.prepare`), in the language in force."""
    return Sheet(
        language=get_language() or "en",
        direction="rtl" if get_language_bidi() else "ltr",
        service=service.name,
        sender=sender,
        written_on=date_format(timezone.localdate(), "DATE_FORMAT"),
        warnings=_warnings(content),
        parts=list(_parts(content)),
    )


def _warnings(content: Mapping[str, Any]) -> list[str]:
    said = []
    if basis_label(content["basis"]):
        said.append(_("Shared without the survivor's consent. Use it for nothing but this."))
    if ways := unasked(content["fields"]):
        not_asked = _("Nobody has asked whether this is safe. Don't use it:")
        said.append(f"{not_asked} {', '.join(ways)}")
    return said


def _parts(content: Mapping[str, Any]) -> list[Part]:
    parts = []
    if ground := basis_label(content["basis"]):
        reference = [(_("Reference"), content["reference"])] if content["reference"] else []
        parts.append(Part(_("Legal basis"), [(_("Legal basis"), ground), *reference]))
    if content.get("quiet_times"):
        when = _("Times not to contact")
        parts.append(Part(when, [(when, time) for time in content["quiet_times"]]))
    for name, values in content["fields"].items():
        section = declared(name)
        rows = [(str(field.label), text) for field, text in display(section, values)]
        parts.append(Part(str(section.label), rows))
    if content["note"]:
        parts.append(Part(_("Note"), [(_("Note"), content["note"])]))
    return parts
