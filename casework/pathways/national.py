"""The form for the national authority: which fields of the record it can hold, and what it says of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.approvals import ApprovalDocument
from casework.children import guardian_barred, is_child
from casework.consents import Purpose, Scope
from casework.countries import national_rule
from casework.entries import Entry
from casework.exceptions import exception_holds, exception_scope, exceptions_of
from casework.record.fields import Value
from casework.record.national_codes import FIELDS, OF_THE_GUARDIAN, PARTS, Basis, Route
from casework.record.sections import field as declared
from casework.record.values import show
from core.errors import Message

if TYPE_CHECKING:
    from casework.case_file import CaseFile

KIND = "national_referral"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form: what is recorded, or "" for a blank to write on."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together."""

    title: str
    lines: list[Line]


def basis_for(file: CaseFile, authority: str, country: str) -> Basis | None:
    """On what the survivor may be named to this authority now, or None. Consent comes first. Raises Tampered."""
    wanted = Scope(Purpose.AUTHORITY, authority=authority, country=country)
    if file.consent_to(wanted) is not None:
        return Basis.CONSENT
    if any(exception_holds(each) and exception_scope(each).covers(wanted) for each in exceptions_of(file)):
        return Basis.EXCEPTION
    return Basis.CHILD if national_rule(country).child_without_consent and is_child(file) else None


def named_authorities(file: CaseFile) -> list[Scope]:
    """Whom a consent or a legal ground that holds names, the newest first."""
    scopes = [each.scope for each in file.consents if each.purpose == Purpose.AUTHORITY and file.holds(each)]
    scopes += [exception_scope(each) for each in exceptions_of(file) if _of_authority(each)]
    return list(dict.fromkeys(scopes))


def _of_authority(document: ApprovalDocument) -> bool:
    return exception_holds(document) and exception_scope(document).purpose == Purpose.AUTHORITY


def offered_fields(file: CaseFile) -> dict[str, list[tuple[str, str]]]:
    """(path, what it would say) of what is recorded and may stand in the form, by part."""
    barred = guardian_barred(file)
    found: dict[str, list[tuple[str, str]]] = {}
    for title, paths in PARTS:
        for path in paths:
            text = _recorded(file, path)
            if text and not (barred and path in OF_THE_GUARDIAN):
                found.setdefault(str(title), []).append((path, text))
    return found


def _recorded(file: CaseFile, path: str) -> str:
    section, _dot, name = path.partition(".")
    value = file.section(section).values.get(name)
    return "" if value is None else show(declared(path), value)


def form_of(file: CaseFile, values: Mapping[str, Value]) -> list[Part]:
    """What the form says of the case as it stands. A notice without a name holds nothing of the record."""
    organisation = file.case.team.organisation.name
    sender = Part(_("Who refers"), [Line(_("Organisation"), organisation), Line(_("Reach them through"), "")])
    if values.get("route") == Route.ANONYMOUS:
        number = Line(_("Number of adults who do not agree to be referred"), "1")
        return [sender, Part(_("Notice without a name"), [number])]
    chosen = values.get("fields", [])
    kept = set(chosen if isinstance(chosen, list) else [chosen])
    parts = [sender]
    for title, offered in offered_fields(file).items():
        lines = [Line(FIELDS.label(path), text) for path, text in offered if path in kept]
        if lines:
            parts.append(Part(title, lines))
    grounds = Line(_("Why we think so"), str(values.get("grounds", "")))
    parts.append(Part(_("Grounds"), [grounds]))
    return parts


def as_text(parts: Iterable[Part]) -> str:
    """The form as it is kept: what was sent does not change with the record."""
    blocks = (
        "\n".join([part.title, *(f"{line.label}: {line.text or '–'}" for line in part.lines)])
        for part in parts
    )
    return "\n\n".join(blocks)


def notes_of(country: str) -> list[tuple[Message, bool]]:
    """What is known of referring in a country, each with whether it is confirmed."""
    rule = national_rule(country)

    def confirmed(name: str) -> bool:
        return name not in rule.unconfirmed

    found: list[tuple[Message, bool]] = []
    if rule.decision_days is not None:
        text = gettext_lazy("Target for the first decision: {} days from the referral.")
        found.append((format_lazy(text, rule.decision_days), True))
        if not confirmed("decision_days"):
            found.append(
                (gettext_lazy("Working days may be meant. The follow-up counts calendar days."), False)
            )
    if rule.objective_factors:
        found.append(
            (gettext_lazy("The account alone might not do: say what supports it besides."), True),
        )
    if rule.child_without_consent:
        text = gettext_lazy("A child is referred without consent, an adult only with it.")
        found.append((text, confirmed("child_without_consent")))
    if rule.anonymous_notice:
        text = gettext_lazy("Of an adult who does not agree only a number is sent, without a name.")
        found.append((text, confirmed("anonymous_notice")))
    if rule.reconsideration_by:
        text = gettext_lazy("Another look at a negative decision can be asked for by: {}.")
        found.append(
            (
                format_lazy(
                    text, format_lazy("{}, {}", *(_ASKERS[each] for each in rule.reconsideration_by))
                ),
                confirmed("reconsideration_by"),
            )
        )
    return found


_ASKERS: dict[str, Message] = {
    "first_responder": gettext_lazy("the organisation that referred"),
    "support_provider": gettext_lazy("the organisation that supports the survivor"),
}


def sent_of(file: CaseFile) -> list[Entry]:
    """The referrals of a case that were sent, the latest made first. Raises Tampered."""
    return [each for each in file.entries.of(KIND) if "sent_on" in each.values]
