"""The directory as others publish it: rows of the Human Services Data Specification, each as it was given."""

from django.db import models

from core.models import Organisation, Sensitivity
from referrals.models.service import Service


class DirectorySource(models.Model):
    """Where rows come from: one publisher, or one export of one."""

    SENSITIVITY = dict.fromkeys(("id", "name"), Sensitivity.SAFE)

    id = models.BigAutoField(primary_key=True)
    name = models.SlugField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DirectoryRow(models.Model):
    """A row of one of the specification's tables.

    `confidential` was said of it, by whoever published it or in the mapping; `sheltered` is a service whose place is
    nobody's business. `public` is what follows from both, for everything that hangs on them; withholding.py decides it.
    `gone` was in an earlier package and is not in the newest.
    """

    SENSITIVITY = dict.fromkeys(
        (
            "id",
            "source",
            "table",
            "hsds_id",
            "data",
            "digest",
            "confidential",
            "sheltered",
            "public",
            "active",
            "gone",
            "organisation",
            "service",
            "filled_in",
        ),
        Sensitivity.SAFE,
    )

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(DirectorySource, on_delete=models.PROTECT, related_name="rows", db_index=False)
    table = models.CharField(max_length=40)
    hsds_id = models.UUIDField()
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    confidential = models.BooleanField(default=False)
    sheltered = models.BooleanField(default=False)
    public = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    gone = models.BooleanField(default=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, related_name="directory_rows"
    )
    service = models.OneToOneField(
        Service, on_delete=models.SET_NULL, null=True, related_name="directory_row"
    )
    filled_in = models.CharField(max_length=64, blank=True, help_text="the hash of what the service was told")

    class Meta:
        ordering = ["id"]
        constraints = [
            # In this order: what refers to a row names its id, and seldom its table.
            models.UniqueConstraint(
                fields=["source", "hsds_id", "table"], name="directory_row_once_a_source"
            ),
            models.UniqueConstraint(
                fields=["source", "organisation"],
                condition=models.Q(organisation__isnull=False),
                name="directory_organisation_once_a_source",
            ),
            models.CheckConstraint(
                condition=models.Q(public=False) | models.Q(confidential=False),
                name="directory_confidential_is_not_public",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "table", "id"], name="directory_table"),
            models.Index(
                fields=["table", "hsds_id"],
                condition=models.Q(public=True, active=True),
                name="directory_public",
            ),
            models.Index(fields=["source"], condition=models.Q(public=False), name="directory_withheld"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.hsds_id}"


class DirectoryLink(models.Model):
    """That a row names another by its id. Where the other is not there, it leads nowhere."""

    SENSITIVITY = dict.fromkeys(("id", "source", "row", "column", "target"), Sensitivity.SAFE)

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(DirectorySource, on_delete=models.PROTECT, related_name="+", db_index=False)
    row = models.ForeignKey(DirectoryRow, on_delete=models.CASCADE, related_name="links", db_index=False)
    column = models.CharField(max_length=80, help_text="table.column")
    target = models.UUIDField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["row", "column", "target"], name="directory_link_once"),
        ]
        indexes = [models.Index(fields=["source", "target"], name="directory_link_target")]

    def __str__(self) -> str:
        return f"{self.column} {self.target}"
