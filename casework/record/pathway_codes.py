"""The code lists of the pathways and of the referral to the national authority."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.pathways.table import PATHWAYS
from casework.record.fields import Code, CodeList

PATHWAY_STEPS = CodeList(
    Code(each.code(step), format_lazy("{}: {}", each.label, step.label))
    for each in PATHWAYS
    for step in each.steps
)

WISHES = CodeList(
    [
        Code("yes", _("Wishes it")),
        Code("undecided", _("Undecided")),
        Code("no", _("Does not wish it")),
    ]
)

GRANTED, REFUSED = "granted", "refused"

STEP_OUTCOMES = CodeList(
    [
        Code("done", _("Done")),
        Code(GRANTED, _("Granted")),
        Code(REFUSED, _("Refused")),
        Code("more_asked", _("More is asked for")),
        Code("not_needed", _("Not needed")),
    ]
)

PATHWAY_OUTCOMES = CodeList(
    [
        Code(GRANTED, _("Granted")),
        Code(REFUSED, _("Refused")),
        Code("withdrawn", _("Withdrawn by the survivor")),
        Code("transferred", _("Others carry it on")),
    ]
)
