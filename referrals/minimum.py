"""The least that each kind of service needs to know: what a referral's form has ticked before anyone chooses.

The choice is ours, after the rule of principle 5 of IOM's Data Protection Manual (2010): a transfer has a specified
purpose, and takes no more than that needs. Whoever sends ticks more, or less.
"""

from collections.abc import Mapping, Sequence

from casework.record.documents import Documents
from referrals.taxonomy import ServiceType as Type

_NAME = ("identity.chosen_name", "identity.pronouns")
_LANGUAGE = ("identity.first_language",)
_WHO = (*_NAME, "identity.age", "identity.gender", *_LANGUAGE)
_BY_WHOM = ("needs.staff_gender",)
_REACH = ("needs.accessibility",)
_STANDING = ("identity.citizenship", "legal_status.immigration_status")

_HOME = (*_WHO, "identity.children", *_REACH, *_BY_WHOM, "contact_and_safety.must_not_be_contacted")
_HEALTH = (*_WHO, *_REACH, *_BY_WHOM)
_LAW = (*_NAME, "identity.age", *_LANGUAGE, *_STANDING, "legal_status.asylum")
_LEARN = (*_NAME, "identity.age", *_LANGUAGE)
_GOODS = (*_NAME, "identity.age", "identity.gender", "identity.children")
_FAMILY = (
    *_NAME,
    "identity.age",
    *_LANGUAGE,
    "child_protection.treated_as_child",
    "child_protection.guardian",
)
_LEAVE = (*_LAW, "identity.children")
_POLICE = (*_NAME, *_LANGUAGE, "legal_status.wish_to_cooperate")
_CHILD = (*_WHO, "child_protection.treated_as_child", "child_protection.accompaniment")

MINIMUM: Mapping[Type, Sequence[str]] = {
    Type.SHELTER_EMERGENCY: _HOME,
    Type.SHELTER_TRANSITIONAL: _HOME,
    Type.HOUSING_LONG_TERM: (*_WHO, "identity.children", *_REACH),
    Type.MEDICAL_EMERGENCY: _HEALTH,
    Type.MEDICAL_GENERAL: _HEALTH,
    Type.MEDICAL_SEXUAL: _HEALTH,
    Type.FORENSIC_MEDICAL: _HEALTH,
    Type.MHPSS: (*_NAME, "identity.age", *_LANGUAGE, *_BY_WHOM),
    Type.LEGAL_ADVICE: _LAW,
    Type.LEGAL_REPRESENTATION: _LAW,
    Type.COMPENSATION: (*_LAW, "trafficking_experience.types_of_exploitation"),
    Type.NON_PUNISHMENT: _LAW,
    Type.INTERPRETATION: (*_LANGUAGE, "identity.dialect", *_BY_WHOM),
    Type.MATERIAL: _GOODS,
    Type.CASH: _GOODS,
    Type.EDUCATION: _LEARN,
    Type.VOCATIONAL: _LEARN,
    Type.EMPLOYMENT: _LEARN,
    Type.FAMILY_CONTACT: _FAMILY,
    Type.FAMILY_TRACING: _FAMILY,
    Type.FAMILY_REUNIFICATION: _FAMILY,
    Type.ASYLUM: _LAW,
    Type.RESETTLEMENT: _LEAVE,
    Type.HUMANITARIAN_VISA: _LEAVE,
    Type.HUMANITARIAN_CORRIDOR: _LEAVE,
    Type.RESIDENCE_PERMIT: _LAW,
    Type.VOLUNTARY_RETURN: _LEAVE,
    Type.INTEGRATION: _LEARN,
    Type.CONSULAR: (*_NAME, "identity.citizenship", "legal_status.papers_held"),
    Type.POLICE_REPORT: _POLICE,
    Type.WITNESS_PROTECTION: _POLICE,
    Type.GUARDIANSHIP: _CHILD,
    Type.ALTERNATIVE_CARE: _CHILD,
}


def minimum_for(service_type: str, documents: Documents) -> list[str]:
    """What of it the record says, as "section.field"."""
    places = (path.split(".", 1) for path in MINIMUM[Type(service_type)])
    return [f"{section}.{name}" for section, name in places if documents.get(section, {}).get(name)]
