"""Where the survivor stands in law, and where they wish to go."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import (
    ASYLUM,
    GROUNDS_OF_PERMIT,
    IMMIGRATION_STATUSES,
    PAPERS,
    PATHWAYS,
    PERMITS,
    PROCEEDINGS,
    WISHES_TO_COOPERATE,
)
from casework.record.fields import Field, Kind, Section, Sensitivity

LEGAL_STATUS = Section(
    "legal_status",
    _("Legal status and pathways"),
    _(
        "Where the survivor stands in law, and where they wish to go. None of it decides whether they are helped."
    ),
    (
        Field(
            "immigration_status",
            _("Immigration status"),
            _("In the country where they are now."),
            Sensitivity.QUASI,
            Kind.CODE,
            IMMIGRATION_STATUSES,
        ),
        Field(
            "papers_held",
            _("Papers they hold"),
            _("Only those in their own hands. Numbers belong to the section on identity."),
            Sensitivity.QUASI,
            Kind.CODES,
            PAPERS,
        ),
        Field(
            "asylum",
            _("Asylum"),
            _("Survivors of trafficking can be refugees: see that they get advice."),
            Sensitivity.QUASI,
            Kind.CODE,
            ASYLUM,
        ),
        Field(
            "residence_permit",
            _("Residence permit"),
            _("The newest one, as a survivor or on another ground."),
            Sensitivity.QUASI,
            Kind.CODE,
            PERMITS,
        ),
        Field(
            "ground_of_permit",
            _("Ground of the permit"),
            _("On what it was applied for or granted."),
            Sensitivity.QUASI,
            Kind.CODE,
            GROUNDS_OF_PERMIT,
        ),
        Field(
            "permit_until",
            _("Permit ends on"),
            _("Plan a follow-up well before this day."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
        ),
        Field(
            "wish_to_cooperate",
            _("Wishes to co-operate with the authorities"),
            _("Their free choice, after advice and time to recover. Help never depends on it."),
            Sensitivity.QUASI,
            Kind.CODE,
            WISHES_TO_COOPERATE,
        ),
        Field(
            "proceedings",
            _("Proceedings"),
            _("Those under way or prepared."),
            Sensitivity.QUASI,
            Kind.CODES,
            PROCEEDINGS,
        ),
        Field(
            "proceedings_details",
            _("Details of the proceedings"),
            _("Court, reference, lawyer, next date, and what protects the survivor there."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
            about_others=True,
        ),
        Field(
            "pathways_wished",
            _("Pathways wished"),
            _("The futures the survivor wishes for or can imagine. Wishes may change."),
            Sensitivity.QUASI,
            Kind.CODES,
            PATHWAYS,
        ),
    ),
)
