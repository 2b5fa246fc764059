"""The case side's only door to advocacy: hand a fact down, replace it, withdraw it.

A caller gives coarse values and the day its consent ends, and gets a handle to seal in the case. No actor
and no case ever comes through here. How a fact is kept from being tied to the case that was saved in the
same transaction: docs/adr/0006-facts-in-shuffled-batches.md.
"""

import datetime
import secrets
import uuid
from dataclasses import asdict, dataclass
from typing import Literal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.codebook import (
    AGE_BANDS,
    COLUMNS,
    FIRST_YEAR,
    MONTH_BANDS,
    OWN_COLUMNS,
    WAIT_BANDS,
    Kind,
    alpha_3,
)
from advocacy.models import CASE_SOURCE, Fact
from core.errors import Invalid, Message, NotVisible

__all__ = [
    "FactValues",
    "InvalidFact",
    "NoSuchFact",
    "age_band",
    "alpha_3",
    "flag",
    "hand_down",
    "quarter",
    "replace",
    "trafficking_band",
    "waiting_band",
    "withdraw",
]

HANDLE_BYTES = 16
COVER = 64  # facts of the same quarter that are written anew together with each fact
_ONE_WRITER = 0x4645414354  # PostgreSQL advisory lock

Flag = Literal[1] | None


class InvalidFact(Invalid):
    """Values that the codebook does not have, or a consent that has ended. `fields` names them."""

    code = "invalid_fact"


class NoSuchFact(NotVisible):
    """No fact has this handle: it was withdrawn, or never was."""

    code = "no_such_fact"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactValues:
    """The 27 columns of CTDC's global synthetic dataset, and three on pathways; None is "not reported".

    Countries are ISO 3166-1 alpha-3, bands and genders the codebook's codes, flags 1 or None (never 0).
    Raises InvalidFact naming every field at fault.
    """

    year_of_registration: int | None = None
    gender: str | None = None
    age_broad: str | None = None
    citizenship: str | None = None
    country_of_exploitation: str | None = None
    traffick_months: str | None = None
    means_debt_bondage_earnings: Flag = None
    means_threats: Flag = None
    means_abuse_psy_phy_sex: Flag = None
    means_false_promises: Flag = None
    means_drugs_alcohol: Flag = None
    means_deny_basic_needs: Flag = None
    means_excessive_work_hours: Flag = None
    means_withhold_docs: Flag = None
    is_forced_labour: Flag = None
    is_sexual_exploit: Flag = None
    is_other_exploit: Flag = None
    labour_agriculture: Flag = None
    labour_construction: Flag = None
    labour_domestic_work: Flag = None
    labour_hospitality: Flag = None
    sex_prostitution: Flag = None
    sex_pornography: Flag = None
    recruiter_intimate_partner: Flag = None
    recruiter_friend: Flag = None
    recruiter_family: Flag = None
    recruiter_other: Flag = None
    pathway: str | None = None
    pathway_standing: str | None = None
    pathway_wait: str | None = None

    def __post_init__(self) -> None:
        this_year = timezone.localdate().year
        wrong: dict[str, list[Message]] = {}
        for column in (*COLUMNS, *OWN_COLUMNS):
            value = getattr(self, column.field)
            if value is None:
                continue
            if column.kind is Kind.FLAG and not (value == 1 and type(value) is int):
                wrong[column.field] = [_("This is 1, or left out where it was not reported.")]
            elif column.kind is Kind.YEAR and not (type(value) is int and FIRST_YEAR <= value <= this_year):
                wrong[column.field] = [_("This is a year from %(first)s until now.") % {"first": FIRST_YEAR}]
            elif column.codes and value not in column.codes:
                wrong[column.field] = [_("This is not a code of the codebook.")]
        if wrong:
            raise InvalidFact(wrong)


def age_band(years: int) -> str:
    """The band of an age in full years. Raises InvalidFact for an age that nobody has."""
    if not 0 <= years <= 130:
        raise InvalidFact({"age_broad": [_("This is not an age in years.")]})
    return _band(years, AGE_BANDS)


def trafficking_band(months: int) -> str:
    """The band of a time in trafficking in full months. Raises InvalidFact for less than none."""
    if months < 0:
        raise InvalidFact({"traffick_months": [_("This is not a number of months.")]})
    return _band(months, MONTH_BANDS)


def waiting_band(months: int) -> str:
    """The band of a time until a decision in full months. Raises InvalidFact for less than none."""
    if months < 0:
        raise InvalidFact({"pathway_wait": [_("This is not a number of months.")]})
    return _band(months, WAIT_BANDS)


def _band(number: int, bands: tuple[str, ...]) -> str:
    """The last band whose lower end ("18--20", "48+", "25+ (2+ yrs)") is not above `number`."""
    return [band for band in bands if int(band.split("--")[0].split("+")[0]) <= number][-1]


def flag(reported: bool | None) -> Flag:
    """1 for what was reported; neither "no" nor "not asked" is told apart in the codebook."""
    return 1 if reported else None


def quarter(day: datetime.date) -> str:
    """The quarter of a day, as in "2026-Q4"; quarters sort as text."""
    return f"{day.year:04}-Q{(day.month + 2) // 3}"


@transaction.atomic
def hand_down(*, values: FactValues, consent_expires_on: datetime.date | None) -> bytes:
    """Write a fact and return its handle, to be sealed in the case.

    Of the consent's last day only the quarter is kept, and the fact counts in the quarters before it: never
    too long. None is a consent without an end. Raises InvalidFact for a consent that has ended.
    """
    handle = secrets.token_bytes(HANDLE_BYTES)
    _write_among_others(handle, values, consent_expires_on)
    return handle


@transaction.atomic
def replace(*, handle: bytes, values: FactValues, consent_expires_on: datetime.date | None) -> None:
    """Write a fact anew under its handle. Raises NoSuchFact, and InvalidFact for a consent that has ended."""
    if not withdraw(handle=handle):
        raise NoSuchFact
    _write_among_others(handle, values, consent_expires_on)


@transaction.atomic
def withdraw(*, handle: bytes) -> bool:
    """Delete a fact; whether there was one. Safe to repeat."""
    _one_writer_at_a_time()
    deleted, _rows = Fact.objects.filter(handle=handle).delete()
    return bool(deleted)


def _write_among_others(handle: bytes, values: FactValues, consent_expires_on: datetime.date | None) -> None:
    """Insert the fact and, deleted and inserted anew in one shuffled order, others of its quarter."""
    today = timezone.localdate()
    if consent_expires_on is not None and consent_expires_on < today:
        raise InvalidFact({"consent_expires_on": [_("This consent has ended.")]})
    fact = Fact(
        source=CASE_SOURCE,
        handle=handle,
        written_in=quarter(today),
        consent_ends_in=quarter(consent_expires_on) if consent_expires_on else None,
        **asdict(values),
    )
    _one_writer_at_a_time()
    others = list(Fact.objects.filter(source=CASE_SOURCE, written_in=fact.written_in).order_by("?")[:COVER])
    Fact.objects.filter(pk__in=[other.pk for other in others]).delete()
    for other in others:
        other.pk = uuid.uuid4()
    batch = [fact, *others]
    secrets.SystemRandom().shuffle(batch)
    Fact.objects.bulk_create(batch)


def _one_writer_at_a_time() -> None:
    """Hold back other writers until commit, or a withdrawal could miss a row that is just being written anew.

    SQLite's IMMEDIATE transactions do this by themselves.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_WRITER])
