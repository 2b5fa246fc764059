"""The code lists of the record.

Values are those of the Human Trafficking Case Data Standard (HTCDS) 2.0 by IOM (CC BY 4.0) where it has a
list. Flags are columns of `advocacy.facts.FactValues`, which are CTDC's; its grouped columns take every
means of their group. That child labour and forced begging count as forced labour, and servitude as other
exploitation, is Hearth's reading.
"""

import pycountry
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList
from core.iso_names import country_name, language_name

_country = lazy(country_name, str)
_language = lazy(language_name, str)

# ISO 3166-1 alpha-3, by the name in common use where ISO's own is an official one.
COUNTRIES = CodeList(
    (
        Code(
            country.alpha_3,
            _country(country.alpha_3),
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
        Code(language.alpha_3, _language(language.alpha_3))
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

MARITAL_STATUSES = CodeList(
    [
        Code("Single", _("Single")),
        Code("Married", _("Married")),
        Code("RegisteredPartnership", _("In a registered partnership")),
        Code("Separated", _("Separated")),
        Code("Divorced", _("Divorced")),
        Code("Widowed", _("Widowed")),
    ]
)

METHODS_OF_RECRUITMENT = CodeList(
    [
        Code("ThroughFamilyOrFamilyEvents", _("Through family")),
        Code("ThroughFriendsOrSocialEvents", _("Through friends or at a social event")),
        Code("AtWork", _("At work")),
        Code("AtAPlaceOfBusiness", _("At an agency or another business")),
        Code("AtAnEducationalInstitution", _("At a school or university")),
        Code("ThroughOnlineSocialNetworks", _("On a social network or a messenger")),
        Code("ThroughAnOnlineAdvertisement", _("An advertisement online")),
        Code("ThroughANewspaperAdvert", _("An advertisement in print")),
        Code("ThroughATelevisionAdvert", _("An advertisement on television")),
        Code("Other", _("Another way")),
    ]
)

# The kinds of services in the words of `referrals.taxonomy`, which this app can't import; a test compares them.
KINDS_OF_NEEDS = CodeList(
    [
        Code("shelter_emergency", _("Emergency shelter")),
        Code("shelter_transitional", _("Transitional shelter")),
        Code("housing_long_term", _("Long-term housing")),
        Code("medical_emergency", _("Emergency medical care")),
        Code("medical_general", _("General medical care")),
        Code("medical_sexual_reproductive", _("Sexual and reproductive health care")),
        Code("forensic_medical", _("Forensic medical examination")),
        Code("mhpss", _("Mental health and psychosocial support")),
        Code("legal_advice", _("Legal advice")),
        Code("legal_representation", _("Legal representation")),
        Code("compensation_claim", _("Compensation claim")),
        Code("non_punishment_support", _("Non-punishment support")),
        Code("translation_interpretation", _("Translation and interpretation")),
        Code("material_assistance", _("Material assistance")),
        Code("cash_assistance", _("Cash assistance")),
        Code("education", _("Education")),
        Code("vocational_training", _("Vocational training")),
        Code("employment_support", _("Employment support")),
        Code("family_contact", _("Contact with the family")),
        Code("family_tracing", _("Family tracing")),
        Code("family_reunification", _("Family reunification")),
        Code("asylum_international_protection", _("Asylum and international protection")),
        Code("resettlement", _("Resettlement")),
        Code("humanitarian_visa", _("Humanitarian visa")),
        Code("humanitarian_corridor", _("Humanitarian corridor")),
        Code("residence_permit", _("Residence permit")),
        Code("voluntary_return_reintegration", _("Voluntary return and reintegration")),
        Code("integration_support", _("Integration support")),
        Code("consular_documentation", _("Papers and identity documents")),
        Code("police_report_support", _("Support in reporting to the police")),
        Code("witness_protection", _("Witness protection")),
        Code("guardianship", _("Guardianship")),
        Code("alternative_care", _("Alternative care for a child")),
    ]
)

# What `referrals.service_codes` says of a service, in the survivor's words; a test compares.
ACCESSIBILITY = CodeList(
    [
        Code("step_free", _("No steps")),
        Code("toilet", _("An accessible toilet")),
        Code("hearing", _("A hearing loop")),
        Code("sign_language", _("Sign language")),
        Code("plain_language", _("Plain language")),
        Code("large_print", _("Large print or Braille")),
        Code("companion", _("To bring a companion or an assistance animal")),
        Code("remote", _("Help by phone or video")),
        Code("visits", _("To be visited")),
    ]
)

NO_PREFERENCE = "no_preference"
STAFF_GENDERS = CodeList(
    [
        Code("women", _("Women")),
        Code("men", _("Men")),
        Code(NO_PREFERENCE, _("No preference")),
    ]
)

URGENCIES = CodeList(
    [
        Code("today", _("Today")),
        Code("this_week", _("This week")),
        Code("this_month", _("This month")),
        Code("later", _("Later")),
    ]
)

# The terms of the UN Committee on the Rights of the Child, General Comment 6, as in `casework.interview`.
ACCOMPANIMENTS = CodeList(
    [
        Code("accompanied", _("With a parent or a legal guardian")),
        Code("unaccompanied", _("Without any adult who is responsible for them")),
        Code("separated", _("With other adults, but not with a parent or guardian")),
    ]
)

DETERMINATIONS = CodeList(
    [
        Code("stay", _("Stay where they are")),
        Code("family_reunification", _("Family reunification")),
        Code("return", _("Return, with a guardian and care arranged")),
        Code("resettlement", _("Resettlement")),
        Code("alternative_care", _("Alternative care")),
        Code("deferred", _("Put off until more is known")),
    ]
)

IMMIGRATION_STATUSES = CodeList(
    [
        Code("citizen", _("Citizen of this country")),
        Code("free_movement", _("May live here without a permit")),
        Code("permit", _("Residence permit")),
        Code("visa", _("Visa")),
        Code("asylum_applicant", _("Asylum applicant")),
        Code("protected", _("Refugee, or under subsidiary or temporary protection")),
        Code("tolerated", _("Tolerated: removal is suspended")),
        Code("irregular", _("Without a right to stay")),
        Code("unknown", _("Not known")),
    ]
)

PAPERS = CodeList(
    [
        Code("passport", _("Passport")),
        Code("identity_card", _("Identity card")),
        Code("birth_certificate", _("Birth certificate")),
        Code("visa", _("Visa")),
        Code("residence_permit", _("Residence permit")),
        Code("asylum_paper", _("Paper of an asylum applicant")),
        Code("travel_document", _("Travel document of a refugee or stateless person")),
        Code("none", _("None")),
    ]
)

ASYLUM = CodeList(
    [
        Code("not_wished", _("Not wished")),
        Code("wished", _("Wished, not yet applied")),
        Code("applied", _("Applied")),
        Code("granted", _("Granted")),
        Code("refused", _("Refused")),
        Code("appealed", _("Under appeal")),
    ]
)

PERMITS = CodeList(
    [
        Code("not_applied", _("Not applied for")),
        Code("applied", _("Applied for")),
        Code("granted", _("Granted")),
        Code("refused", _("Refused")),
        Code("expired", _("Expired")),
    ]
)

# The first two are those of article 14(1) of the Council of Europe Convention on Action against Trafficking (CETS 197).
GROUNDS_OF_PERMIT = CodeList(
    [
        Code("personal_situation", _("Their personal situation")),
        Code("cooperation", _("Co-operation with the authorities")),
        Code("child", _("Best interests of a child")),
        Code("humanitarian", _("Humanitarian reasons")),
        Code("family", _("Family")),
        Code("work_or_study", _("Work or study")),
        Code("other", _("Another ground")),
    ]
)

PROCEEDINGS = CodeList(
    [
        Code("criminal_witness", _("Criminal case against traffickers")),
        Code("compensation", _("Compensation")),
        Code("wages", _("Unpaid wages")),
        Code("immigration", _("Asylum or residence")),
        Code("family", _("Family or custody")),
        Code("accused", _("Case against the survivor (non-punishment applies)")),
        Code("other", _("Another case")),
    ]
)

WISHES_TO_COOPERATE = CodeList(
    [
        Code("yes", _("Yes")),
        Code("no", _("No")),
        Code("undecided", _("Undecided")),
        Code("not_asked", _("Not asked yet")),
    ]
)

PATHWAYS = CodeList(
    [
        Code("integration", _("Integration")),
        Code("resettlement", _("Resettlement")),
        Code("humanitarian_corridor", _("Humanitarian corridor")),
        Code("humanitarian_visa", _("Humanitarian visa")),
        Code("family_reunification", _("Family reunification")),
        Code("voluntary_return", _("Voluntary return")),
    ]
)

TYPES_OF_SUPPORT = CodeList(
    [
        Code("SocialCare", _("Social care")),
        Code("Health", _("Health")),
        Code("Legal", _("Legal")),
        Code("Financial", _("Financial")),
        Code("Livelihood", _("Livelihood")),
        Code("Education", _("Education")),
        Code("RightsBasedTraining", _("Training in one's rights")),
        Code("LabourExploitationRehabilitation", _("Recovery from labour exploitation")),
        Code("SexualExploitationRehabilitation", _("Recovery from sexual exploitation")),
    ]
)
