"""Rows of published directories, as they were given, and what they name."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_transfers"),
        ("referrals", "0006_exchanges"),
    ]

    operations = [
        migrations.CreateModel(
            name="DirectorySource",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.SlugField(max_length=40, unique=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="DirectoryRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("table", models.CharField(max_length=40)),
                ("hsds_id", models.UUIDField()),
                ("data", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("confidential", models.BooleanField(default=False)),
                ("sheltered", models.BooleanField(default=False)),
                ("public", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("gone", models.BooleanField(default=False)),
                (
                    "filled_in",
                    models.CharField(
                        blank=True, help_text="the hash of what the service was told", max_length=64
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="directory_rows",
                        to="core.organisation",
                    ),
                ),
                (
                    "service",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="directory_row",
                        to="referrals.service",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="referrals.directorysource",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DirectoryLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("column", models.CharField(help_text="table.column", max_length=80)),
                ("target", models.UUIDField()),
                (
                    "row",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="referrals.directoryrow",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.directorysource",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="directoryrow",
            index=models.Index(fields=["source", "table", "id"], name="directory_table"),
        ),
        migrations.AddIndex(
            model_name="directoryrow",
            index=models.Index(
                condition=models.Q(("active", True), ("public", True)),
                fields=["table", "hsds_id"],
                name="directory_public",
            ),
        ),
        migrations.AddIndex(
            model_name="directoryrow",
            index=models.Index(
                condition=models.Q(("public", False)), fields=["source"], name="directory_withheld"
            ),
        ),
        migrations.AddConstraint(
            model_name="directoryrow",
            constraint=models.UniqueConstraint(
                fields=("source", "hsds_id", "table"), name="directory_row_once_a_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="directoryrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("organisation__isnull", False)),
                fields=("source", "organisation"),
                name="directory_organisation_once_a_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="directoryrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("public", False), ("confidential", False), _connector="OR"),
                name="directory_confidential_is_not_public",
            ),
        ),
        migrations.AddIndex(
            model_name="directorylink",
            index=models.Index(fields=["source", "target"], name="directory_link_target"),
        ),
        migrations.AddConstraint(
            model_name="directorylink",
            constraint=models.UniqueConstraint(
                fields=("row", "column", "target"), name="directory_link_once"
            ),
        ),
    ]
