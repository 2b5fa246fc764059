"""Work that must happen, written in the same transaction as its cause."""

import uuid

from django.db import models
from django.db.models import Q

from core.models.sensitivity import Sensitivity


class OutboxItem(models.Model):
    """One piece of work, named by its kind and the id of what it is about; never lost with a broker."""

    SENSITIVITY = dict.fromkeys(
        ("id", "kind", "subject", "run_at", "attempts", "leased_until", "done_at", "dead_at", "error"),
        Sensitivity.SAFE,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    run_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=100, blank=True, help_text="the exception's class name alone")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                # One that is being worked on may have looked already: what comes then needs a row of its own.
                condition=Q(done_at=None, dead_at=None, leased_until=None),
                name="one_waiting_item_a_subject",
            )
        ]
        indexes = [
            models.Index(
                fields=["run_at", "id"], condition=Q(done_at=None, dead_at=None), name="outbox_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Heartbeat(models.Model):
    """When beat last sent a beat, and a worker last answered one: shows that broker and both are up."""

    SENSITIVITY = dict.fromkeys(("name", "at"), Sensitivity.SAFE)

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
