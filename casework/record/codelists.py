"""The code lists of the record.

Values are those of the Human Trafficking Case Data Standard (HTCDS) 2.0 by IOM (CC BY 4.0) where it has a
list. Flags are columns of `advocacy.facts.FactValues`, which are CTDC's; its grouped columns take every
means of their group. That child labour and forced begging count as forced labour, and servitude as other
exploitation, is Hearth's reading.
"""

import gettext
from functools import lru_cache

import pycountry
from django.utils.functional import lazy
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList


@lru_cache(maxsize=64)
def _catalogue(domain: str, language: str) -> gettext.NullTranslations:
    return gettext.translation(domain, pycountry.LOCALES_DIR, [to_locale(language)], fallback=True)


def _translated(domain: str, name: str) -> str:
    """An ISO name in the interface language, from the catalogues that pycountry brings along."""
    return _catalogue(domain, get_language() or "en").gettext(name)


_iso_name = lazy(_translated, str)

# ISO 3166-1 alpha-3, by the name in common use where ISO's own is an official one.
COUNTRIES = CodeList(
    (
        Code(
            country.alpha_3,
            _iso_name("iso3166-1", getattr(country, "common_name", country.name)),
            fact=country.alpha_3,
        )
        for country in pycountry.countries
    ),
    alphabetical=True,
    pattern="^[A-Z]{3}$",
)

# Every living ISO 639-3 language is valid; a page offers those with a two-letter code, and these besides.
_BESIDES = {
    *("apc", "ary", "arz", "bin", "ceb", "ckb", "efi", "fil", "ibb", "ish", "kmr"),
    *("kri", "mnk", "nan", "pcm", "prs", "rom", "tig", "urh", "yue", "zza"),
}
LANGUAGES = CodeList(
    (
        Code(language.alpha_3, _iso_name("iso639-3", language.name))
        for language in pycountry.languages
        if language.type == "L"
    ),
    alphabetical=True,
    pattern="^[a-z]{3}$",
    offered=frozenset(_BESIDES).union(
        language.alpha_3
        for language in pycountry.languages
        if language.type == "L" and hasattr(language, "alpha_2")
    ),
)

YES_NO_UNKNOWN = CodeList([Code("yes", _("Yes")), Code("no", _("No")), Code("unknown", _("Not known"))])

_OTHER_GENDER = "Trans/Transgender/NonConforming"
GENDERS = CodeList(
    [
        Code("Feminine", _("Woman or girl"), fact="Woman"),
        Code("Masculine", _("Man or boy"), fact="Man"),
        Code("TransgenderFeminine", _("Trans woman or girl"), fact=_OTHER_GENDER),
        Code("TransgenderMasculine", _("Trans man or boy"), fact=_OTHER_GENDER),
        Code("NonConforming", _("Non-binary or another gender"), fact=_OTHER_GENDER),
        Code("NonSpecifiedUnknown", _("Prefers not to say, or not known")),
    ]
)

TYPES_OF_EXPLOITATION = CodeList(
    [
        Code("ForcedLabour", _("Forced labour"), flag="is_forced_labour"),
        Code("SexualExploitation", _("Sexual exploitation"), flag="is_sexual_exploit"),
        Code("ChildLabour", _("Child labour"), flag="is_forced_labour"),
        Code("ForcedBegging", _("Forced begging"), flag="is_forced_labour"),
        Code("Servitude", _("Servitude"), flag="is_other_exploit"),
        Code("ForcedMarriage", _("Forced marriage"), flag="is_other_exploit"),
        Code("ForcedMilitaryByNonStateActors", _("Forced into an armed group"), flag="is_other_exploit"),
        Code("OrganRemoval", _("Removal of organs"), flag="is_other_exploit"),
        Code("ForcedAdoption", _("Forced adoption"), flag="is_other_exploit"),
        Code("Surrogacy", _("Forced surrogacy"), flag="is_other_exploit"),
        Code("Other", _("Another form"), flag="is_other_exploit"),
    ]
)

MEANS_OF_CONTROL = CodeList(
    [
        Code("PhysicalThreats", _("Threats of violence"), flag="means_threats"),
        Code("ThreatsLawEnforcement", _("Threats of police, detention or deportation"), flag="means_threats"),
        Code("ThreatensChildrenFamily", _("Threats against children or family"), flag="means_threats"),
        Code("PhysicalAbuse", _("Physical violence"), flag="means_abuse_psy_phy_sex"),
        Code("SexualAbuse", _("Sexual violence"), flag="means_abuse_psy_phy_sex"),
        Code("PsychologicalAbuse", _("Psychological abuse"), flag="means_abuse_psy_phy_sex"),
        Code("DebtBondage", _("Debt"), flag="means_debt_bondage_earnings"),
        Code("TakesEarnings", _("Earnings taken"), flag="means_debt_bondage_earnings"),
        Code("FalsePromises", _("False promises"), flag="means_false_promises"),
        Code("PsychoactiveSubstance", _("Drugs or alcohol"), flag="means_drugs_alcohol"),
        Code("RestrictsMovement", _("Locked in or watched"), flag="means_deny_basic_needs", htcds="Other"),
        Code("RestrictsFinancialAccess", _("Kept from money of their own"), flag="means_deny_basic_needs"),
        Code("RestrictsMedicalCare", _("Kept from medical care"), flag="means_deny_basic_needs"),
        Code(
            "WithholdsNecessities",
            _("Kept from food, sleep or other necessities"),
            flag="means_deny_basic_needs",
        ),
        Code("ExcessiveWorkingHours", _("Excessive working hours"), flag="means_excessive_work_hours"),
        Code("WithholdsDocuments", _("Documents taken or kept"), flag="means_withhold_docs"),
        Code("Other", _("Another means")),
    ]
)

# Sections of the International Standard Industrial Classification (ISIC), as HTCDS writes them.
SECTORS_OF_LABOUR = CodeList(
    [
        Code(
            "A_AgricultureForestryAndFishing",
            _("Agriculture, forestry and fishing"),
            flag="labour_agriculture",
        ),
        Code("B_MiningAndQuarrying", _("Mining and quarrying")),
        Code("C_Manufacturing", _("Manufacturing")),
        Code("D_ElectricityGasSteamAndAirConditioningSupply", _("Electricity and gas")),
        Code("E_WaterSupplySewerageWasteManagement", _("Water, sewage and waste")),
        Code("F_Construction", _("Construction"), flag="labour_construction"),
        Code("G_WholesaleAndRetailTradeRepairOfMotorVehicles", _("Shops, trade and car repair")),
        Code("H_TransportationAndStorage", _("Transport and storage")),
        Code(
            "I_AccommodationAndFoodServiceActivities",
            _("Hotels and restaurants"),
            flag="labour_hospitality",
        ),
        Code("J_InformationAndCommunication", _("Information and communication")),
        Code("K_FinancialAndInsuranceActivities", _("Finance and insurance")),
        Code("L_RealEstateActivities", _("Real estate")),
        Code("M_ProfessionalScientificAndTechnicalActivities", _("Professional and technical work")),
        Code(
            "N_AdministrativeAndSupportServiceActivities", _("Cleaning, security and other support services")
        ),
        Code("O_PublicAdministrationAndDefence", _("Public administration and defence")),
        Code("P_Education", _("Education")),
        Code("Q_HumanHealthAndSocialWorkActivities", _("Health, care and social work")),
        Code("R_ArtsEntertainmentAndRecreation", _("Arts, entertainment and recreation")),
        Code("S_OtherServiceActivities", _("Beauty, laundry and other personal services")),
        Code("T_ActivitiesOfHouseholdsAsEmployers", _("Work in a household"), flag="labour_domestic_work"),
        Code("U_ActivitiesOfExtraterritorialOrganizations", _("Embassies and international organisations")),
    ]
)

KINDS_OF_SEXUAL_EXPLOITATION = CodeList(
    [
        Code("Prostitution", _("Prostitution"), flag="sex_prostitution"),
        Code("Pornography", _("Pornography or sexual images"), flag="sex_pornography"),
        Code("RemoteInteractiveServices", _("Webcam or other remote services")),
        Code("PrivateSexualServices", _("Private sexual services")),
    ]
)

RECRUITERS = CodeList(
    [
        Code(
            "IntimatePartner",
            _("Partner or spouse"),
            flag="recruiter_intimate_partner",
            htcds="Acquainted",
        ),
        Code("Family", _("Family"), flag="recruiter_family", htcds="Familial"),
        Code("Friend", _("Friend"), flag="recruiter_friend", htcds="Acquainted"),
        Code("Acquaintance", _("Someone else they knew"), flag="recruiter_other", htcds="Acquainted"),
        Code("Stranger", _("A stranger"), flag="recruiter_other", htcds="Unaquainted"),
    ]
)
