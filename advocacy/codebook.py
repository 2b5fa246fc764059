"""The 27 columns of the CTDC global synthetic dataset: where our names and theirs meet; and three of our own.

Source: the column list of the Counter Trafficking Data Collaborative's global synthetic releases of 2024 to
2026. A flag is 1 or not reported; "not reported" is never a no, and a percentage over a group of flags is
taken over the records with any flag of that group set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import pycountry
from django.utils.translation import gettext_lazy as _

from core.iso_names import country_name

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

GENDERS = ("Woman", "Man", "Trans/Transgender/NonConforming")
AGE_BANDS = ("0--8", "9--17", "18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "48+")
MONTH_BANDS = ("0--12 (0-1 yr)", "13--24 (1-2 yrs)", "25+ (2+ yrs)")
FIRST_YEAR, LAST_YEAR = 1990, 2100

# ISO 3166-1 alpha-3, written out so that the database's constraint changes only when we change it.
_COUNTRIES = """
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS
    BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV
    CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM
    GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN
    IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE
    LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS
    MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK
    PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR
    SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY
    USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE
"""
COUNTRIES = tuple(_COUNTRIES.split())


class Kind(Enum):
    """What a column holds."""

    YEAR = "year"
    CODE = "code"
    COUNTRY = "country"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `field` is the name in Hearth, `name` CTDC's, `group` the group of flags it belongs to."""

    field: str
    name: str
    kind: Kind
    label: "str | _StrPromise"
    codes: tuple[str, ...] = ()
    group: str = ""


def _flags(group: str, *columns: "tuple[str, str, str | _StrPromise]") -> tuple[Column, ...]:
    return tuple(Column(field, name, Kind.FLAG, label, group=group) for field, name, label in columns)


COLUMNS: tuple[Column, ...] = (
    Column("year_of_registration", "yearOfRegistration", Kind.YEAR, _("Year of registration")),
    Column("gender", "gender", Kind.CODE, _("Gender"), GENDERS),
    Column("age_broad", "ageBroad", Kind.CODE, _("Age at registration"), AGE_BANDS),
    Column("citizenship", "citizenship", Kind.COUNTRY, _("Citizenship"), COUNTRIES),
    Column(
        "country_of_exploitation",
        "CountryOfExploitation",
        Kind.COUNTRY,
        _("Country of exploitation"),
        COUNTRIES,
    ),
    Column("traffick_months", "traffickMonths", Kind.CODE, _("Time in trafficking"), MONTH_BANDS),
    *_flags(
        "means",
        ("means_debt_bondage_earnings", "meansDebtBondageEarnings", _("Debt bondage or earnings taken")),
        ("means_threats", "meansThreats", _("Threats")),
        ("means_abuse_psy_phy_sex", "meansAbusePsyPhySex", _("Psychological, physical or sexual abuse")),
        ("means_false_promises", "meansFalsePromises", _("False promises")),
        ("means_drugs_alcohol", "meansDrugsAlcohol", _("Drugs or alcohol")),
        ("means_deny_basic_needs", "meansDenyBasicNeeds", _("Basic needs denied")),
        ("means_excessive_work_hours", "meansExcessiveWorkHours", _("Excessive working hours")),
        ("means_withhold_docs", "meansWithholdDocs", _("Documents withheld")),
    ),
    *_flags(
        "is",
        ("is_forced_labour", "isForcedLabour", _("Forced labour")),
        ("is_sexual_exploit", "isSexualExploit", _("Sexual exploitation")),
        ("is_other_exploit", "isOtherExploit", _("Other exploitation")),
    ),
    *_flags(
        "typeOfLabour",
        ("labour_agriculture", "typeOfLabourAgriculture", _("Agriculture")),
        ("labour_construction", "typeOfLabourConstruction", _("Construction")),
        ("labour_domestic_work", "typeOfLabourDomesticWork", _("Domestic work")),
        ("labour_hospitality", "typeOfLabourHospitality", _("Hospitality")),
    ),
    *_flags(
        "typeOfSex",
        ("sex_prostitution", "typeOfSexProstitution", _("Prostitution")),
        ("sex_pornography", "typeOfSexPornography", _("Pornography")),
    ),
    *_flags(
        "recruiterRelation",
        (
            "recruiter_intimate_partner",
            "recruiterRelationIntimatePartner",
            _("Recruited by an intimate partner"),
        ),
        ("recruiter_friend", "recruiterRelationFriend", _("Recruited by a friend")),
        ("recruiter_family", "recruiterRelationFamily", _("Recruited by family")),
        ("recruiter_other", "recruiterRelationOther", _("Recruited by someone else")),
    ),
)

PATHWAYS = (
    "integration",
    "resettlement",
    "humanitarian_corridor",
    "humanitarian_visa",
    "family_reunification",
    "voluntary_return",
)
PATHWAY_STANDINGS = ("started", "granted", "refused")
WAIT_BANDS = ("0", "1--2", "3--5", "6--11", "12+")  # full months
OWN_COLUMNS: tuple[Column, ...] = (
    Column("pathway", "pathway", Kind.CODE, _("Pathway"), PATHWAYS),
    Column(
        "pathway_standing", "pathwayStanding", Kind.CODE, _("Where the pathway stands"), PATHWAY_STANDINGS
    ),
    Column("pathway_wait", "pathwayWait", Kind.CODE, _("Time until the decision"), WAIT_BANDS),
)
"""What CTDC has no column for: the way to a lasting solution that has led furthest. No published file fills them."""

BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
BY_FIELD: Mapping[str, Column] = {column.field: column for column in (*COLUMNS, *OWN_COLUMNS)}
_OWN_LABELS: "Mapping[str, str | _StrPromise]" = {
    "integration": _("Integration"),
    "resettlement": _("Resettlement"),
    "humanitarian_corridor": _("Humanitarian corridor"),
    "humanitarian_visa": _("Humanitarian visa"),
    "family_reunification": _("Family reunification"),
    "voluntary_return": _("Voluntary return"),
    "started": _("Started"),
    "granted": _("Granted"),
    "refused": _("Refused"),
}
_WAITS: "Mapping[str, str | _StrPromise]" = {
    "0": _("Under 1 month"),
    "1--2": _("1 to 3 months"),
    "3--5": _("3 to 6 months"),
    "6--11": _("6 to 12 months"),
    "12+": _("Over 12 months"),
}


def alpha_3(code: str) -> str | None:
    """The ISO 3166-1 alpha-3 code of an alpha-2 or alpha-3 one; None for anything else."""
    country = pycountry.countries.get(alpha_2=code)
    found = country.alpha_3 if country else code
    return found if found in COUNTRIES else None


def label(column: Column, code: str) -> str:
    """How a code of `column` is shown to people: a country's name, a band with a proper dash."""
    if column.kind is Kind.COUNTRY:
        return country_name(code)
    if column in OWN_COLUMNS:
        return str((_WAITS if column.codes is WAIT_BANDS else _OWN_LABELS)[code])
    return code.replace("--", "–")
