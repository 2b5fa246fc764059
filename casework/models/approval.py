"""What needs a second person."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from core.models import Sensitivity


class Approval(models.Model):
    """Something that one person asks for, or has done in an emergency, and that another one decides on."""

    class Subject(models.TextChoices):
        """What is asked for. The three in the middle are the exceptions to consent."""

        PLAN = "plan", _("Case plan")
        CLOSURE = "closure", _("Closing the case")
        IMMINENT_HARM = "imminent_harm", _("Imminent serious harm")
        CHILD_PROTECTION = "child_protection", _("Duty to protect a child")
        COURT_ORDER = "court_order", _("Court order")
        BREAK_GLASS = "break_glass", _("Emergency access")
        ERASURE = "erasure", _("Erasing the case")

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("Asked for")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        TAKEN_BACK = "taken_back", _("Taken back")

    SENSITIVITY = {
        **dict.fromkeys(
            (
                "id",
                "case",
                "subject",
                "state",
                "asked_by",
                "asked_at",
                "due_at",
                "reviewer",
                "decided_by",
                "decided_at",
            ),
            Sensitivity.SAFE,
        ),
        "sealed": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="approvals")
    subject = models.CharField(max_length=20, choices=Subject.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="by when the second person must have decided")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="who alone decides, where one person must",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    sealed = models.BinaryField()

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "refused"], decided_by=models.F("asked_by")),
                name="approval_never_ones_own",
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked", decided_by=None, decided_at=None)
                | models.Q(
                    state__in=["approved", "refused", "taken_back"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="approval_decided_has_who_and_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="approvals_asked")]

    def __str__(self) -> str:
        return str(self.pk)
