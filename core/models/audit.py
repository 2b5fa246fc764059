"""The audit trail: who did what to which object. No foreign keys, no personal data; it outlives what it speaks of."""

from django.db import models

from core.models.sensitivity import Sensitivity


class AuditEvent(models.Model):
    """One event. Database triggers refuse to change or delete a row."""

    SENSITIVITY = dict.fromkeys(
        ("id", "at", "actor", "token", "action", "outcome", "kind", "object", "codes"), Sensitivity.SAFE
    )

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.UUIDField(null=True, help_text="the person's id, or none for the machinery")
    token = models.UUIDField(null=True, help_text="the API token's id, if one was used")
    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10)
    kind = models.CharField(max_length=20, blank=True)
    object = models.UUIDField(null=True)
    codes = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["object", "id"], name="audit_of_an_object"),
            models.Index(fields=["actor", "id"], name="audit_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.action}"
