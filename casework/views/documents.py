"""Documents: adding one, what is known of it, looking at it, downloading and removing it."""

import base64
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.document_forms import DocumentForm, RemovalForm
from casework.documents.custody import read_custody
from casework.documents.reading import preview_document, read_document
from casework.documents.responses import content_response
from casework.selectors import read_case
from casework.services import add_document, remove_document
from core.errors import Invalid, WrongState
from core.views import actor_of, add_errors, posted


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Add a document."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    form = DocumentForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        upload = data.pop("file")
        try:
            row = add_document(actor=actor, case_id=case_id, upload=upload, **data)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The document is kept, sealed as it came."))
            return redirect("document", case_id, row.pk)
    context = {"form": form, "case": file.case}
    return render(request, "casework/document_new.html", context, status=400 if form.errors else 200)


@require_GET
def document_page(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """What is known of a document, and who has had it in hand."""
    file = read_case(actor_of(request), case_id)
    document = file.attachments.get(document_id)
    context = {"case": file.case, "document": document, "custody": read_custody(file, document)}
    return render(request, "casework/document.html", context)


@require_GET
def download(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponseBase:
    """The document as it came."""
    return content_response(*read_document(actor_of(request), case_id, document_id))


@require_GET
def preview_page(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """One page (`page`, from 1) as a picture inside the page itself: it has no address that a cache could keep."""
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    document, made = preview_document(actor_of(request), case_id, document_id, page)
    context = {
        "document": document,
        "case": document.row.case,
        "picture": f"data:{made.mime};base64,{base64.b64encode(made.content).decode()}",
        "page": page,
        "pages": made.pages,
        "previous": f"?page={page - 1}" if page > 1 else "",
        "next": f"?page={page + 1}" if page < made.pages else "",
    }
    return render(request, "casework/document_preview.html", context)


@require_http_methods(["GET", "POST"])
def remove_page(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """Ask, then remove."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    document = file.attachments.get(document_id)
    if not document.kept:
        raise WrongState
    form = RemovalForm(posted(request))
    if request.method == "POST" and form.is_valid():
        remove_document(actor=actor, case_id=case_id, document_id=document_id, **form.cleaned_data)
        messages.success(request, _("The document is removed. Nobody can open it any more."))
        return redirect("document", case_id, document_id)
    context = {"form": form, "document": document, "case": file.case}
    return render(request, "casework/document_remove.html", context, status=400 if form.errors else 200)
