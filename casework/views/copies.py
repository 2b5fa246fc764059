"""The survivor's copy, on the caseworker's screen: there is no sign-in for survivors."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.selectors import read_case
from casework.services.copies import Changed, Format, give_copy
from casework.survivors_copy import Item, parts_of, talk_that_holds
from core.errors import Invalid
from core.views import actor_of

_TYPES = {Format.PDF: "application/pdf", Format.JSON: "application/json"}


@require_http_methods(["GET", "POST"])
def copy_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The whole record to read together; the buttons named `format` hand out what is ticked."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    changed: list[Item] = []
    ticked = request.POST.getlist("include")
    if request.method == "POST":
        if request.POST.get("format") not in list(Format):
            raise Invalid({"format": [_("Choose from the list.")]})
        format = Format(request.POST["format"])
        try:
            content = give_copy(actor=actor, case_id=case_id, format=format, include=ticked)
        except Changed as error:
            changed = error.items
        else:
            response = HttpResponse(content, content_type=_TYPES[format])
            response["Content-Disposition"] = f'attachment; filename="copy.{format}"'
            return response
        file = read_case(actor, case_id)  # as it is now
    context = {
        "case": file.case,
        "parts": parts_of(file),
        "talk": talk_that_holds(file),
        "changed": [item.path for item in changed],
        "ticked": ticked,
    }
    return render(request, "casework/copy.html", context, status=409 if changed else 200)
