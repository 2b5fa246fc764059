"""Which cases came from elsewhere, which may not come again, and tables of cases that are on their way in."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from core.access_query import VisibleObjects
from core.models import Kind, SealedObject, Sensitivity, Team


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


class ErasedImport(models.Model):
    """That what was imported under this mark was erased, and does not come back with the old file.

    It refers to no case, and its id says nothing of when it was written.
    """

    SENSITIVITY = dict.fromkeys(("id", "team", "mark"), Sensitivity.SAFE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    mark = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "mark"], name="erased_import_once")]

    def __str__(self) -> str:
        return str(self.pk)


class ImportTable(models.Model):
    """A table of cases that were kept elsewhere, while it is checked and imported: sealed to whoever sent it.

    Its content lies sealed in the storage, under a key that goes when the import ends, is cancelled, or has waited for
    a day. In `sealed` lie the mapping, and which rows were left out.
    """

    class State(models.TextChoices):
        """Where it stands."""

        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")
        CANCELLED = "cancelled", _("Cancelled")

    SENSITIVITY = {
        **dict.fromkeys(
            (
                "object",
                "author",
                "team",
                "state",
                "stored_as",
                "last_row",
                "at_row",
                "loaded",
                "known",
                "refused",
                "created_at",
                "expires_at",
            ),
            Sensitivity.SAFE,
        ),
        "sealed": Sensitivity.SEALED,
        "sealed_key": Sensitivity.SEALED,
    }
    KIND = Kind.IMPORT

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="import_table"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CHECKING)
    stored_as = models.CharField(max_length=100, unique=True)
    last_row = models.PositiveIntegerField(help_text="the number of the table's last row")
    at_row = models.PositiveIntegerField(default=0, help_text="the row up to which it is checked or imported")
    loaded = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sealed = models.BinaryField()
    sealed_key = models.BinaryField(null=True)

    objects = VisibleObjects()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["checking", "checked", "importing"], sealed_key__isnull=False)
                | models.Q(state__in=["done", "cancelled"], sealed_key=None),
                name="ended_import_has_no_key",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
