"""Cases and the versions of their sections."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.numbers import new_number
from core.access_query import VisibleObjects
from core.models import Kind, SealedObject, Sensitivity, Team


class Case(models.Model):
    """A survivor's case. What it says lies in its sections, consents and follow-ups, under the case key."""

    class State(models.TextChoices):
        """Where the case stands."""

        OPEN = "open", _("Open")
        ACTIVE = "active", _("Active")
        ON_HOLD = "on_hold", _("On hold")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")
        ERASED = "erased", _("Erased")

    SENSITIVITY = {
        **dict.fromkeys(
            ("object", "number", "team", "assigned_to", "state", "urgent", "opened_on"), Sensitivity.SAFE
        ),
        "manifest": Sensitivity.SEALED,
        "sealed_fact_handle": Sensitivity.SEALED,
    }
    KIND = Kind.CASE

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="case"
    )
    number = models.CharField(_("case number"), max_length=11, unique=True, default=new_number)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assigned_cases"
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    urgent = models.BooleanField(_("urgent"), default=False)
    opened_on = models.DateField(_("opened on"))
    # The newest version and hash of everything in the case, so that an older row put back is noticed.
    manifest = models.BinaryField()
    sealed_fact_handle = models.BinaryField(null=True)

    objects = VisibleObjects()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "active", "on_hold", "closed", "reopened", "erased"]),
                name="case_state_known",
            )
        ]

    def __str__(self) -> str:
        return self.number


class SectionVersion(models.Model):
    """One saved version of a section, or of one entry where a case holds many: a sealed document.

    A save appends; nothing is overwritten.
    """

    SENSITIVITY = {
        **dict.fromkeys(
            ("id", "case", "section", "entry", "version", "schema", "saved_by", "saved_at"), Sensitivity.SAFE
        ),
        "sealed": Sensitivity.SEALED,
    }

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="section_versions")
    section = models.CharField(max_length=40)
    entry = models.UUIDField(null=True)
    version = models.PositiveIntegerField()
    schema = models.PositiveIntegerField()
    sealed = models.BinaryField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "section", "version"],
                condition=models.Q(entry=None),
                name="section_version_once",
            ),
            models.UniqueConstraint(
                fields=["case", "entry", "version"],
                condition=models.Q(entry__isnull=False),
                name="entry_version_once",
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="section_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.section} v{self.version}"
