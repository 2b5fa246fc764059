"""Cases that may be of the same person: looked for when what a case is found by changes, and ruled out by people."""

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from casework.case_file import CaseFile, open_case_file
from casework.models import Case, PossibleDuplicates
from casework.record.fields import Indexed, Value
from casework.search.find import Found, find
from casework.search.index import index_case
from casework.search.values import SECTIONS_INDEXED, Values, values_of
from core import audit
from core.actor import Actor
from core.errors import NotVisible, Tampered
from core.models import Level
from core.padded import padded_json

_PURPOSE = "possible-duplicates"
_OPENED = 10  # of the best candidates by name, and by everything else
_VERY_ALIKE = 0.85  # names, where nothing else speaks for it


class _Noted:
    """What is sealed in a case: the ids of others that may be of the same person, and of those that are not."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file
        self._row = PossibleDuplicates.objects.filter(case=file.case).first()
        content = json.loads(file.opened.unseal(_PURPOSE, sealed=self._row.sealed)) if self._row else {}
        self.possible: set[str] = set(content.get("possible", ()))
        self.ruled_out: set[str] = set(content.get("ruled_out", ()))

    def keep(self) -> None:
        """Save, under the case's lock."""
        content = {"possible": sorted(self.possible), "ruled_out": sorted(self.ruled_out)}
        row = self._row or PossibleDuplicates(case=self._file.case)
        row.sealed = self._file.opened.seal(_PURPOSE, content=padded_json(content))
        row.save(force_insert=self._row is None, force_update=self._row is not None)


def section_changed(file: CaseFile, section: str, values: Mapping[str, Value]) -> None:
    """Where a section's values change what the case is found by, or come first: index it, and look for others like it.

    The caller holds the case's lock; `file` still says what the case said before.
    """
    before = values_of(file.documents)
    after = values_of({**file.documents, section: values})
    first = section in SECTIONS_INDEXED and not file.section(section).version
    if first or before != after:
        index_case(file, after)
        noted = _Noted(file)
        noted.possible = _look_for_others(file, after)
        noted.keep()


def _look_for_others(file: CaseFile, values: Values) -> set[str]:
    outcome: audit.Outcome = "done"
    try:
        likely = likely_same(find(file.actor, values, besides=file.case.pk, most=_OPENED), values)
    except Tampered:  # of another case, which must not keep this one from being saved
        likely, outcome = [], "failed"
    audit.record(
        "duplicates.looked_for",
        actor=file.actor,
        object=file.opened.object,
        outcome=outcome,
        found=len(likely),
    )
    return {str(each.case.pk) for each in likely}


def likely_same(found: Iterable[Found], values: Values) -> list[Found]:
    """Those found that may be of the same person: a phone or a document in common, or the name and the date of birth;
    the name alone where it is very alike and no dates speak against it.
    """
    dated = any(indexed is Indexed.DATE for indexed, _text in values)

    def likely(each: Found) -> bool:
        if each.matched & {Indexed.PHONE, Indexed.NUMBER}:
            return True
        if Indexed.DATE in each.matched:
            return Indexed.NAME in each.matched
        speaks_against = dated and any(indexed is Indexed.DATE for indexed, _text in each.values)
        return each.likeness >= _VERY_ALIKE and not speaks_against

    return [each for each in found if likely(each)]


def possible_duplicates(file: CaseFile) -> list[Case]:
    """The cases that may be of the same person, of those that the reader of this one may see.

    They are what whoever last changed names, dates or numbers here could see.
    """
    noted = _Noted(file)
    ids = noted.possible - noted.ruled_out
    if not ids:
        return []
    return list(Case.objects.visible_to(file.actor).filter(pk__in=ids).select_related("assigned_to"))


@transaction.atomic
def rule_out_duplicate(*, actor: Actor, case_id: UUID, other_id: UUID) -> None:
    """Note in a case that another one is not of the same person: it is not shown there again.

    Raises NotVisible, also where the other is not shown there; NotAllowed.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if other_id not in {case.pk for case in possible_duplicates(file)}:
        raise NotVisible
    noted = _Noted(file)
    noted.ruled_out.add(str(other_id))
    noted.keep()
    audit.record("duplicate.ruled_out", actor=actor, object=file.opened.object, other=other_id)
