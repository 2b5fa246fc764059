"""The secret link by which a person's own calendar reads when something is due."""

from django.conf import settings
from django.db import models

from core.models import Sensitivity


class CalendarLink(models.Model):
    """One a person at most; of the link only a hash is kept."""

    SENSITIVITY = dict.fromkeys(("person", "made_at", "read_at", "secret_check"), Sensitivity.SAFE)

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="calendar_link"
    )
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text="when a calendar last read it")
    secret_check = models.BinaryField(max_length=32, unique=True)

    def __str__(self) -> str:
        return str(self.pk)
