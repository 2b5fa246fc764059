"""Referrals and their packets."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models import Approval, Case
from core.access_query import VisibleObjects
from core.models import Kind, SealedObject, Sensitivity, Team
from referrals.models.service import Service


class Referral(models.Model):
    """A case's referral to one service of one partner team."""

    class State(models.TextChoices):
        """Where the referral stands; the table of steps is in referrals/transitions.py."""

        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        RECEIVED = "received", _("Received")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        IN_PROGRESS = "in_progress", _("In progress")
        COMPLETED = "completed", _("Completed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    class Way(models.TextChoices):
        """How it reaches whoever offers the service."""

        HEARTH = "hearth", _("Through Hearth")
        LINK = "link", _("A packet that is opened once in a browser")
        FILE = "file", _("An encrypted file")
        SPOKEN = "spoken", _("By phone or in person")
        PAPER = "paper", _("On paper")

    SENSITIVITY = {
        **dict.fromkeys(
            (
                "id",
                "case",
                "service",
                "state",
                "way",
                "created_by",
                "created_on",
                "sent_at",
                "answer_by",
                "ends_on",
                "decided_at",
                "exception",
                "group",
            ),
            Sensitivity.SAFE,
        ),
        "sealed_draft": Sensitivity.SEALED,
        "sealed_share": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    way = models.CharField(_("way"), max_length=6, choices=Way.choices, default=Way.HEARTH)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_on = models.DateField()
    sent_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True, help_text="until when it waits for an answer")
    ends_on = models.DateField(
        null=True, help_text="the last day of the consent that it rests on, where that has one"
    )
    decided_at = models.DateTimeField(null=True)
    exception = models.ForeignKey(
        Approval,
        on_delete=models.PROTECT,
        null=True,
        related_name="referrals",
        help_text="the legal ground on which it was sent without consent",
    )
    group = models.UUIDField(null=True, help_text="shared by those of people who are referred together")
    # Under the case key: which fields were chosen and the note to the partner; then G of the packet.
    sealed_draft = models.BinaryField()
    sealed_share = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "draft",
                        "sent",
                        "received",
                        "accepted",
                        "declined",
                        "in_progress",
                        "completed",
                        "withdrawn",
                        "expired",
                    ]
                ),
                name="referral_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", sent_at=None)
                | models.Q(state__in=["withdrawn"])
                | (~models.Q(state="draft") & models.Q(sent_at__isnull=False)),
                name="referral_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(way__in=["hearth", "link", "file", "spoken", "paper"]),
                name="referral_way_known",
            ),
            models.UniqueConstraint(
                fields=["exception"],
                condition=~models.Q(state="withdrawn"),
                name="exception_carries_one_referral",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "state"], name="referrals_of_a_case"),
            models.Index(
                fields=["group"], condition=models.Q(group__isnull=False), name="referrals_of_a_group"
            ),
            models.Index(
                fields=["answer_by"],
                condition=models.Q(state__in=["sent", "received"]),
                name="referrals_to_expire",
            ),
            models.Index(
                fields=["ends_on"],
                condition=models.Q(sealed_share__isnull=False),
                name="referrals_to_end",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Packet(models.Model):
    """What the partner reads, under a key of its own that is sealed to the receiving team alone."""

    SENSITIVITY = {
        **dict.fromkeys(
            ("object", "referral", "team", "version", "updated_at", "read_version"), Sensitivity.SAFE
        ),
        "sealed": Sensitivity.SEALED,
        "sealed_answer": Sensitivity.SEALED,
    }
    KIND = Kind.PACKET

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="packet"
    )
    referral = models.OneToOneField(Referral, on_delete=models.CASCADE, related_name="packet")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="packets")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(null=True)
    read_version = models.PositiveIntegerField(default=0, help_text="the newest that the partner has opened")
    sealed = models.BinaryField()
    sealed_answer = models.BinaryField(null=True)

    objects = VisibleObjects()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(version__gte=1, read_version__lte=models.F("version")),
                name="packet_version_from_1",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
