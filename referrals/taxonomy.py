"""Kinds of protection services.

Codes are ours; the base duties are those of article 12 of the Council of Europe Convention on Action against
Trafficking in Human Beings (CETS 197).
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceType(models.TextChoices):
    """What a service gives."""

    SHELTER_EMERGENCY = "shelter_emergency", _("Emergency shelter")
    SHELTER_TRANSITIONAL = "shelter_transitional", _("Transitional shelter")
    HOUSING_LONG_TERM = "housing_long_term", _("Long-term housing")
    MEDICAL_EMERGENCY = "medical_emergency", _("Emergency medical care")
    MEDICAL_GENERAL = "medical_general", _("General medical care")
    MEDICAL_SEXUAL = "medical_sexual_reproductive", _("Sexual and reproductive health care")
    FORENSIC_MEDICAL = "forensic_medical", _("Forensic medical examination")
    MHPSS = "mhpss", _("Mental health and psychosocial support")
    LEGAL_ADVICE = "legal_advice", _("Legal advice")
    LEGAL_REPRESENTATION = "legal_representation", _("Legal representation")
    COMPENSATION = "compensation_claim", _("Compensation claim")
    NON_PUNISHMENT = "non_punishment_support", _("Non-punishment support")
    INTERPRETATION = "translation_interpretation", _("Translation and interpretation")
    MATERIAL = "material_assistance", _("Material assistance")
    CASH = "cash_assistance", _("Cash assistance")
    EDUCATION = "education", _("Education")
    VOCATIONAL = "vocational_training", _("Vocational training")
    EMPLOYMENT = "employment_support", _("Employment support")
    FAMILY_CONTACT = "family_contact", _("Contact with the family")
    FAMILY_TRACING = "family_tracing", _("Family tracing")
    FAMILY_REUNIFICATION = "family_reunification", _("Family reunification")
    ASYLUM = "asylum_international_protection", _("Asylum and international protection")
    RESETTLEMENT = "resettlement", _("Resettlement")
    HUMANITARIAN_VISA = "humanitarian_visa", _("Humanitarian visa")
    HUMANITARIAN_CORRIDOR = "humanitarian_corridor", _("Humanitarian corridor")
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit")
    VOLUNTARY_RETURN = "voluntary_return_reintegration", _("Voluntary return and reintegration")
    INTEGRATION = "integration_support", _("Integration support")
    CONSULAR = "consular_documentation", _("Papers and identity documents")
    POLICE_REPORT = "police_report_support", _("Support in reporting to the police")
    WITNESS_PROTECTION = "witness_protection", _("Witness protection")
    GUARDIANSHIP = "guardianship", _("Guardianship")
    ALTERNATIVE_CARE = "alternative_care", _("Alternative care for a child")


URGENT = frozenset(
    {ServiceType.SHELTER_EMERGENCY, ServiceType.MEDICAL_EMERGENCY, ServiceType.FORENSIC_MEDICAL}
)
"""What nobody can wait for."""


def answer_within(service_type: str) -> timedelta:
    """How long a referral waits for an answer before it expires; the lengths are ours, and settings."""
    if service_type in URGENT:
        return timedelta(hours=settings.REFERRAL_URGENT_HOURS)
    return timedelta(days=settings.REFERRAL_ANSWER_DAYS)
