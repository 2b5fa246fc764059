"""Documents that were brought to a case, and who has had them in hand."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from core.models import Sensitivity


class Document(models.Model):
    """A file that belongs to a case. Its name, kind, size and hash lie sealed; its content, under a key of its own."""

    class State(models.TextChoices):
        """Whether there is still something to open."""

        KEPT = "kept", _("Kept")
        REMOVED = "removed", _("Removed")

    class Kind(models.TextChoices):
        """What it is. Sealed: that there is a medical report says something about a person."""

        IDENTITY = "identity", _("Identity paper")
        MEDICAL = "medical", _("Medical report")
        COURT = "court", _("Paper of a court or authority")
        CONTRACT = "contract", _("Contract or pay slip")
        PHOTO = "photo", _("Photo or recording")
        OTHER = "other", _("Something else")

    SENSITIVITY = {
        **dict.fromkeys(
            ("id", "case", "state", "stored_as", "added_by", "added_at", "removed_at"), Sensitivity.SAFE
        ),
        "sealed": Sensitivity.SEALED,
        "sealed_key": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    state = models.CharField(max_length=10, choices=State.choices, default=State.KEPT)
    stored_as = models.CharField(max_length=100, unique=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    sealed = models.BinaryField()
    # Without it nobody opens the content, wherever a copy of the stored file may lie.
    sealed_key = models.BinaryField(null=True)

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="kept", removed_at=None, sealed_key__isnull=False)
                | models.Q(state="removed", removed_at__isnull=False, sealed_key=None),
                name="document_removed_has_no_key",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CustodyEvent(models.Model):
    """One line of a document's custody log. Database triggers refuse to change or delete a row.

    What stands in clear stands sealed too, under the case key: a row that somebody else wrote is noticed.
    """

    class What(models.TextChoices):
        """What was done with the document."""

        RECEIVED = "received", _("Received")
        READ = "read", _("Downloaded")
        PREVIEWED = "previewed", _("Looked at")
        COPIED = "copied", _("Copied for a partner")
        REMOVED = "removed", _("Removed")

    SENSITIVITY = {
        **dict.fromkeys(("id", "document", "number", "what", "by", "at"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
    }

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="custody")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=10, choices=What.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        ordering = ["document", "number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="custody_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="custody_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.number}"
