"""The sender's pages of the ways besides Hearth: a link, a file, a call, a paper."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.selectors import read_case
from core.actor import Actor
from core.crypto.containers import BadRecipient, age_recipient
from core.errors import Invalid, Refused, WrongState
from core.models import CASE_ROLES
from core.views import actor_of, add_refusal, posted
from referrals.duplicates import still_open
from referrals.models import Referral
from referrals.outside import WAITING
from referrals.packet_files import FILE_NAME, for_key, for_passphrase, zipped
from referrals.selectors import ReferralDocument, read_referral
from referrals.services.one_time import send_by_link
from referrals.services.other_ways import (
    hand_out_file,
    open_sheet,
    record_answer,
    record_told,
    record_told_draft,
)
from referrals.views.sender import services_to_choose
from referrals.way_forms import AnswerForm, FileForm, LinkForm, ToldDraftForm, ToldForm

NO = (Invalid, Refused, WrongState)


@require_http_methods(["GET", "POST"])
def link_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Ask, then send by link: the page that answers is the only one that ever shows link and passphrase."""
    actor = actor_of(request)
    document, duplicate = _draft(actor, referral_id)
    form = LinkForm(posted(request), duplicate=duplicate, initial={"language": get_language()})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            language = form.cleaned_data["language"]
            try:
                sent = send_by_link(actor=actor, referral_id=referral_id, language=language, again=form.again)
            except NO as error:
                status = add_refusal(form, error)
            else:
                return render(request, "referrals/link_sent.html", {"sent": sent, "referral": sent.referral})
    return _page(request, "referrals/link_new.html", document, form, status, duplicate)


@require_http_methods(["GET", "POST"])
def file_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Ask, then hand out the encrypted file; nothing of it is kept but what the case keeps."""
    actor = actor_of(request)
    document, duplicate = _draft(actor, referral_id)
    form, status = FileForm(posted(request), duplicate=duplicate), 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and (recipient := _recipient(form)) is not None:
            try:
                _referral, sheet, content = hand_out_file(
                    actor=actor, referral_id=referral_id, again=form.again
                )
            except NO as error:
                status = add_refusal(form, error)
            else:
                return _file(zipped(sheet, content), recipient, form.cleaned_data["passphrase"])
    return _page(request, "referrals/file_new.html", document, form, status, duplicate)


def _recipient(form: FileForm) -> str | None:
    """The key, or "" for a passphrase; None where it is no key, which the form says then."""
    recipient = str(form.cleaned_data["recipient"]).strip()
    try:
        if recipient:
            age_recipient(recipient)
    except BadRecipient:
        form.add_error("recipient", _("This is not a public key of age."))
        return None
    return recipient


def _file(content: bytes, recipient: str, passphrase: str) -> HttpResponse:
    made = for_key(content, recipient) if recipient else for_passphrase(content, passphrase)
    response = HttpResponse(made, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


@require_GET
def sheet_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """What a draft says, to be printed or read out; refused as sending it would be."""
    actor = actor_of(request)
    document, _duplicate = _draft(actor, referral_id)
    sheet = open_sheet(actor=actor, referral_id=referral_id)
    return render(request, "referrals/sheet.html", {"sheet": sheet, "referral": document.referral})


@require_GET
def blank_page(request: HttpRequest) -> HttpResponse:
    """A form for paper, with nothing on it."""
    actor_of(request, *CASE_ROLES)
    return render(request, "referrals/sheet_blank.html")


@require_http_methods(["GET", "POST"])
def told_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Record that what a draft holds was told, by phone, in person or on paper."""
    actor = actor_of(request)
    document, duplicate = _draft(actor, referral_id)
    form, status = ToldDraftForm(posted(request), duplicate=duplicate), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                record_told_draft(
                    actor=actor, referral_id=referral_id, telling=form.telling, again=form.again
                )
            except NO as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("It is recorded."))
                return redirect("referral", referral_id)
    return _page(request, "referrals/told.html", document, form, status, duplicate)


@require_http_methods(["GET", "POST"])
def told_new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record what was told without a draft, whatever stood against it."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    services, chosen = services_to_choose(request, file)
    form, status = ToldForm(services, file.documents, posted(request), chosen=chosen), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = record_told(
                    actor=actor,
                    case_id=case_id,
                    service_id=UUID(data["service"]),
                    fields=data["fields"],
                    note=data["note"],
                    telling=form.telling,
                )
            except NO as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("It is recorded."))
                return redirect("referral", made.pk)
    context = {"form": form, "case": file.case, "chosen": chosen}
    return render(request, "referrals/told_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def answer_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Record what the partner has answered."""
    actor = actor_of(request)
    document, form, status = read_referral(actor, referral_id), AnswerForm(posted(request)), 200
    referral = document.referral
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                record_answer(actor=actor, referral_id=referral_id, **form.cleaned_data)
            except NO as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("It is recorded."))
                return redirect("referral", referral_id)
    elif referral.way == Referral.Way.HEARTH or referral.state not in WAITING:
        raise WrongState
    return render(
        request, "referrals/answer_outside.html", {"form": form, "referral": referral}, status=status
    )


def _draft(actor: Actor, referral_id: UUID) -> tuple[ReferralDocument, Referral | None]:
    """A draft, with the open one to the same service that there may be. Raises NotVisible, WrongState."""
    document = read_referral(actor, referral_id)
    referral = document.referral
    if referral.state != Referral.State.DRAFT:
        raise WrongState
    return document, still_open(referral.case_id, referral.service_id, but=referral.pk).first()


def _page(
    request: HttpRequest,
    template: str,
    document: ReferralDocument,
    form: Any,
    status: int,
    duplicate: Referral | None,
) -> HttpResponse:
    context = {
        "form": form,
        "referral": document.referral,
        "documents": bool(document.documents),
        "duplicate": duplicate,
    }
    return render(request, template, context, status=status)
