"""The page on which a sender gives the partner a newer version of a packet."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.selectors import read_case
from core.errors import Invalid, Refused, WrongState
from core.views import actor_of, add_refusal, posted
from referrals.forms import UpdateForm
from referrals.safe_contact import packet_fields
from referrals.selectors import PacketDocument, read_referral
from referrals.services.updating import can_be_updated, update_packet


@require_http_methods(["GET", "POST"])
def update_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Choose the fields; then see exactly what the partner will read, and send it."""
    actor = actor_of(request)
    document = read_referral(actor, referral_id)
    if not can_be_updated(document.referral):
        raise WrongState
    file = read_case(actor, document.referral.case_id)
    initial = {"fields": document.fields, "note": document.note}
    form, status = UpdateForm(file.documents, posted(request), initial), 200
    context: dict[str, Any] = {"form": form, "referral": document.referral}
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                if "send" in request.POST:
                    update_packet(actor=actor, referral_id=referral_id, **data)
                    messages.success(
                        request, _("The partner reads the newer version from now on, and is told so.")
                    )
                    return redirect("referral", referral_id)
                fields = packet_fields(file, data["fields"])
            except (Invalid, Refused, WrongState) as error:
                status = add_refusal(form, error)
            else:
                kept = document.packet.documents if document.packet else ()
                context["packet"], status = PacketDocument(**fields, note=data["note"], documents=kept), 200
    return render(request, "referrals/packet_update.html", context, status=status)
