"""What help came."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import KINDS_OF_NEEDS
from casework.record.fields import EntryKind, Field, Kind, Sensitivity

SERVICE_RECEIVED = EntryKind(
    "service_received",
    _("Service received"),
    _("Help that the survivor got, from you or from others."),
    (
        Field(
            "service",
            _("Service"),
            _("What kind of help it was."),
            Sensitivity.QUASI,
            Kind.CODE,
            KINDS_OF_NEEDS,
            required=True,
            shareable=False,
        ),
        Field(
            "provider",
            _("From whom"),
            _("The organisation or the person."),
            Sensitivity.IDENTIFYING,
            required=True,
            shareable=False,
        ),
        Field(
            "begun_on",
            _("From"),
            _("The first day."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Until"),
            _("The last day. Leave it empty while it goes on."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            not_before="begun_on",
            shareable=False,
        ),
        Field(
            "outcome",
            _("What came of it"),
            _("What is better now, and what is not."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
        Field(
            "satisfaction",
            _("What the survivor says about it"),
            _("In their own words. Complaints belong here too: nothing that they get depends on praise."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
    ),
    title="service",
)
