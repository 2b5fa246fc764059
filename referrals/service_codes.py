"""The codes of what is known of a service. "Unknown" is an answer of its own, and never a no."""

from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _


class Answer(models.TextChoices):
    """What has been said to a yes-or-no question."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")


class Children(models.TextChoices):
    """Whether a service takes people under 18."""

    ALONE = "alone", _("Also without a parent or guardian")
    WITH_PARENT = "with_parent", _("With a parent or guardian only")
    NONE = "none", _("No children")
    UNKNOWN = "unknown", _("Not known")


class Waiting(models.TextChoices):
    """How long one waits for a place, roughly."""

    NONE = "none", _("No waiting list")
    WEEK = "week", _("Up to a week")
    MONTH = "month", _("Up to a month")
    QUARTER = "quarter", _("Up to three months")
    LONGER = "longer", _("Longer than three months")
    UNKNOWN = "unknown", _("Not known")


class Weekday(models.TextChoices):
    """Days of the week, in the order of date.weekday()."""

    MON = "mon", WEEKDAYS[0]
    TUE = "tue", WEEKDAYS[1]
    WED = "wed", WEEKDAYS[2]
    THU = "thu", WEEKDAYS[3]
    FRI = "fri", WEEKDAYS[4]
    SAT = "sat", WEEKDAYS[5]
    SUN = "sun", WEEKDAYS[6]


class Accessibility(models.TextChoices):
    """What makes a service reachable for people with a disability, or who can't come."""

    STEP_FREE = "step_free", _("Step-free")
    TOILET = "toilet", _("Accessible toilet")
    HEARING = "hearing", _("Hearing loop")
    SIGN_LANGUAGE = "sign_language", _("Sign language")
    PLAIN_LANGUAGE = "plain_language", _("Plain language")
    LARGE_PRINT = "large_print", _("Large print or Braille")
    COMPANION = "companion", _("A companion or assistance animal may come")
    REMOTE = "remote", _("By phone or video")
    VISITS = "visits", _("Visits people where they are")


class StaffGender(models.TextChoices):
    """Whom one can ask to be seen by."""

    WOMEN = "women", _("Women")
    MEN = "men", _("Men")


class CodeKind(models.TextChoices):
    """What a code of a service is about."""

    NEED = "need", _("Needs that it meets")
    GENDER = "gender", _("Genders that it serves")
    LANGUAGE = "language", _("Languages spoken")
    ACCESSIBILITY = "accessibility", _("Accessibility")
    STAFF_GENDER = "staff_gender", _("Staff that one can ask for")


# Genders as the record has them (casework.record.codelists.GENDERS), without the answer that is none; a test compares.
SERVED_GENDERS = (
    *("Feminine", "Masculine"),
    *("TransgenderFeminine", "TransgenderMasculine", "NonConforming"),
)
CLOSED_CODES: dict[str, tuple[str, ...]] = {
    CodeKind.GENDER: SERVED_GENDERS,
    CodeKind.ACCESSIBILITY: tuple(Accessibility.values),
    CodeKind.STAFF_GENDER: tuple(StaffGender.values),
}
"""Kinds whose codes the database knows. Needs are ServiceType's codes, languages ISO 639-3's."""
