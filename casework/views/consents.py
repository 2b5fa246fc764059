"""Consents: recording what came of asking, one consent, a copy of it, and withdrawing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from casework.case_file import CaseFile
from casework.children import GUARDIAN_BARRED, age_of, is_child, why_not_guardian
from casework.consent_forms import ConsentForm, CopyForm
from casework.consents import (
    ChildsView,
    ConsentDocument,
    CopyFor,
    GivenBy,
    How,
    Purpose,
    Scope,
)
from casework.extensions import offers
from casework.interpreters import all_interpreters, usable_interpreters
from casework.models import Consent
from casework.record.codelists import COUNTRIES, LANGUAGES
from casework.record.contact_codes import CHANNELS
from casework.selectors import read_case
from casework.services import record_consent, withdraw_consent
from casework.services.consents import hand_out_copy
from casework.transfers import receiving_teams
from core.errors import Invalid, NotVisible, WrongState
from core.models import Organisation
from core.views import actor_of, add_errors, next_url, posted

_PLAIN = {
    Purpose.KEEP_RECORD: gettext_lazy("We keep notes about you and about the help you ask for."),
    Purpose.SHARE: gettext_lazy("We tell the people named here what they need to help you, and no more."),
    Purpose.AUTHORITY: gettext_lazy("We tell the office named here what was agreed with you, and no more."),
    Purpose.STATISTICS: gettext_lazy("We count you in numbers in which nobody can find you."),
    Purpose.CONTACT: gettext_lazy("We may get in touch with you in this way."),
    Purpose.TESTIMONY: gettext_lazy("We may use what you told us, in the way that was agreed with you."),
}


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent as a page shows it; `about` says whom or what it names."""

    document: ConsentDocument
    purpose: str
    about: str
    holds: bool

    @property
    def consent(self) -> Consent:
        """The row."""
        return self.document.consent

    @property
    def given(self) -> bool:
        """Whether it can still be withdrawn."""
        return self.consent.state == Consent.State.GIVEN

    @property
    def state(self) -> str:
        """given, expired, suspended, withdrawn, refused or not able: something may rest on the first alone."""
        if not self.given or self.holds:
            return self.consent.state
        return "suspended" if self.document.holds(timezone.localdate()) else "expired"

    @property
    def state_label(self) -> str:
        """The state as people read it."""
        if self.state == "suspended":
            return _("Waits: is the guardian safe?")
        return _("Expired") if self.state == "expired" else str(self.consent.get_state_display())

    @property
    def plain(self) -> str:
        """What it allows, in words for a copy."""
        return str(_PLAIN[Purpose(self.document.purpose)])

    def said(self, file: CaseFile) -> list[tuple[str, str]]:
        """What is recorded of the asking, each with its label; without what is empty."""
        content = self.document.content
        interpreter = content["interpreter"] and all_interpreters(file).label(content["interpreter"])
        rows = [
            (_("What was explained"), content["explained"]),
            (_("Language"), str(LANGUAGES.label(content["language"]))),
            (_("Interpreter"), interpreter or content["other_interpreter"]),
            (_("Who answered"), GivenBy(content["given_by"]).label),
            (_("Guardian"), content["guardian"]),
            (_("What the child thinks of it"), _label(ChildsView, content["childs_view"])),
            (_("The child's own words"), content["childs_words"]),
            (_("How it was given"), _label(How, content["how"])),
            (_("Witness"), content["witness"]),
            (_("Note"), content["note"]),
            (_("Who was given a copy"), CopyFor(content["copy_for"]).label),
        ]
        return [(label, str(text)) for label, text in rows if text]


def _label(choices: type[How] | type[ChildsView], value: str) -> str:
    return str(choices(value).label) if value else ""


def consent_rows(file: CaseFile) -> list[ConsentRow]:
    """What the case's survivor was asked, newest first, with the names of whom it is about."""
    names = names_of(each.scope for each in file.consents)
    return [
        ConsentRow(each, str(Purpose(each.purpose).label), about(each.scope, names), file.holds(each))
        for each in file.consents
    ]


def names_of(scopes: Iterable[Scope]) -> dict[UUID, str]:
    """The names of the organisations and services that these name, by id."""
    scopes = list(scopes)
    organisations = Organisation.objects.in_bulk([each.recipient for each in scopes if each.recipient])
    services = {each.id: each.name for each in offers()} if any(each.service for each in scopes) else {}
    return {id: each.name for id, each in organisations.items()} | services


def about(scope: Scope, names: Mapping[UUID, str]) -> str:
    """Whom or which way a consent names, as people read it."""
    if scope.purpose == Purpose.AUTHORITY:
        return f"{scope.authority} ({COUNTRIES.label(scope.country)})"
    if scope.purpose == Purpose.CONTACT:
        return CHANNELS.label(scope.channel)
    return ", ".join(names[id] for id in (scope.recipient, scope.service) if id)


def _row(file: CaseFile, consent_id: UUID) -> ConsentRow:
    row = next((row for row in consent_rows(file) if row.document.id == consent_id), None)
    if row is None:
        raise NotVisible
    return row


def partners_of(file: CaseFile) -> list[Organisation]:
    """Whoever offers a service that one can refer to, or has a team that could take the case over."""
    ids = {each.organisation for each in offers() if each.active}
    ids.update(receiving_teams(file.case).values_list("organisation", flat=True))
    return list(Organisation.objects.filter(pk__in=ids).exclude(pk=file.case.team.organisation_id))


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record what came of asking; `?purpose=`, `?recipient=` and `?service=` choose beforehand, `next` goes on."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    chosen = ("purpose", "recipient", "service")
    initial = {name: request.GET[name] for name in chosen if name in request.GET}
    language = file.section("identity").values.get("first_language", "")
    form = ConsentForm(
        partners_of(file),
        offers(),
        usable_interpreters(file),
        age_of(file),
        posted(request),
        {"language": language, **initial},
    )
    back = next_url(request, resolve_url("case", case_id))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                row = record_consent(actor=actor, case_id=case_id, **form.recorded)
            except Invalid as error:
                add_errors(form, error)
            except WrongState as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                given = row.state == Consent.State.GIVEN
                messages.success(
                    request, _("The consent is recorded.") if given else _("What they said is recorded.")
                )
                return HttpResponseRedirect(back)
    guardian = why_not_guardian(file)
    if guardian is not GUARDIAN_BARRED and not is_child(file):
        guardian = None  # nobody knows of a guardian: no need to warn of them
    context = {"form": form, "case": file.case, "back": back, "guardian": guardian}
    return render(request, "casework/consent_new.html", context, status=status)


@require_GET
def consent_page(request: HttpRequest, case_id: UUID, consent_id: UUID) -> HttpResponse:
    """One consent: what was asked, of whom, and what they said."""
    file = read_case(actor_of(request), case_id)
    row = _row(file, consent_id)
    return render(request, "casework/consent.html", {"row": row, "said": row.said(file), "case": file.case})


@require_http_methods(["GET", "POST"])
def copy_page(request: HttpRequest, case_id: UUID, consent_id: UUID) -> HttpResponse:
    """Ask whether a copy is safe, then show it, to be printed; nothing of it stays in the browser."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    row, form = _row(file, consent_id), CopyForm(posted(request))
    context = {"row": row, "case": file.case, "form": form}
    if request.method == "POST" and form.is_valid():
        hand_out_copy(
            actor=actor, case_id=case_id, consent_id=consent_id, who=CopyFor(form.cleaned_data["who"])
        )
        return render(request, "casework/consent_print.html", context)
    return render(request, "casework/consent_copy.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def withdraw_page(request: HttpRequest, case_id: UUID, consent_id: UUID) -> HttpResponse:
    """Ask, then withdraw."""
    actor = actor_of(request)
    if request.method == "POST":
        withdraw_consent(actor=actor, case_id=case_id, consent_id=consent_id)
        messages.success(request, _("The consent is withdrawn. What rested on it has ended."))
        return redirect("case", case_id)
    file = read_case(actor, case_id)
    row = _row(file, consent_id)
    if not row.given:
        raise WrongState
    return render(request, "casework/consent_withdraw.html", {"row": row, "case": file.case})
