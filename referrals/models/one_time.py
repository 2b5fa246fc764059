"""Packets that are opened once, in a browser, by whoever has the link and the passphrase."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import SealedObject, Sensitivity
from referrals.models.referral import Referral


class OneTimePacket(models.Model):
    """The content while it waits; once it was opened, or has ended otherwise, only that it was, and when.

    The server's share of its key is that of `object`. Neither the link's key nor the passphrase is ever stored.
    """

    class Answer(models.TextChoices):
        """What whoever opened it said, from the page: once, and in codes alone."""

        ACCEPTED = "accepted", _("We accept")
        DECLINED = "declined", _("We decline")
        CALL = "call", _("Please call us first")

    SENSITIVITY = {
        **dict.fromkeys(
            ("object", "referral", "rounds", "tries", "opened_at", "closed_at", "answered_at"),
            Sensitivity.SAFE,
        ),
        **dict.fromkeys(("answer", "reason", "checks", "answer_check"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
    }

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="one_time"
    )
    referral = models.OneToOneField(Referral, on_delete=models.CASCADE, related_name="one_time")
    sealed = models.BinaryField(null=True)
    # Of what proves the link and the passphrase: HMACs under the server's share.
    checks = models.BinaryField(null=True)
    rounds = models.PositiveIntegerField(help_text="of PBKDF2, by the browser")
    tries = models.PositiveSmallIntegerField(default=0, help_text="with the link and a wrong passphrase")
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, help_text="when it ended without being answered")
    # Of the token that the page which opened it answers with: a hash.
    answer_check = models.BinaryField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opened_at=None, closed_at=None, sealed__isnull=False, checks__isnull=False)
                | models.Q(
                    models.Q(opened_at__isnull=False) | models.Q(closed_at__isnull=False),
                    sealed=None,
                    checks=None,
                ),
                name="one_time_holds_nothing_once_opened",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answer="", reason="")
                | models.Q(
                    answered_at__isnull=False,
                    opened_at__isnull=False,
                    answer_check=None,
                    answer__in=["accepted", "declined", "call"],
                ),
                name="one_time_is_opened_before_it_is_answered",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
