"""Drafts of identifications."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access_query import VisibleObjects
from core.models import Kind, SealedObject, Sensitivity, Team


class Draft(models.Model):
    """An identification that is being taken: its key is sealed to its author alone, until it is finished."""

    SENSITIVITY = {
        **dict.fromkeys(("object", "author", "team", "version", "changed_on"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
    }
    KIND = Kind.DRAFT

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="draft"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_on = models.DateField(_("last changed"))
    sealed = models.BinaryField()

    objects = VisibleObjects()

    def __str__(self) -> str:
        return str(self.pk)
