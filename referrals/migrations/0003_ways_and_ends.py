"""How a referral goes out and when it ends; a service belongs to an organisation, which may not work with Hearth."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def offered_by_the_organisation(apps: Any, schema_editor: Any) -> None:
    """Each service has been offered by its team's organisation."""
    for service in apps.get_model("referrals", "Service").objects.select_related("team"):
        service.organisation_id = service.team.organisation_id
        service.save(update_fields=["organisation"])
    if schema_editor.connection.vendor == "postgresql":  # or the next step finds triggers that still wait
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0009_erasure"),
        ("core", "0005_transfers"),
        ("referrals", "0002_exceptions_and_handovers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="answer_by",
            field=models.DateTimeField(help_text="until when it waits for an answer", null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="ends_on",
            field=models.DateField(
                help_text="the last day of the consent that it rests on, where that has one", null=True
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="way",
            field=models.CharField(
                choices=[
                    ("hearth", "Through Hearth"),
                    ("link", "A packet that is opened once in a browser"),
                    ("file", "An encrypted file"),
                    ("spoken", "By phone or in person"),
                    ("paper", "On paper"),
                ],
                default="hearth",
                max_length=6,
                verbose_name="way",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="services",
                to="core.organisation",
            ),
        ),
        migrations.RunPython(offered_by_the_organisation, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="service",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="services", to="core.organisation"
            ),
        ),
        migrations.AlterField(
            model_name="service",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="services",
                to="core.team",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("state__in", ["sent", "received"])),
                fields=["answer_by"],
                name="referrals_to_expire",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("sealed_share__isnull", False)),
                fields=["ends_on"],
                name="referrals_to_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["hearth", "link", "file", "spoken", "paper"])),
                name="referral_way_known",
            ),
        ),
    ]
