"""Orders to erase a case."""

import uuid
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from core.models import Sensitivity
from core.models.tagged import Tagged


class Erasure(Tagged):
    """An approved order to erase a case. Carried out, it and the row of the case are what remains: no content."""

    class State(models.TextChoices):
        """Where it stands. A legal hold stops it, and the end of the hold lets it wait anew."""

        ORDERED = "ordered", _("Ordered")
        HELD = "held", _("Held by law")
        CANCELLED = "cancelled", _("Cancelled")
        DONE = "done", _("Erased")

    # The tag covers what has a case erased: whoever writes to the database alone can order nothing.
    TAGGED = (
        "id",
        "case_id",
        "state",
        "asked_by_id",
        "approved_by_id",
        "approved_at",
        "due_at",
        "done_at",
        "kek_version",
        "wrapped_handle",
    )
    SENSITIVITY = {
        **dict.fromkeys(
            (
                "id",
                "case",
                "state",
                "asked_by",
                "approved_by",
                "approved_at",
                "due_at",
                "done_at",
                "kek_version",
                "tag",
            ),
            Sensitivity.SAFE,
        ),
        "wrapped_handle": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="erasures")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ORDERED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    kek_version = models.PositiveIntegerField(null=True, help_text="of the KEK that wrapped the erased key")
    # The handle of the case's fact, wrapped by the KEK: whoever erases has no case key.
    wrapped_handle = models.BinaryField(default=bytes, blank=True)

    class Meta:
        ordering = ["-approved_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["ordered", "held", "cancelled"], done_at=None, kek_version=None)
                | models.Q(state="done", done_at__isnull=False, kek_version__isnull=False),
                name="erasure_done_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(asked_by=models.F("approved_by")), name="erasure_never_ones_own"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["ordered", "held", "done"]),
                name="one_erasure_a_case",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="ordered"), name="erasures_ordered")
        ]

    @property
    def final_on(self) -> date | None:
        """When the KEK version is to be destroyed with which an old backup of the share could still be opened."""
        if self.done_at is None:
            return None
        return timezone.localdate(self.done_at) + timedelta(days=settings.ERASURE_FINAL_DAYS)

    def __str__(self) -> str:
        return str(self.pk)
