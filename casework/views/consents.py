"""Consents: recording and withdrawing."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.case_file import CaseFile, ConsentDocument
from casework.extensions import consent_recipients
from casework.forms import ConsentForm
from casework.models import Consent
from casework.selectors import read_case
from casework.services import record_consent, withdraw_consent
from casework.services.consents import How, Purpose
from core.errors import Invalid, NotVisible, WrongState
from core.models import Organisation
from core.views import actor_of, add_errors, next_url, posted


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent as a page shows it."""

    document: ConsentDocument
    purpose: str
    recipient: str

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
        """given, expired or withdrawn: the first is the only one that something may rest on."""
        if self.given and not self.document.holds(timezone.localdate()):
            return "expired"
        return self.consent.state

    @property
    def state_label(self) -> str:
        """The state as people read it."""
        return _("Expired") if self.state == "expired" else str(self.consent.get_state_display())


def consent_rows(file: CaseFile) -> list[ConsentRow]:
    """The case's consents, newest first, with the names of whom they are for."""
    names = Organisation.objects.in_bulk([each.recipient for each in file.consents if each.recipient])
    return [
        ConsentRow(
            each, str(Purpose(each.purpose).label), names[each.recipient].name if each.recipient else ""
        )
        for each in file.consents
    ]


def _recipients(file: CaseFile) -> list[Organisation]:
    ids: set[UUID] = set()
    consent_recipients.run(ids)
    return list(Organisation.objects.filter(pk__in=ids).exclude(pk=file.case.team.organisation_id))


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record a consent; `?purpose=` and `?recipient=` choose beforehand, `next` is where to go on."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    initial = {name: request.GET[name] for name in ("purpose", "recipient") if name in request.GET}
    language = file.section("identity").values.get("first_language", "")
    form = ConsentForm(_recipients(file), posted(request), {"language": language, **initial})
    back = next_url(request, resolve_url("case", case_id))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            shared = data["purpose"] == Purpose.SHARE and data["recipient"]
            try:
                record_consent(
                    actor=actor,
                    case_id=case_id,
                    purpose=Purpose(data["purpose"]),
                    recipient=UUID(data["recipient"]) if shared else None,
                    given_on=data["given_on"],
                    how=How(data["how"]),
                    explained=data["explained"],
                    language=data["language"],
                    expires_on=data["expires_on"],
                )
            except Invalid as error:
                add_errors(form, error)
            except WrongState as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                messages.success(request, _("The consent is recorded."))
                return HttpResponseRedirect(back)
    return render(
        request, "casework/consent_new.html", {"form": form, "case": file.case, "back": back}, status=status
    )


@require_http_methods(["GET", "POST"])
def withdraw_page(request: HttpRequest, case_id: UUID, consent_id: UUID) -> HttpResponse:
    """Ask, then withdraw."""
    actor = actor_of(request)
    if request.method == "POST":
        withdraw_consent(actor=actor, case_id=case_id, consent_id=consent_id)
        messages.success(request, _("The consent is withdrawn. What rested on it has ended."))
        return redirect("case", case_id)
    file = read_case(actor, case_id)
    row = next((row for row in consent_rows(file) if row.document.id == consent_id), None)
    if row is None:
        raise NotVisible
    if not row.given:
        raise WrongState
    return render(request, "casework/consent_withdraw.html", {"row": row, "case": file.case})
