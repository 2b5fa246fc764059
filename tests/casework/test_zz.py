from datetime import timedelta
import re
from django.urls import reverse
from tests.casework.pathways import *
from tests.conftest import sign_in
from tests.pages import text
def test_x(assigned, case):
    made = open_pathway(assigned, case, "humanitarian_visa", opened_on=ago(0), informed_on=ago(0))
    take(assigned, case, made, "humanitarian_visa.considered")
    c = sign_in(assigned); a = reverse("pathway", args=[case.pk, made])
    page = text(c.get(a))
    print(re.findall(r'<(?:input|select|textarea)[^>]*>|<option[^>]*selected[^>]*>', page))
    r = c.post(a, {"step": "humanitarian_visa.advised", "planned_on": (TODAY+timedelta(days=7)).isoformat(), "due_on": "", "done_on": "", "authority": "", "reference": "", "outcome": "", "note": ""})
    print(r.status_code, re.findall(r'govuk-error[^<]*<[^<]*', text(r)) if r.status_code != 302 else "")
    assert 0
