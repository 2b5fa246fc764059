"""What someone must be told."""

import uuid

from django.conf import settings
from django.db import models

from core.models.access import SealedObject
from core.models.sensitivity import Sensitivity


class Notice(models.Model):
    """That something happened, for one person: a code word and where to look, never what it was about."""

    SENSITIVITY = dict.fromkeys(("id", "person", "what", "object", "at", "seen_at"), Sensitivity.SAFE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    what = models.CharField(max_length=40)
    object = models.ForeignKey(SealedObject, on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["person", "-at"], condition=models.Q(seen_at=None), name="notices_not_seen")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.id}"
