"""What the form for the national authority can hold: the fields of the record, by part, and how it goes out."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList
from casework.record.sections import field


class Route(StrEnum):
    """What is sent."""

    REFERRAL = "referral"
    ANONYMOUS = "anonymous"


class Basis(StrEnum):
    """On what the survivor is named to the authority."""

    CONSENT = "consent"
    EXCEPTION = "exception"
    CHILD = "child"


PARTS = (
    (
        _("The person"),
        (
            "identity.given_name",
            "identity.family_name",
            "identity.other_names",
            "identity.date_of_birth",
            "identity.age",
            "identity.gender",
            "identity.citizenship",
            "identity.first_language",
        ),
    ),
    (
        _("What happened"),
        (
            "trafficking_experience.types_of_exploitation",
            "trafficking_experience.means_of_control",
            "trafficking_experience.sectors_of_labour",
            "trafficking_experience.kinds_of_sexual_exploitation",
            "trafficking_experience.recruiter_relation",
            "trafficking_experience.country_recruited",
            "trafficking_experience.country_of_exploitation",
            "trafficking_experience.from_month",
            "trafficking_experience.to_month",
            "trafficking_experience.narrative",
        ),
    ),
    (
        _("If a child"),
        (
            "child_protection.accompaniment",
            "child_protection.guardian",
            "child_protection.guardian_contact",
            "child_protection.childs_view",
        ),
    ),
    (_("Status"), ("legal_status.immigration_status", "legal_status.wish_to_cooperate")),
)
"""Neither a number nor an address of the survivor: the authority reaches them through whoever refers."""

OF_THE_GUARDIAN = frozenset({"child_protection.guardian", "child_protection.guardian_contact"})

USUAL = frozenset(
    {
        "identity.given_name",
        "identity.family_name",
        "identity.date_of_birth",
        "identity.age",
        "identity.gender",
        "identity.citizenship",
        "trafficking_experience.types_of_exploitation",
        "trafficking_experience.country_of_exploitation",
    }
)
"""What is ticked to begin with: the least that a decision can rest on."""

FIELDS = CodeList(Code(path, field(path).label) for _title, paths in PARTS for path in paths)

ROUTES = CodeList(
    [
        Code(Route.REFERRAL, _("A referral of the survivor")),
        Code(Route.ANONYMOUS, _("A notice without a name")),
    ]
)

BASES = CodeList(
    [
        Code(Basis.CONSENT, _("The survivor's consent")),
        Code(Basis.EXCEPTION, _("A legal ground without consent")),
        Code(Basis.CHILD, _("Children are referred without consent there")),
    ]
)
