"""Decisions on whether a survivor is one, in law and in the organisation's own judgement."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from core.models import Sensitivity


class Decision(models.Model):
    """One decision. A later one is another row: nothing is overwritten."""

    class Kind(models.TextChoices):
        """Whose decision, on what."""

        NGO = "ngo_assessment", _("Our own assessment")
        REASONABLE = "reasonable_grounds", _("Reasonable grounds")
        CONCLUSIVE = "conclusive_grounds", _("Conclusive grounds")
        EXTENSION = "recovery_extension", _("Recovery period extended")

    SENSITIVITY = {
        **dict.fromkeys(("id", "case", "kind", "recorded_at", "recorded_by"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "ngo_assessment",
                        "reasonable_grounds",
                        "conclusive_grounds",
                        "recovery_extension",
                    ]
                ),
                name="decision_kind_known",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
