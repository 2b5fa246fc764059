"""Follow-ups."""

import json
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access import OpenObject
from core.models import SealedObject, Sensitivity
from core.padded import padded_json
from core.shared_key import SharedKey


class FollowUp(models.Model):
    """Something to be done by a time, for a case, an identification or a draft, under whose key it lies sealed."""

    class State(models.TextChoices):
        """Overdue is not a state: it is `due` with a date in the past."""

        DUE = "due", _("Due")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    SENSITIVITY = {
        **dict.fromkeys(
            (
                "id",
                "object",
                "assignee",
                "due_at",
                "state",
                "urgent",
                "notified_at",
                "closed_at",
                "created_by",
            ),
            Sensitivity.SAFE,
        ),
        "sealed": Sensitivity.SEALED,
        "sealed_key": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    object = models.ForeignKey(SealedObject, on_delete=models.CASCADE, related_name="follow_ups")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="follow_ups"
    )
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    urgent = models.BooleanField(_("urgent"), default=False)
    notified_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    sealed_key = models.BinaryField(
        null=True, help_text="under the object's key, where whoever wrote it doesn't hold that one"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="due", closed_at=None)
                | models.Q(state__in=["done", "cancelled"], closed_at__isnull=False),
                name="follow_up_closed_has_a_time",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(state="due", notified_at=None),
                name="follow_ups_to_notify",
            ),
            models.Index(fields=["assignee", "state", "due_at"], name="follow_ups_of_a_person"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def seal(self, opened: OpenObject, content: dict[str, str]) -> None:
        """Put in what it is about, under the key of the object that it is for.

        {"about": ..., "outcome": ..., "source": ..., "channel": ..., "reason": ...}: all but the first as there are.
        """
        self.object = opened.object
        self.sealed, self.sealed_key = opened.seal("follow-up", self.pk, content=padded_json(content)), None

    def leave(self, object: SealedObject, key: SharedKey, sealed_key: bytes, content: dict[str, str]) -> None:
        """Put the same in for an object that one can't open, under a key that lies under the object's."""
        self.object = object
        self.sealed, self.sealed_key = (
            key.seal("follow-up", self.pk, content=padded_json(content)),
            sealed_key,
        )

    def read(self, opened: OpenObject) -> dict[str, str]:
        """What `seal` or `leave` put in. Raises Tampered."""
        key = opened if self.sealed_key is None else SharedKey.of(opened, self.sealed_key)
        content: dict[str, str] = json.loads(key.unseal("follow-up", self.pk, sealed=self.sealed))
        return content
