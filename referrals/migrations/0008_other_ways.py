import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_packets_opened_once"),
        ("referrals", "0007_hsds_directory"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="group",
            field=models.UUIDField(
                help_text="shared by those of people who are referred together", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("group__isnull", False)), fields=["group"], name="referrals_of_a_group"
            ),
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="disclosure",
                        serialize=False,
                        to="referrals.referral",
                    ),
                ),
                (
                    "breach",
                    models.BooleanField(
                        default=False,
                        help_text="it was told before what must come first: recorded afterwards",
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="OneTimePacket",
            fields=[
                (
                    "object",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="one_time",
                        serialize=False,
                        to="core.sealedobject",
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="one_time",
                        to="referrals.referral",
                    ),
                ),
                ("sealed", models.BinaryField(null=True)),
                ("checks", models.BinaryField(null=True)),
                ("rounds", models.PositiveIntegerField(help_text="of PBKDF2, by the browser")),
                (
                    "tries",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="with the link and a wrong passphrase"
                    ),
                ),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "closed_at",
                    models.DateTimeField(help_text="when it ended without being answered", null=True),
                ),
                ("answer_check", models.BinaryField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "We accept"),
                            ("declined", "We decline"),
                            ("call", "Please call us first"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("checks__isnull", False),
                                ("closed_at", None),
                                ("opened_at", None),
                                ("sealed__isnull", False),
                            ),
                            models.Q(
                                models.Q(
                                    ("opened_at__isnull", False),
                                    ("closed_at__isnull", False),
                                    _connector="OR",
                                ),
                                ("checks", None),
                                ("sealed", None),
                            ),
                            _connector="OR",
                        ),
                        name="one_time_holds_nothing_once_opened",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("reason", "")),
                            models.Q(
                                ("answer__in", ["accepted", "declined", "call"]),
                                ("answer_check", None),
                                ("answered_at__isnull", False),
                                ("opened_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="one_time_is_opened_before_it_is_answered",
                    ),
                ],
            },
        ),
    ]
