"""The code lists of risk."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList

RISK_LEVELS = CodeList(
    [
        Code("low", _("Low")),
        Code("medium", _("Medium")),
        Code("high", _("High")),
        Code("immediate", _("Immediate: someone may be harmed today or this week")),
    ]
)

REASONS_FOR_RISK = CodeList(
    [
        Code("place_known", _("Traffickers know where they stay")),
        Code("in_contact", _("Traffickers are in contact with them")),
        Code("threats", _("Threats against them")),
        Code("threats_to_family", _("Threats against family or friends")),
        Code("debt", _("A debt is held against them")),
        Code("papers_held", _("Others hold their papers")),
        Code("witness", _("They are a witness, or are thought to be one")),
        Code("violence_at_home", _("Violence in the family or by a partner")),
        Code("self_harm", _("Self-harm or thoughts of suicide")),
        Code("health", _("Untreated illness or injury, or pregnancy")),
        Code("no_safe_place", _("No safe place to stay")),
        Code("removal", _("Detention or removal from the country")),
        Code("children", _("Children of theirs are at risk")),
        Code("other", _("Another reason")),
    ]
)

SOURCES_OF_RISK = CodeList(
    [
        Code("traffickers", _("The traffickers, or those who work for them")),
        Code("employer", _("The employer, landlord or agent")),
        Code("partner", _("A partner or former partner")),
        Code("family", _("The family")),
        Code("community", _("People who know them, here or at home")),
        Code("officials", _("Police or other officials")),
        Code("themselves", _("Themselves")),
        Code("unknown", _("Not known")),
        Code("other", _("Somebody else")),
    ]
)
