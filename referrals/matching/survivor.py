"""What of a case is looked at to find a service: nothing else is, and the page says what was."""

from dataclasses import dataclass

from casework.case_file import CaseFile
from casework.children import MAJORITY, Age, age_of, years_of
from casework.record.codelists import NO_PREFERENCE
from casework.record.fields import Value
from casework.record.sections import field
from casework.record.values import show
from referrals.service_codes import SERVED_GENDERS

PATHS = (
    "identity.date_of_birth",
    "identity.age",
    "child_protection.treated_as_child",
    "child_protection.accompaniment",
    "identity.gender",
    "contact_and_safety.country",
    "contact_and_safety.city",
    "identity.first_language",
    "identity.other_languages",
    "needs.accessibility",
    "needs.staff_gender",
    "legal_status.immigration_status",
)
"""The fields of the record that are looked at."""
_ALONE = {"accompanied": False, "unaccompanied": True, "separated": True}
_WITHOUT_STATUS = ("irregular", "tolerated")


@dataclass(frozen=True, slots=True)
class SurvivorFacts:
    """What the rules go by. None and empty mean that the record does not say; `ages` are the lowest and the highest."""

    ages: tuple[int, int] | None = None
    child: bool | None = None
    alone: bool | None = None
    gender: str | None = None
    country: str | None = None
    town: str | None = None
    languages: tuple[str, ...] = ()  # the best first
    accessibility: frozenset[str] = frozenset()
    staff_gender: str | None = None
    irregular: bool | None = None


def survivor_facts(file: CaseFile) -> SurvivorFacts:
    """What the record says of it today."""
    identity, contact = file.section("identity").values, file.section("contact_and_safety").values
    needs, status = file.section("needs").values, file.section("legal_status").values
    age, gender = age_of(file), _code(identity.get("gender"))
    staff, stay = _code(needs.get("staff_gender")), _code(status.get("immigration_status"))
    spoken = (_code(identity.get("first_language")), *_codes(identity.get("other_languages")))
    return SurvivorFacts(
        ages=_ages(file, age),
        child=None if age is Age.NOT_KNOWN else age is Age.CHILD,
        alone=_ALONE.get(str(file.section("child_protection").values.get("accompaniment"))),
        gender=gender if gender in SERVED_GENDERS else None,
        country=_code(contact.get("country")),
        town=_code(contact.get("city")),
        languages=tuple(dict.fromkeys(filter(None, spoken))),
        accessibility=frozenset(_codes(needs.get("accessibility"))),
        staff_gender=None if staff == NO_PREFERENCE else staff,
        irregular=None if stay in (None, "unknown") else stay in _WITHOUT_STATUS,
    )


def recorded(file: CaseFile) -> list[tuple[str, str]]:
    """The label and the value, for people, of each field that is looked at and holds something."""
    return [
        (str(field(path).label), show(field(path), value))
        for path in PATHS
        if (value := _value(file, path)) is not None
    ]


def _value(file: CaseFile, path: str) -> Value | None:
    name, _dot, of_it = path.partition(".")
    return file.section(name).values.get(of_it)


def _ages(file: CaseFile, age: Age) -> tuple[int, int] | None:
    """Whoever is believed to be a child may be of any age below 18, unless the record has one."""
    years = years_of(file)
    if age is Age.CHILD and (years is None or years >= MAJORITY):
        return 0, MAJORITY - 1
    return None if years is None else (years, years)


def _code(value: Value | None) -> str | None:
    return None if value is None else str(value)


def _codes(value: Value | None) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []
