"""Rapid mode: an interview screen by screen, kept as a draft until it is finished."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.instruments import Instrument
from casework.models import Draft
from casework.offered import instrument_for, offered_to
from casework.rapid import (
    CHILD_SET,
    Kind,
    Screen,
    agreed,
    carried_over,
    following,
    progress,
    resumed,
    screens,
)
from casework.rapid_forms import FORMS, ScreenForm
from casework.selectors import follow_ups_of, read_follow_ups
from casework.services import discard_draft, finish_draft, save_draft, start_draft
from casework.services.drafts import draft_of
from core.actor import Actor
from core.auth import sign_out
from core.errors import Invalid, NotVisible, Refused, Stale
from core.models import CASE_ROLES
from core.views import actor_of, add_errors, posted

QUICK = "raft"
"""The set that Today's one button begins with."""

_BEFORE_CONSENT = (Kind.BEFORE, Kind.URGENT, Kind.NOW)  # safety does not wait for an agreement


def _used(draft: Draft, content: Mapping[str, Any]) -> Instrument:
    return instrument_for(draft.team.organisation_id, content["instrument"])


@require_POST
def new_action(request: HttpRequest) -> HttpResponse:
    """Begin: with `instrument`, or the quick screening; for `team`, where the actor is in several."""
    actor = actor_of(request, *CASE_ROLES)
    teams = actor.teams_as(*CASE_ROLES)
    wanted = request.POST.get("team") or (str(teams[0].pk) if len(teams) == 1 else "")
    team = next((each for each in teams if str(each.pk) == wanted), None)
    if team is None:
        raise Refused(_("Choose the team that this is for."))
    draft = start_draft(actor=actor, team_id=team.pk, instrument_id=request.POST.get("instrument", QUICK))
    return redirect("rapid", draft.pk)


@require_GET
def resume_page(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Go on where it was left."""
    draft, content = draft_of(actor_of(request), draft_id)
    return redirect("rapid-screen", draft_id, resumed(screens(_used(draft, content), content), content).id)


@require_http_methods(["GET", "POST"])
def screen_page(request: HttpRequest, draft_id: UUID, screen: str) -> HttpResponse:
    """One screen: shown, or kept and left for the next one."""
    actor = actor_of(request)
    draft, content = draft_of(actor, draft_id)
    used = _used(draft, content)
    shown = screens(used, content)
    here = next((each for each in shown if each.id == screen), None)
    if here is None:
        raise NotVisible
    if here.kind not in _BEFORE_CONSENT and not agreed(content):
        messages.info(
            request, _("First the limits of confidentiality, then the question whether they agree.")
        )
        return redirect("rapid-screen", draft_id, Kind.BEFORE)
    offered = {each.id for each in offered_to(draft.team.organisation_id)}
    form = FORMS[here.kind](here, used, offered, content, posted(request))
    context: dict[str, Any] = {"base": draft.version, "child_set": CHILD_SET if CHILD_SET in offered else ""}
    if form.is_valid():
        base = request.POST.get("base_version", "")
        try:
            save_draft(
                actor=actor,
                draft_id=draft_id,
                base_version=int(base) if base.isascii() and base.isdecimal() else 0,
                screen=here.id,
                **_changes(form, draft, used, content),
            )
        except Stale as stale:
            differences = form.differences()
            if not differences:  # the same once more, as after a connection that broke before the answer came
                return _onwards(request, actor, draft_id, here)
            context |= {"message": stale.message, "differences": differences}
        except Invalid as error:
            add_errors(form, error)
        else:
            return _onwards(request, actor, draft_id, here)
    if here.kind == Kind.NOW:
        urgent = follow_ups_of(actor).filter(object=draft_id, urgent=True)
        context["urgent"] = read_follow_ups(actor, urgent)
    context |= {
        "draft": draft,
        "content": content,
        "screen": here,
        "form": form,
        "instrument": used,
        "progress": progress(shown, here.id),
        "is_last": following(shown, content, here.id) is None,
    }
    status = 409 if "message" in context else 400 if form.errors else 200
    return render(request, "casework/rapid/screen.html", context, status=status)


def _changes(form: ScreenForm, draft: Draft, used: Instrument, content: Mapping[str, Any]) -> dict[str, Any]:
    """What to keep; where the age asks for another set, with what the new one does not ask in the notes."""
    changes = form.changes()
    if form.switch_to != used.id:
        target = instrument_for(draft.team.organisation_id, form.switch_to)
        merged = {**content, **changes, "answers": content["answers"] | changes["answers"]}
        changes |= {"instrument": target.id, "notes": carried_over(used, target, merged)}
    return changes


def _onwards(request: HttpRequest, actor: Actor, draft_id: UUID, left: Screen) -> HttpResponse:
    """To the screen after the one just kept, as the draft now stands; after the last, to the outcome."""
    draft, content = draft_of(actor, draft_id)
    if content["interview"]["consented"] == "no":
        return redirect("rapid-stop", draft_id)
    shown = screens(_used(draft, content), content)
    if left.id not in {each.id for each in shown}:  # the set has changed
        return redirect("rapid", draft_id)
    after = following(shown, content, left.id)
    return redirect("rapid-screen", draft_id, after.id) if after else _finish(request, actor, draft_id)


@require_POST
def finish_action(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Record what there is, though not every screen was seen."""
    return _finish(request, actor_of(request), draft_id)


def _finish(request: HttpRequest, actor: Actor, draft_id: UUID) -> HttpResponse:
    """Record the identification; where that is refused, say why at the screen that can put it right."""
    try:
        made = finish_draft(actor=actor, draft_id=draft_id)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("rapid-screen", draft_id, Kind.BEFORE)
    except Invalid as error:
        for text in (text for texts in error.fields.values() for text in texts):
            messages.error(request, str(text))
        draft, content = draft_of(actor, draft_id)
        shown = screens(_used(draft, content), content)
        asks_age = next((each for each in shown if each.kind in (Kind.AGE, Kind.LAST)), shown[-1])
        return redirect("rapid-screen", draft_id, asks_age.id)
    messages.success(request, _("The identification is recorded."))
    return redirect("identification", made.pk)


@require_http_methods(["GET", "POST"])
def stop_page(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Stop: keep the draft, keep it and sign out, or delete it. No question is asked why."""
    actor = actor_of(request)
    _draft, content = draft_of(actor, draft_id)
    context: dict[str, Any] = {
        "draft_id": draft_id,
        "agreed": agreed(content),
        "said_no": content["interview"]["consented"] == "no",
    }
    if request.method == "GET":
        return render(request, "casework/rapid/stop.html", context)
    if "discard" in request.POST:
        try:
            discard_draft(actor=actor, draft_id=draft_id)
        except Refused as refusal:
            return render(
                request, "casework/rapid/stop.html", context | {"message": refusal.message}, status=409
            )
        messages.success(request, _("The draft is deleted."))
    response = redirect("today")
    if "leave" in request.POST:
        response = redirect("sign-in")
        sign_out(request, response)
    return response
