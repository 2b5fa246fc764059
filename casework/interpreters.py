"""The interpreters of a team's roster, as they are read, and who of them may be used for a survivor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import lazy
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from casework.case_file import CaseFile
from casework.models import Interpreter
from casework.record.choices import choices
from casework.record.codelists import LANGUAGES
from casework.record.fields import Code, CodeList, Value
from core.access import open_many
from core.actor import Actor
from core.errors import Invalid, NotVisible
from core.models import Kind


@dataclass(frozen=True, slots=True)
class InterpreterDocument:
    """An interpreter with what the team knows of them."""

    interpreter: Interpreter
    values: Mapping[str, Value]

    @property
    def id(self) -> UUID:
        """The interpreter's id."""
        return self.interpreter.object_id

    @property
    def name(self) -> str:
        """What the team calls them."""
        return str(self.values["name"])

    @property
    def languages(self) -> list[str]:
        """The codes of their languages, the best first."""
        languages = self.values["languages"]
        assert isinstance(languages, list)
        return languages

    @property
    def label(self) -> str:
        """The name with the languages, in the language of the page."""
        return f"{self.name}: {get_text_list([LANGUAGES.label(code) for code in self.languages], _('and'))}"


def interpreters_of(actor: Actor) -> list[InterpreterDocument]:
    """The roster of the actor's teams, retired interpreters last, by name. Raises Tampered."""
    rows = list(Interpreter.objects.visible_to(actor).select_related("team"))
    opened = open_many(actor, [row.pk for row in rows], Kind.INTERPRETER)
    documents = [
        InterpreterDocument(
            row, json.loads(opened[row.pk].unseal("interpreter", row.version, sealed=row.sealed))
        )
        for row in rows
        if row.pk in opened
    ]
    return sorted(documents, key=lambda each: (each.interpreter.retired_on is not None, each.name.casefold()))


def read_interpreter(actor: Actor, interpreter_id: UUID) -> InterpreterDocument:
    """One of them. Raises NotVisible or Tampered."""
    opened = open_many(actor, [interpreter_id], Kind.INTERPRETER).get(interpreter_id)
    if opened is None:
        raise NotVisible
    row = Interpreter.objects.select_related("team").get(pk=interpreter_id)
    return InterpreterDocument(row, json.loads(opened.unseal("interpreter", row.version, sealed=row.sealed)))


def _read_label(document: InterpreterDocument) -> str:
    return document.label


_label = lazy(_read_label, str)


# --- for one survivor ------------------------------------------------------------------------------------------


def excluded_from(file: CaseFile) -> frozenset[str]:
    """The ids of the interpreters who must not be used for this survivor."""
    entries = file.entries.of("interpreter_excluded")
    return frozenset(str(each.values["interpreter"]) for each in entries if "ended_on" not in each.values)


def check_interpreter(file: CaseFile, interpreter_id: UUID) -> None:
    """Raise Invalid at `interpreter` unless they may be used for this survivor: on the roster, and not excluded."""
    if str(interpreter_id) in excluded_from(file):
        raise Invalid({"interpreter": [_("This person must not interpret for this survivor.")]})
    known = {each.id for each in interpreters_of(file.actor) if _in_use(each, file)}
    if interpreter_id not in known:
        raise Invalid({"interpreter": [_("Choose from your team's roster.")]})


def _in_use(document: InterpreterDocument, file: CaseFile) -> bool:
    return document.interpreter.retired_on is None and document.interpreter.team_id == file.case.team_id


def _roster(file: CaseFile, excluded: frozenset[str] = frozenset()) -> CodeList:
    """The interpreters as choices in a case, those first who speak a language of the survivor.

    Every one that the actor can open has a label, for what was recorded before; offered are those of the case's team
    who are in use, and not excluded.
    """
    identity = file.section("identity").values
    other = identity.get("other_languages", [])
    spoken = {identity.get("first_language"), *(other if isinstance(other, list) else ())}
    known = sorted(interpreters_of(file.actor), key=lambda each: spoken.isdisjoint(each.languages))
    return CodeList(
        (Code(str(each.id), _label(each)) for each in known),
        offered=frozenset(str(each.id) for each in known if _in_use(each, file)) - excluded,
    )


@choices("interpreters")
def all_interpreters(file: CaseFile) -> CodeList:
    """Whoever is on the roster."""
    return _roster(file)


@choices("usable_interpreters")
def usable_interpreters(file: CaseFile) -> CodeList:
    """Whoever may be used for this survivor."""
    return _roster(file, excluded_from(file))
