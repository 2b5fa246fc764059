"""Core's pages: sign-in and out, home, health."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import rate
from core.accounts import (
    admit_member,
    change_password,
    fingerprint,
    may_end,
    remove_member,
    roles_given_by,
)
from core.actor import Actor
from core.auth import current_actor, set_key_cookie, sign_in, sign_out
from core.errors import Invalid, NotAllowed, NotVisible, Refused, WrongState
from core.forms import AdmitForm, ChangePasswordForm, SignInForm
from core.health import what_is_down
from core.models import CASE_ROLES, Membership, Role, Team, User
from core.notices import put_away


def actor_of(request: HttpRequest, *roles: Role) -> Actor:
    """The actor of a page, who has one of `roles` where any are named. Raises NotVisible for anyone else.

    Where there is no actor at all, DenyByDefault has sent them to sign-in before.
    """
    actor = current_actor(request)
    if actor is None or (roles and not actor.has_role(*roles)):
        raise NotVisible
    return actor


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form to be bound to; None where the page is only being opened."""
    return request.POST if request.method == "POST" else None


def next_url(request: HttpRequest, default: str) -> str:
    """Where to go on: the `next` of the request if it is a page of this site, else `default`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else default


@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail address and password. One message for every failure: it does not say who has an account."""
    if current_actor(request) is not None:
        return redirect("home")
    form = SignInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        if not rate.allow("sign-in", email):
            form.add_error(None, _("Too many attempts. Wait a quarter of an hour, then try again."))
        elif isinstance(user := authenticate(request, username=email, password=password), User):
            secret = sign_in(request, user)
            response: HttpResponse = HttpResponseRedirect(next_url(request, resolve_url("home")))
            set_key_cookie(response, secret)
            return response
        else:
            form.add_error(None, _("The e-mail address or the password is not right."))
    context = {"form": form, "next": request.GET.get("next", "")}
    return render(request, "core/sign_in.html", context, status=400 if form.errors else 200)


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponse:
    """End the session."""
    response = redirect("sign-in")
    sign_out(request, response)
    return response


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Each role's first page."""
    actor = actor_of(request)
    if actor.has_role(*CASE_ROLES):
        return redirect("today")
    if actor.has_role(Role.FOCAL_POINT):
        return redirect("inbox")
    if actor.has_role(Role.ADVOCACY_OFFICER):
        return redirect("statistics")
    return redirect("people" if actor.has_role(Role.ADMINISTRATOR) else "team")


@require_http_methods(["GET", "POST"])
def password_page(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    form = ChangePasswordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            change_password(actor=actor_of(request), **form.cleaned_data)
        except Invalid as error:
            add_errors(form, error)
        else:
            # The session's hash rests on the verifier: everyone else who is signed in as this person is out.
            response = redirect("sign-in")
            sign_out(request, response)
            messages.success(request, _("Your password is changed. Sign in with it."))
            return response
    return render(request, "core/password.html", {"form": form}, status=400 if form.errors else 200)


@require_GET
def people_page(request: HttpRequest) -> HttpResponse:
    """The people and teams of the administrator's organisation. No case is reached from here."""
    actor = actor_of(request, Role.ADMINISTRATOR)
    people = User.objects.filter(organisation=actor.user.organisation_id).prefetch_related(
        "memberships__team"
    )
    return render(request, "core/people.html", {"people": people, "organisation": actor.user.organisation})


@require_http_methods(["GET", "POST"])
def team_page(request: HttpRequest) -> HttpResponse:
    """One's own fingerprint, one's teams with their members, and who waits to be admitted to them."""
    actor = actor_of(request)
    posted_form: AdmitForm | None = None
    teams = []
    for membership in actor.memberships:
        team = membership.team
        form = AdmitForm(team, roles_given_by(actor, team), request.POST if _is_for(request, team) else None)
        if form.is_bound:
            posted_form = form
            if form.is_valid() and _admit(actor, team, form):
                messages.success(request, _("Admitted. The team's key is sealed to this person now."))
                return redirect("team")
        members = [(each, may_end(actor, each)) for each in team.memberships.select_related("user")]
        teams.append((team, members, form))
    context = {"teams": teams, "fingerprint": fingerprint(actor.user)}
    return render(request, "core/team.html", context, status=400 if posted_form else 200)


def _is_for(request: HttpRequest, team: Team) -> bool:
    return request.method == "POST" and f"{team.pk}-role" in request.POST


def _admit(actor: Actor, team: Team, form: AdmitForm) -> bool:
    user = User.objects.get(pk=form.cleaned_data["user"])
    try:
        admit_member(actor=actor, team=team, user=user, role=Role(form.cleaned_data["role"]))
    except Invalid as error:
        add_errors(form, error)
        return False
    return True


@require_http_methods(["GET", "POST"])
def end_membership_page(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Ask, then end a membership. Raises NotVisible for one of a team that is not the actor's."""
    actor = actor_of(request)
    memberships = Membership.objects.filter(team__in=actor.team_ids).select_related("user", "team__group")
    membership = memberships.filter(pk=membership_id).first()
    if membership is None:
        raise NotVisible
    if not may_end(actor, membership):
        raise NotAllowed
    if request.method == "POST":
        remove_member(actor=actor, membership=membership)
        messages.success(
            request, _("The membership has ended. Nothing of the team opens for this person now.")
        )
        return redirect("home")
    return render(request, "core/end_membership.html", {"membership": membership})


@require_POST
def put_away_action(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Put a notice away."""
    put_away(actor=actor_of(request), notice_id=notice_id)
    return redirect("home")


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """200 once database, broker and worker are up; else 503 naming what is down."""
    down = what_is_down()
    return JsonResponse({"down": down}, status=503 if down else 200)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that was open too long."""
    message = _("This page was open too long. Go back and try again.")
    return render(request, "refused.html", {"message": message}, status=403)


def add_errors(form: Any, error: Invalid) -> None:
    """Put a service's messages at the fields of a form; what names no field of it goes to the top."""
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def add_refusal(form: Any, error: Invalid | Refused | WrongState) -> int:
    """The same for whatever else a service says no with, at the top. Returns the status of the page that shows it."""
    if isinstance(error, Invalid):
        add_errors(form, error)
    else:
        form.add_error(None, str(error.message))
    return error.status
