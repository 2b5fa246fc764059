"""The interpreters of one's teams: the roster by language, one of them, adding and retiring."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.interpreters import InterpreterDocument, interpreters_of, read_interpreter
from casework.record.codelists import LANGUAGES
from casework.record.forms import SectionForm, section_form
from casework.record.roster import INTERPRETER
from casework.services.interpreters import add_interpreter, change_interpreter, retire_interpreter
from casework.views.merging import base_of
from core.errors import Invalid, Stale
from core.models import CASE_ROLES, Team
from core.views import actor_of, add_errors, posted


class TeamForm(forms.Form):
    """Whose roster it is; not asked of who is of one team."""

    team = forms.ChoiceField(label=gettext_lazy("Team"))

    def __init__(self, teams: list[Team], data: Any = None) -> None:
        super().__init__(data, initial={"team": str(teams[0].pk)})
        team = self.fields["team"]
        assert isinstance(team, forms.ChoiceField)
        team.choices = [(str(each.pk), each.name) for each in teams]
        if len(teams) == 1:
            team.widget = forms.HiddenInput()


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The roster: each language with who interprets it, and below who is no longer used."""
    roster = interpreters_of(actor_of(request, *CASE_ROLES))
    in_use = [each for each in roster if each.interpreter.retired_on is None]
    context = {"languages": _by_language(in_use), "retired": [each for each in roster if each not in in_use]}
    return render(request, "casework/interpreters.html", context)


def _by_language(roster: list[InterpreterDocument]) -> list[tuple[str, list[InterpreterDocument]]]:
    spoken = {code for each in roster for code in each.languages}
    named = sorted((LANGUAGES.label(code), code) for code in spoken)
    return [(label, [each for each in roster if code in each.languages]) for label, code in named]


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """Put somebody on a team's roster."""
    actor = actor_of(request, *CASE_ROLES)
    team = TeamForm(actor.teams_as(*CASE_ROLES), posted(request))
    form = _form(posted(request))
    if request.method == "POST" and all([form.is_valid(), team.is_valid()]):
        try:
            add_interpreter(actor=actor, team_id=UUID(team.cleaned_data["team"]), values=form.cleaned_data)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("interpreters")
    wrong = form.errors or team.errors
    context = {"form": form, "team": team, "section": INTERPRETER}
    return render(request, "casework/interpreter.html", context, status=400 if wrong else 200)


@require_http_methods(["GET", "POST"])
def interpreter_page(request: HttpRequest, interpreter_id: UUID) -> HttpResponse:
    """One of them, to be changed."""
    actor = actor_of(request, *CASE_ROLES)
    document = read_interpreter(actor, interpreter_id)
    base, status = document.interpreter.version, 200
    form = _form(posted(request)) if request.method == "POST" else _form(initial=dict(document.values))
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                change_interpreter(
                    actor=actor,
                    interpreter_id=interpreter_id,
                    values=form.cleaned_data,
                    base_version=base_of(request.POST),
                )
            except (Invalid, Stale) as error:
                status = error.status
                add_errors(form, error) if isinstance(error, Invalid) else form.add_error(
                    None, str(error.message)
                )
            else:
                messages.success(request, _("Saved."))
                return redirect("interpreters")
    context = {"form": form, "document": document, "base": base, "section": INTERPRETER}
    return render(request, "casework/interpreter.html", context, status=status)


@require_POST
def retire_action(request: HttpRequest, interpreter_id: UUID) -> HttpResponse:
    """Take them off the roster."""
    retire_interpreter(actor=actor_of(request, *CASE_ROLES), interpreter_id=interpreter_id)
    messages.success(request, _("They are no longer offered."))
    return redirect("interpreters")


def _form(data: Any = None, **options: Any) -> SectionForm:
    return section_form(INTERPRETER)(data, **options)
