"""Handing the survivor a copy of their record."""

import json
from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from casework.case_file import open_case_file
from casework.children import may_receive_copy
from casework.exporting.pdf import write_pdf
from casework.survivors_copy import htcds_copy, parts_of, talk_that_holds, without_others
from core import audit
from core.actor import Actor
from core.errors import NotAllowed, Refused
from core.models import CASE_ROLES, Level


class Format(StrEnum):
    """As what it leaves."""

    PDF = "pdf"
    JSON = "json"


@transaction.atomic
def give_copy(*, actor: Actor, case_id: UUID, format: Format, include: Collection[str]) -> bytes:
    """The copy, on the record; `include` names the texts in which somebody has looked for other people.

    Raises NotVisible; NotAllowed outside of the case's team; Refused without a talk about where it is safe to keep, and
    for a guardian through whom nothing may go.
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
    audit.record("copy.given", actor=actor, object=file.opened.object, format=format)
    if format is Format.JSON:
        return json.dumps(htcds_copy(file, include), ensure_ascii=False, indent=1).encode()
    return write_pdf(_("My record"), without_others(parts_of(file), include))
