"""Times not to contact the survivor. `casework/safe_contact.py` says what holds when."""

from django.utils.translation import gettext_lazy as _

from casework.record.contact_codes import WEEKDAYS
from casework.record.fields import EntryKind, Field, Kind, Sensitivity

QUIET_TIME = EntryKind(
    "quiet_time",
    _("Time not to contact"),
    _(
        "Hours, days of the week or a stretch of days when contact is not safe, by the clock of the place where the "
        "survivor is."
    ),
    (
        Field(
            "days",
            _("Days of the week"),
            _("None ticked: every day."),
            Sensitivity.QUASI,
            Kind.CODES,
            WEEKDAYS,
            shareable=False,
        ),
        Field(
            "from_time",
            _("From"),
            _("Empty: the whole day."),
            Sensitivity.QUASI,
            Kind.TIME,
            shareable=False,
        ),
        Field(
            "until_time",
            _("Until what time"),
            _("Earlier than the beginning: until that hour of the next day."),
            Sensitivity.QUASI,
            Kind.TIME,
            shareable=False,
        ),
        Field(
            "from_date",
            _("First day"),
            _("Empty: it holds already."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
            shareable=False,
        ),
        Field(
            "until_date",
            _("Last day"),
            _("Empty: it holds until you put a day here."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
            not_before="from_date",
            shareable=False,
        ),
        Field(
            "note",
            _("Why"),
            _("Who is there or listens then. Only what helps to decide."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            shareable=False,
        ),
    ),
    title="days",
)
