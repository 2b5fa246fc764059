"""Putting off, and giving to a colleague, what is ticked on a page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from casework.forms import SeveralForm
from casework.selectors import colleagues_of
from casework.services import hand_on, put_off_follow_ups
from core.errors import Invalid, WrongState
from core.models import CASE_ROLES
from core.views import actor_of, next_url, posted


@require_POST
def several_action(request: HttpRequest) -> HttpResponse:
    """All of what is ticked, or none of it; the page that one came from says why."""
    actor = actor_of(request, *CASE_ROLES)
    form = SeveralForm(colleagues_of(actor), posted(request))
    back = HttpResponseRedirect(next_url(request, resolve_url("today")))
    try:
        if not form.is_valid():
            raise Invalid({name: [str(each) for each in errors] for name, errors in form.errors.items()})
        ticked, to = form.cleaned_data["follow_up"], form.cleaned_data["to"]
        if "hand_on" in request.POST:
            if not to:
                raise Invalid({"to": [_("Choose whom to give them to.")]})
            done = hand_on(actor=actor, follow_up_ids=ticked, to=UUID(to))
            said = ngettext("%(count)d is handed on.", "%(count)d are handed on.", len(done))
        else:
            done = put_off_follow_ups(actor=actor, follow_up_ids=ticked, until=form.until)
            said = ngettext("%(count)d is put off.", "%(count)d are put off.", len(done))
    except Invalid as error:
        messages.error(request, " ".join(str(each) for every in error.fields.values() for each in every))
    except WrongState as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, said % {"count": len(done)})
    return back
