"""A way to a lasting solution that is looked at or under way."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import COUNTRIES, PATHWAYS, YES_NO_UNKNOWN
from casework.record.fields import EntryKind, Field, Kind, Sensitivity
from casework.record.pathway_codes import PATHWAY_OUTCOMES, WISHES

_WISH = (
    Field(
        "wished",
        _("How the survivor wishes it"),
        _("Their free choice, which they can change at any time. Nothing else that they get depends on it."),
        Sensitivity.QUASI,
        Kind.CODE,
        WISHES,
        required=True,
        shareable=False,
    ),
    Field(
        "wish",
        _("Their wish in their own words"),
        _("What they hope for and what they fear, and what they would rather do."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=5_000,
        required=True,
        shareable=False,
    ),
    Field(
        "informed_on",
        _("Informed on"),
        _("The day on which you explained the ways, their risks and how long they take, in their language."),
        Sensitivity.IDENTIFYING,
        Kind.DATE,
        required=True,
        shareable=False,
    ),
)

_RISK = (
    Field(
        "risk_on",
        _("Risk of this way looked at on"),
        _("For a return, and for all that brings the family in. A new look takes the place of the old one."),
        Sensitivity.IDENTIFYING,
        Kind.DATE,
        shareable=False,
    ),
    Field(
        "risk",
        _("What the risk is"),
        _("Who could harm them there or on the way, and what protects them."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=10_000,
        shareable=False,
        about_others=True,
    ),
    Field(
        "with_unhcr",
        _("Registered with UNHCR"),
        _("Of resettlement: they are a refugee, or registered as one."),
        Sensitivity.QUASI,
        Kind.CODE,
        YES_NO_UNKNOWN,
        shareable=False,
    ),
)

PATHWAY = EntryKind(
    "pathway",
    _("Pathway"),
    _("A way to a lasting solution. Open one as soon as it is talked over: that commits nobody to anything."),
    (
        Field(
            "kind",
            _("Pathway"),
            _("Which way."),
            Sensitivity.QUASI,
            Kind.CODE,
            PATHWAYS,
            required=True,
            shareable=False,
        ),
        Field(
            "opened_on",
            _("Opened on"),
            _("The day on which it was first talked over."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "country",
            _("Country"),
            _("Where it leads to."),
            Sensitivity.QUASI,
            Kind.CODE,
            COUNTRIES,
            shareable=False,
        ),
        Field(
            "authority",
            _("Authority or organisation"),
            _("Who decides on it."),
            Sensitivity.IDENTIFYING,
            shareable=False,
        ),
        *_WISH,
        *_RISK,
        Field(
            "outcome",
            _("How it ended"),
            _("Leave it open while it goes on."),
            Sensitivity.SAFE,
            Kind.CODE,
            PATHWAY_OUTCOMES,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Ended on"),
            _("The day on which it was clear."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            not_before="opened_on",
            shareable=False,
        ),
        Field(
            "note",
            _("Note"),
            _("What came of it, as the survivor sees it."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=5_000,
            shareable=False,
        ),
    ),
    title="kind",
    happened="opened_on",
)
