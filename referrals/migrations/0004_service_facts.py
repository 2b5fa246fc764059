"""What is known of a service: for whom, where, when, in which languages, and how many places are free."""

from typing import Any

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


def meets_its_own_type(apps: Any, schema_editor: Any) -> None:
    """Each service has met the need that is its type."""
    code = apps.get_model("referrals", "ServiceCode")
    services = apps.get_model("referrals", "Service").objects.values_list("pk", "type")
    code.objects.bulk_create(code(service_id=pk, kind="need", code=type_) for pk, type_ in services)
    if schema_editor.connection.vendor == "postgresql":  # or the next step finds triggers that still wait
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_transfers"),
        ("referrals", "0003_ways_and_ends"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("country", models.CharField(max_length=3, verbose_name="country")),
                (
                    "subdivision",
                    models.CharField(blank=True, max_length=6, verbose_name="part of the country"),
                ),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="place")),
            ],
        ),
        migrations.CreateModel(
            name="ServiceCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("need", "Needs that it meets"),
                            ("gender", "Genders that it serves"),
                            ("language", "Languages spoken"),
                            ("accessibility", "Accessibility"),
                            ("staff_gender", "Staff that one can ask for"),
                        ],
                        max_length=13,
                    ),
                ),
                ("code", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="ServiceHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekday",
                    models.CharField(
                        choices=[
                            ("mon", "Monday"),
                            ("tue", "Tuesday"),
                            ("wed", "Wednesday"),
                            ("thu", "Thursday"),
                            ("fri", "Friday"),
                            ("sat", "Saturday"),
                            ("sun", "Sunday"),
                        ],
                        max_length=3,
                    ),
                ),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
            ],
        ),
        migrations.AddField(
            model_name="service",
            name="address",
            field=models.CharField(blank=True, max_length=300, verbose_name="address"),
        ),
        migrations.AddField(
            model_name="service",
            name="always_open",
            field=models.BooleanField(default=False, verbose_name="open day and night"),
        ),
        migrations.AddField(
            model_name="service",
            name="by_appointment",
            field=models.BooleanField(default=False, verbose_name="by appointment"),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity_asked_at",
            field=models.DateTimeField(
                help_text="when they were last asked; null once it is confirmed again", null=True
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity_confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity_confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="changed_at",
            field=models.DateTimeField(help_text="when its facts were last changed", null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="children",
            field=models.CharField(
                choices=[
                    ("alone", "Also without a parent or guardian"),
                    ("with_parent", "With a parent or guardian only"),
                    ("none", "No children"),
                    ("unknown", "Not known"),
                ],
                default="unknown",
                max_length=12,
                verbose_name="children",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="confidential",
            field=models.BooleanField(default=False, verbose_name="confidential address"),
        ),
        migrations.AddField(
            model_name="service",
            name="email",
            field=models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
        ),
        migrations.AddField(
            model_name="service",
            name="irregular_status",
            field=models.CharField(
                choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Not known")],
                default="unknown",
                max_length=7,
                verbose_name="serves people without a right to stay",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="latitude",
            field=models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="longitude",
            field=models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="max_age",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="up to age"),
        ),
        migrations.AddField(
            model_name="service",
            name="min_age",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="from age"),
        ),
        migrations.AddField(
            model_name="service",
            name="phone",
            field=models.CharField(blank=True, max_length=40, verbose_name="phone"),
        ),
        migrations.AddField(
            model_name="service",
            name="places_free",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="free places"),
        ),
        migrations.AddField(
            model_name="service",
            name="places_total",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="places"),
        ),
        migrations.AddField(
            model_name="service",
            name="reports_to_immigration",
            field=models.CharField(
                choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Not known")],
                default="unknown",
                max_length=7,
                verbose_name="reports to immigration authorities",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="required_documents",
            field=models.CharField(blank=True, max_length=500, verbose_name="papers that it asks for"),
        ),
        migrations.AddField(
            model_name="service",
            name="time_zone",
            field=models.CharField(blank=True, max_length=40, verbose_name="time zone of its hours"),
        ),
        migrations.AddField(
            model_name="service",
            name="waiting",
            field=models.CharField(
                choices=[
                    ("none", "No waiting list"),
                    ("week", "Up to a week"),
                    ("month", "Up to a month"),
                    ("quarter", "Up to three months"),
                    ("longer", "Longer than three months"),
                    ("unknown", "Not known"),
                ],
                default="unknown",
                max_length=9,
                verbose_name="waiting list",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="website",
            field=models.URLField(blank=True, verbose_name="website"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                condition=models.Q(("active", True)), fields=["name", "id"], name="services_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                condition=models.Q(("active", True), ("capacity_asked_at", None)),
                fields=["capacity_confirmed_at"],
                name="services_to_ask",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("min_age", None),
                    ("max_age", None),
                    ("min_age__lte", models.F("max_age")),
                    _connector="OR",
                ),
                name="service_ages_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("places_free", None),
                    ("places_total", None),
                    ("places_free__lte", models.F("places_total")),
                    _connector="OR",
                ),
                name="service_free_within_places",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("children__in", ["alone", "with_parent", "none", "unknown"])),
                name="service_children_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("irregular_status__in", ["yes", "no", "unknown"])),
                name="service_irregular_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("reports_to_immigration__in", ["yes", "no", "unknown"])),
                name="service_reports_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("waiting__in", ["none", "week", "month", "quarter", "longer", "unknown"])
                ),
                name="service_waiting_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confidential", False),
                    models.Q(("address", ""), ("latitude__isnull", True), ("longitude__isnull", True)),
                    _connector="OR",
                ),
                name="service_confidential_has_no_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude", None), ("longitude", None)),
                    models.Q(
                        ("latitude__isnull", False),
                        ("latitude__gte", -90),
                        ("latitude__lte", 90),
                        ("longitude__isnull", False),
                        ("longitude__gte", -180),
                        ("longitude__lte", 180),
                    ),
                    _connector="OR",
                ),
                name="service_place_on_earth",
            ),
        ),
        migrations.AddField(
            model_name="servicearea",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="areas", to="referrals.service"
            ),
        ),
        migrations.AddField(
            model_name="servicecode",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="codes", to="referrals.service"
            ),
        ),
        migrations.AddField(
            model_name="servicehours",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="hours", to="referrals.service"
            ),
        ),
        migrations.AddIndex(
            model_name="servicearea",
            index=models.Index(fields=["country", "service"], name="services_of_a_country"),
        ),
        migrations.AddConstraint(
            model_name="servicearea",
            constraint=models.UniqueConstraint(
                fields=("service", "country", "subdivision", "place"), name="service_area_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicearea",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.Exact(django.db.models.functions.text.Length("country"), 3),
                    django.db.models.lookups.Exact(
                        django.db.models.functions.text.Upper("country"), models.F("country")
                    ),
                ),
                name="service_area_country",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicearea",
            constraint=models.CheckConstraint(
                condition=models.Q(("subdivision", ""), ("subdivision__contains", "-"), _connector="OR"),
                name="service_area_subdivision",
            ),
        ),
        migrations.AddIndex(
            model_name="servicecode",
            index=models.Index(fields=["kind", "code", "service"], name="services_of_a_code"),
        ),
        migrations.AddConstraint(
            model_name="servicecode",
            constraint=models.UniqueConstraint(fields=("service", "kind", "code"), name="service_code_once"),
        ),
        migrations.AddConstraint(
            model_name="servicecode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "need"), models.Q(("code", ""), _negated=True)),
                    models.Q(
                        ("kind", "language"),
                        django.db.models.lookups.Exact(django.db.models.functions.text.Length("code"), 3),
                        django.db.models.lookups.Exact(
                            django.db.models.functions.text.Lower("code"), models.F("code")
                        ),
                    ),
                    models.Q(
                        (
                            "code__in",
                            (
                                "Feminine",
                                "Masculine",
                                "TransgenderFeminine",
                                "TransgenderMasculine",
                                "NonConforming",
                            ),
                        ),
                        ("kind", "gender"),
                    ),
                    models.Q(
                        (
                            "code__in",
                            (
                                "step_free",
                                "toilet",
                                "hearing",
                                "sign_language",
                                "plain_language",
                                "large_print",
                                "companion",
                                "remote",
                                "visits",
                            ),
                        ),
                        ("kind", "accessibility"),
                    ),
                    models.Q(("code__in", ("women", "men")), ("kind", "staff_gender")),
                    _connector="OR",
                ),
                name="service_code_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicehours",
            constraint=models.UniqueConstraint(
                fields=("service", "weekday", "opens"), name="service_hours_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicehours",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__in", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])),
                name="service_weekday_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicehours",
            constraint=models.CheckConstraint(
                condition=models.Q(("opens__lt", models.F("closes"))), name="service_opens_before_it_closes"
            ),
        ),
        migrations.RunPython(meets_its_own_type, migrations.RunPython.noop),
    ]
