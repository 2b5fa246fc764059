"""Work that must happen, written in the same transaction as its cause."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
            ),
            models.Index(
                fields=["-dead_at", "-id"],
                condition=Q(done_at=None, dead_at__isnull=False),
                name="outbox_dead",
            ),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="outbox_done"),
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


class BeatRun(models.Model):
    """How a task that beat starts went the last time."""

    SENSITIVITY = dict.fromkeys(("name", "at", "took_ms", "outcome", "error"), Sensitivity.SAFE)

    class Outcome(models.TextChoices):
        """How a run ended; one that was killed has none, and the run before it stands."""

        OK = "ok", _("Done")
        FAILED = "failed", _("Failed")

    name = models.CharField(max_length=60, primary_key=True, help_text="the task's name")
    at = models.DateTimeField(help_text="when it began")
    took_ms = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    error = models.CharField(max_length=100, blank=True, help_text="the exception's class name alone")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="ok", error="") | (Q(outcome="failed") & ~Q(error="")),
                name="beat_run_failed_by_an_error",
            )
        ]

    def __str__(self) -> str:
        return self.name
