"""De-identified facts. Nothing here has a foreign key out of this app, and no column tells a case."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from advocacy.codebook import BY_FIELD, FIRST_YEAR, LAST_YEAR, Kind
from core.models import Sensitivity

CASE_SOURCE = "case"


def _code(field: str, length: int) -> "models.CharField[str | None, str | None]":
    return models.CharField(BY_FIELD[field].label, max_length=length, null=True)


def _flag(field: str) -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(BY_FIELD[field].label, null=True)


def _constraints() -> list[models.BaseConstraint]:
    """Coarse by construction: whatever writes, the database takes codes, years and flags of 1 only."""
    rules = {"year_of_registration": models.Q(year_of_registration__range=(FIRST_YEAR, LAST_YEAR))}
    for column in BY_FIELD.values():
        if column.kind is Kind.FLAG:
            rules[column.field] = models.Q((column.field, 1))
        elif column.codes:
            rules[column.field] = models.Q((f"{column.field}__in", column.codes))
    for quarter in ("written_in", "consent_ends_in"):
        rules[quarter] = models.Q(
            *((f"{quarter}__endswith", f"-Q{n}") for n in range(1, 5)), _connector=models.Q.OR
        )
    # NULL passes a CHECK: not reported, or without an end.
    return [models.CheckConstraint(condition=rule, name=f"fact_{field}") for field, rule in rules.items()]


class FactImport(models.Model):
    """One imported file: known again by its digest, so that nobody is counted twice unawares."""

    SENSITIVITY = dict.fromkeys(("id", "source", "digest", "rows"), Sensitivity.SAFE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(_("source"), max_length=40)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    rows = models.PositiveIntegerField(_("rows loaded"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="import_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.digest[:8]}"


class Fact(models.Model):
    """What is known of one person, as CTDC's codebook has it: bands, countries, flags; null is "not
    reported".

    `handle` is the only way back and lies sealed in the case; imported rows have none. Quarters ("2026-Q4")
    are the finest dates there are. A fact counts in the quarters before `consent_ends_in`.
    """

    SENSITIVITY = dict.fromkeys(
        ("id", "source", "batch", "handle", "written_in", "consent_ends_in", *BY_FIELD), Sensitivity.SAFE
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(_("source"), max_length=40, default=CASE_SOURCE)
    batch = models.ForeignKey(FactImport, on_delete=models.CASCADE, null=True, related_name="facts")
    handle = models.BinaryField(_("handle"), max_length=16, null=True, unique=True)
    written_in = models.CharField(_("written in quarter"), max_length=7)
    consent_ends_in = models.CharField(_("consent ends in quarter"), max_length=7, null=True)

    year_of_registration = models.PositiveSmallIntegerField(BY_FIELD["year_of_registration"].label, null=True)
    gender = _code("gender", 40)
    age_broad = _code("age_broad", 10)
    citizenship = _code("citizenship", 3)
    country_of_exploitation = _code("country_of_exploitation", 3)
    traffick_months = _code("traffick_months", 20)
    means_debt_bondage_earnings = _flag("means_debt_bondage_earnings")
    means_threats = _flag("means_threats")
    means_abuse_psy_phy_sex = _flag("means_abuse_psy_phy_sex")
    means_false_promises = _flag("means_false_promises")
    means_drugs_alcohol = _flag("means_drugs_alcohol")
    means_deny_basic_needs = _flag("means_deny_basic_needs")
    means_excessive_work_hours = _flag("means_excessive_work_hours")
    means_withhold_docs = _flag("means_withhold_docs")
    is_forced_labour = _flag("is_forced_labour")
    is_sexual_exploit = _flag("is_sexual_exploit")
    is_other_exploit = _flag("is_other_exploit")
    labour_agriculture = _flag("labour_agriculture")
    labour_construction = _flag("labour_construction")
    labour_domestic_work = _flag("labour_domestic_work")
    labour_hospitality = _flag("labour_hospitality")
    sex_prostitution = _flag("sex_prostitution")
    sex_pornography = _flag("sex_pornography")
    recruiter_intimate_partner = _flag("recruiter_intimate_partner")
    recruiter_friend = _flag("recruiter_friend")
    recruiter_family = _flag("recruiter_family")
    recruiter_other = _flag("recruiter_other")
    pathway = _code("pathway", 30)
    pathway_standing = _code("pathway_standing", 10)
    pathway_wait = _code("pathway_wait", 10)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["source", "written_in"], name="fact_source_quarter")]
        constraints = _constraints()

    def __str__(self) -> str:
        return str(self.id)
