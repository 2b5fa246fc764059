"""Correction requests and complaints: a supervisor is reminded until there is an answer."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.children import may_receive_copy
from casework.models import FollowUp
from casework.services.entries import Change, entry_rule
from casework.services.follow_ups import add_follow_up, end_follow_ups
from core.errors import Invalid, Refused
from core.marks import kept_out_among
from core.models import Role, User

ANSWER_WITHIN = timedelta(days=14)
"""Ours. The GDPR's article 12(3) gives a month, which is for the answer, not for beginning to look."""


@entry_rule("correction_request")
def see_to_correction(change: Change) -> None:
    """Raises Invalid for a refusal without a reason."""
    if change.values.get("answer") == "refused" and "why" not in change.values:
        raise Invalid({"why": [_("Say why.")]})
    _remind(change, ended="answer" in change.values, about=str(_("Answer a correction request.")))


@entry_rule("complaint")
def see_to_complaint(change: Change) -> None:
    """Raises Invalid for an end without an outcome."""
    ended = "ended_on" in change.values
    if ended and "outcome" not in change.values:
        raise Invalid({"outcome": [_("Say what came of it.")]})
    _remind(change, ended=ended, about=str(_("Look into a complaint.")))


def _remind(change: Change, *, ended: bool, about: str) -> None:
    file, source = change.file, f"entry/{change.kind.name}/{change.id}"
    if ended:
        end_follow_ups(file.actor, file.opened, source, FollowUp.State.DONE)
    elif change.before is None:
        team = User.objects.filter(
            memberships__team=file.case.team_id, memberships__role=Role.SUPERVISOR, is_active=True
        )
        out = kept_out_among(file.case.pk, team)
        supervisor = team.exclude(pk__in=out).order_by("name", "pk").first()
        add_follow_up(
            file.actor,
            file.opened,
            due_at=timezone.now() + ANSWER_WITHIN,
            about=about,
            assignee_id=supervisor.pk if supervisor else file.case.assigned_to_id,
            source=source,
        )


@entry_rule("copy_talk")
def no_copy_through_a_barred_guardian(change: Change) -> None:
    """Raises Refused where nothing may go through the guardian."""
    if not may_receive_copy(change.file, str(change.values["for_whom"])):
        raise Refused(_("Nothing goes through this guardian."))
