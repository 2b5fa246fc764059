import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0005_search"),
        ("core", "0005_transfers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Interpreter",
            fields=[
                (
                    "object",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="interpreter",
                        serialize=False,
                        to="core.sealedobject",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("retired_on", models.DateField(null=True, verbose_name="no longer used since")),
                ("sealed", models.BinaryField()),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interpreters",
                        to="core.team",
                    ),
                ),
            ],
        ),
    ]
