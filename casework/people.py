"""Whom one can choose in a case: who does something, and who must be kept out."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile
from casework.record.choices import choices
from casework.record.fields import Code, CodeList
from casework.selectors import team_members
from core.marks import Outsider
from core.models import Organisation, User

OUTSIDE = "outside"
"""Someone without an account: a name to know, but nobody whom Hearth could let in."""


@choices("team")
def team(file: CaseFile) -> CodeList:
    """The members of the case's team; with a name for whoever once was one."""
    everyone = (Code(str(user.pk), user.name) for user in _people())
    offered = team_members(file.case).values_list("pk", flat=True)
    return CodeList(everyone, alphabetical=True, offered=frozenset(map(str, offered)))


@choices("outsiders")
def outsiders(file: CaseFile) -> CodeList:
    """Everyone in Hearth and every organisation but one's own, and those whom Hearth doesn't know."""
    organisations = Organisation.objects.order_by("name")
    own = file.case.team.organisation_id
    codes = [
        Code(OUTSIDE, _("Someone who doesn't work in Hearth")),
        *(Code(f"organisation:{each.pk}", each.name) for each in organisations),
        *(Code(f"user:{each.pk}", f"{each.name} ({each.organisation.name})") for each in _people()),
    ]
    offered = {code.value for code in codes} - {f"organisation:{own}", f"user:{file.actor.user.pk}"}
    return CodeList(codes, offered=frozenset(offered))


def _people() -> QuerySet[User]:
    return User.objects.select_related("organisation").order_by("name")


def outsider(value: str) -> Outsider | None:
    """The person or organisation of a code of `outsiders`; None for someone outside. Raises DoesNotExist."""
    kind, _colon, pk = value.partition(":")
    if kind == OUTSIDE:
        return None
    return Organisation.objects.get(pk=pk) if kind == "organisation" else User.objects.get(pk=pk)
