"""Instruments that an organisation has added, and wordings that it has confirmed. Nothing here is about a person."""

from django.conf import settings
from django.db import models

from core.models import Organisation, Sensitivity


class OwnInstrument(models.Model):
    """A version of an organisation's own instrument, in the format of casework/instruments. Versions stay."""

    SENSITIVITY = dict.fromkeys(
        ("id", "organisation", "instrument", "version", "text", "enabled", "added_by", "added_at"),
        Sensitivity.SAFE,
    )

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="own_instruments")
    instrument = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    text = models.TextField(help_text="the YAML file")
    enabled = models.BooleanField(default=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["instrument", "-added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "instrument", "version"], name="own_instrument_version_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "instrument"],
                condition=models.Q(enabled=True),
                name="one_own_instrument_in_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.version}"


class ConfirmedWording(models.Model):
    """An administrator has checked a published instrument's wording against its source: it may be used here."""

    SENSITIVITY = dict.fromkeys(
        ("id", "organisation", "instrument", "version", "confirmed_by", "confirmed_at"), Sensitivity.SAFE
    )

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="confirmed_wordings"
    )
    instrument = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "instrument", "version"], name="wording_confirmed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.version}"
