"""Pages of people who are referred together."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.selectors import read_case
from core.errors import Invalid, Refused, WrongState
from core.models import Role
from core.views import actor_of, add_refusal, posted
from referrals.selectors import read_packet
from referrals.services.groups import answer_group, draft_group, others_of, send_group, who_belongs
from referrals.views.sender import services_to_choose
from referrals.way_forms import GroupAnswerForm, GroupForm


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Choose who, a service and the fields; each gets a draft, to be looked at before all are sent."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    services, chosen = services_to_choose(request, file)
    form = GroupForm(who_belongs(file), services, file.documents, posted(request), chosen=chosen)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                drafts = draft_group(
                    actor=actor,
                    case_id=case_id,
                    members=[UUID(each) for each in data["members"]],
                    service_id=UUID(data["service"]),
                    fields=data["fields"],
                    note=data["note"],
                )
            except (Invalid, Refused, WrongState) as error:
                status = add_refusal(form, error)
            else:
                return redirect("referral", next(each.pk for each in drafts if each.case_id == case_id))
    context = {"form": form, "case": file.case, "chosen": chosen}
    return render(request, "referrals/group_new.html", context, status=status)


@require_POST
def send_action(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Send all of them, or none; a refusal names whose part it is that can't be sent."""
    actor = actor_of(request)
    sent = send_group(actor=actor, referral_id=referral_id, again=request.POST.get("again", ""))
    messages.success(request, _("Sent for %(count)d people.") % {"count": len(sent)})
    return redirect("referral", referral_id)


@require_http_methods(["GET", "POST"])
def answer_page(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Answer for all of a group at once, as the partner."""
    actor = actor_of(request, Role.FOCAL_POINT)
    packet, _document = read_packet(actor, packet_id)
    together = others_of(actor, packet)
    form, status = GroupAnswerForm(posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                count = answer_group(
                    actor=actor, packet_id=packet_id, reason=data["reason"], note=data["note"]
                )
            except (Invalid, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("Answered for %(count)d people.") % {"count": count})
                # Whoever has declined can't open it any more.
                return redirect("inbox") if data["reason"] else redirect("packet", packet_id)
    elif not together:
        raise WrongState
    context = {"form": form, "packet": packet, "together": together}
    return render(request, "referrals/group_answer.html", context, status=status)
