"""Handing the survivor a copy of their record."""

import json
from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.case_file import open_case_file
from casework.children import may_receive_copy
from casework.exporting.pdf import write_pdf
from casework.survivors_copy import (
    Item,
    changed_since,
    htcds_copy,
    parts_of,
    paths_of,
    talk_that_holds,
    without_others,
)
from core import audit
from core.actor import Actor
from core.errors import NotAllowed, Refused
from core.models import CASE_ROLES, Level


class Changed(Refused):
    """Texts were saved anew after somebody had looked at them, and would go out unread. `items` are as they are now."""

    code = "changed"
    message = gettext_lazy("Some texts have changed since you looked at them. Read them again.")

    def __init__(self, items: list[Item]) -> None:
        super().__init__()
        self.items = items


class Format(StrEnum):
    """As what it leaves."""

    PDF = "pdf"
    JSON = "json"


@transaction.atomic
def give_copy(*, actor: Actor, case_id: UUID, format: Format, include: Collection[str]) -> bytes:
    """The copy, on the record; `include` holds the ticks of the texts in which somebody has looked for other people.

    Raises NotVisible; NotAllowed outside of the case's team; Refused without a talk about where it is safe to keep, and
    for a guardian through whom nothing may go; Changed where a ticked text is no longer the one that was read.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE)
    if not actor.has_role(*CASE_ROLES, team_id=file.case.team_id):
        raise NotAllowed
    talk = talk_that_holds(file)
    if talk is None:
        raise Refused(
            _("Talk with the survivor first about where a copy is safe to keep, and write it down.")
        )
    if not may_receive_copy(file, str(talk.values["for_whom"])):
        raise Refused(_("Nothing goes through this guardian."))
    parts = parts_of(file)
    if changed := changed_since(parts, include):
        raise Changed(changed)
    include = paths_of(include)
    audit.record("copy.given", actor=actor, object=file.opened.object, format=format)
    if format is Format.JSON:
        return json.dumps(htcds_copy(file, include), ensure_ascii=False, indent=1).encode()
    return write_pdf(_("My record"), without_others(parts, include))
