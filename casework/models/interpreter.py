"""Interpreters of a team's roster."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access_query import VisibleObjects
from core.models import Kind, SealedObject, Sensitivity, Team


class Interpreter(models.Model):
    """Somebody who interprets for a team: who, in which languages and how to reach them lies sealed."""

    SENSITIVITY = {
        **dict.fromkeys(("object", "team", "version", "retired_on"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
    }
    KIND = Kind.INTERPRETER

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="interpreter"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="interpreters")
    version = models.PositiveIntegerField(default=1)
    retired_on = models.DateField(_("no longer used since"), null=True)
    sealed = models.BinaryField()

    objects = VisibleObjects()

    def __str__(self) -> str:
        return str(self.pk)
