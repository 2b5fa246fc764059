"""The code lists of the case plan."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList

GOAL_RESULTS = CodeList(
    [
        Code("reached", _("Reached")),
        Code("partly", _("Reached in part")),
        Code("given_up", _("Given up")),
    ]
)

ACTION_RESULTS = CodeList(
    [
        Code("done", _("Done")),
        Code("partly", _("Done in part")),
        Code("given_up", _("Given up")),
    ]
)

DOERS = CodeList(
    [
        Code("survivor", _("The survivor")),
        Code("colleague", _("A colleague")),
        Code("partner", _("A partner")),
    ]
)
