"""Which cases came from elsewhere."""

from django.db import models

from casework.models.case import Case
from core.models import Sensitivity, Team


class ImportedCase(models.Model):
    """That a case was imported, under a mark of the number that it had: so that it is not imported twice."""

    SENSITIVITY = dict.fromkeys(("id", "team", "mark", "case"), Sensitivity.SAFE)

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    mark = models.BinaryField(max_length=32)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="imported")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "mark"], name="imported_once")]

    def __str__(self) -> str:
        return str(self.case_id)
