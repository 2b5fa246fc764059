"""Protection services: who offers what, for whom, where, when and with how many free places."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Length, Lower, Upper
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from core.models import Organisation, Sensitivity, Team
from referrals.service_codes import CLOSED_CODES, Answer, Children, CodeKind, Waiting, Weekday
from referrals.taxonomy import ServiceType


def _between(field: str, lowest: int, highest: int) -> models.Q:
    return models.Q((f"{field}__isnull", False), (f"{field}__gte", lowest), (f"{field}__lte", highest))


def _letters(field: str, count: int, case: type[Upper | Lower]) -> models.Q:
    """That it is a code of so many letters of one case: without regular expressions, which SQLite lacks by itself."""
    return models.Q(Exact(Length(field), count), Exact(case(field), models.F(field)))


def _not_more(less: str, more: str) -> models.Q:
    """That one number is not above another, where both are known."""
    return models.Q((less, None)) | models.Q((more, None)) | models.Q((f"{less}__lte", models.F(more)))


class Service(models.Model):
    """A service that an organisation offers, and the team that receives its referrals, if it works with Hearth.

    Null, "unknown" and no row of a kind of codes all mean: nobody has said. Nothing here is about a survivor.
    """

    SENSITIVITY = dict.fromkeys(
        (
            *("id", "organisation", "team", "name", "type", "description", "active", "changed_at"),
            *("min_age", "max_age", "children", "irregular_status", "reports_to_immigration"),
            *("confidential", "address", "latitude", "longitude", "phone", "email", "website"),
            *("always_open", "by_appointment", "time_zone", "required_documents"),
            *("places_total", "places_free", "waiting"),
            *("capacity_confirmed_at", "capacity_confirmed_by", "capacity_asked_at"),
        ),
        Sensitivity.SAFE,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="services")
    name = models.CharField(_("name"), max_length=200)
    type = models.CharField(_("type"), max_length=40, choices=ServiceType.choices)
    description = models.TextField(_("description"), blank=True)
    active = models.BooleanField(_("active"), default=True)
    changed_at = models.DateTimeField(null=True, help_text="when its facts were last changed")
    # For whom.
    min_age = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("up to age"), null=True, blank=True)
    children = models.CharField(
        _("children"), max_length=12, choices=Children.choices, default=Children.UNKNOWN
    )
    irregular_status = models.CharField(
        _("serves people without a right to stay"),
        max_length=7,
        choices=Answer.choices,
        default=Answer.UNKNOWN,
    )
    reports_to_immigration = models.CharField(
        _("reports to immigration authorities"),
        max_length=7,
        choices=Answer.choices,
        default=Answer.UNKNOWN,
    )
    required_documents = models.CharField(_("papers that it asks for"), max_length=500, blank=True)
    # Where; a confidential service has no address here at all.
    confidential = models.BooleanField(_("confidential address"), default=False)
    address = models.CharField(_("address"), max_length=300, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    # When, besides ServiceHours.
    always_open = models.BooleanField(_("open day and night"), default=False)
    by_appointment = models.BooleanField(_("by appointment"), default=False)
    time_zone = models.CharField(_("time zone of its hours"), max_length=40, blank=True)
    # How full.
    places_total = models.PositiveIntegerField(_("places"), null=True, blank=True)
    places_free = models.PositiveIntegerField(_("free places"), null=True, blank=True)
    waiting = models.CharField(
        _("waiting list"), max_length=9, choices=Waiting.choices, default=Waiting.UNKNOWN
    )
    capacity_confirmed_at = models.DateTimeField(null=True)
    capacity_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    capacity_asked_at = models.DateTimeField(
        null=True, help_text="when they were last asked; null once it is confirmed again"
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="service_name_once_a_team"),
            models.CheckConstraint(condition=_not_more("min_age", "max_age"), name="service_ages_in_order"),
            models.CheckConstraint(
                condition=_not_more("places_free", "places_total"), name="service_free_within_places"
            ),
            models.CheckConstraint(
                condition=models.Q(children__in=Children.values), name="service_children_known"
            ),
            models.CheckConstraint(
                condition=models.Q(irregular_status__in=Answer.values), name="service_irregular_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reports_to_immigration__in=Answer.values), name="service_reports_known"
            ),
            models.CheckConstraint(
                condition=models.Q(waiting__in=Waiting.values), name="service_waiting_known"
            ),
            models.CheckConstraint(
                condition=models.Q(confidential=False)
                | models.Q(address="", latitude__isnull=True, longitude__isnull=True),
                name="service_confidential_has_no_place",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | (_between("latitude", -90, 90) & _between("longitude", -180, 180)),
                name="service_place_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], condition=models.Q(active=True), name="services_by_name"),
            models.Index(
                fields=["capacity_confirmed_at"],
                condition=models.Q(active=True, capacity_asked_at=None),
                name="services_to_ask",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceCode(models.Model):
    """One code of a service: a need that it meets, a gender it serves, a language spoken, a way to get in."""

    SENSITIVITY = dict.fromkeys(("id", "service", "kind", "code"), Sensitivity.SAFE)

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="codes")
    kind = models.CharField(max_length=13, choices=CodeKind.choices)
    code = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "kind", "code"], name="service_code_once"),
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(kind=CodeKind.NEED) & ~models.Q(code=""),
                    models.Q(kind=CodeKind.LANGUAGE) & _letters("code", 3, Lower),
                    *(models.Q(kind=kind, code__in=codes) for kind, codes in CLOSED_CODES.items()),
                    _connector=models.Q.OR,
                ),
                name="service_code_known",
            ),
        ]
        indexes = [models.Index(fields=["kind", "code", "service"], name="services_of_a_code")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class ServiceArea(models.Model):
    """Where people may live whom a service takes: a whole country, a part of it (ISO 3166-2), a place by name."""

    SENSITIVITY = dict.fromkeys(("id", "service", "country", "subdivision", "place"), Sensitivity.SAFE)

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="areas")
    country = models.CharField(_("country"), max_length=3)
    subdivision = models.CharField(_("part of the country"), max_length=6, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "country", "subdivision", "place"], name="service_area_once"
            ),
            models.CheckConstraint(condition=_letters("country", 3, Upper), name="service_area_country"),
            models.CheckConstraint(
                condition=models.Q(subdivision="") | models.Q(subdivision__contains="-"),
                name="service_area_subdivision",
            ),
        ]
        indexes = [models.Index(fields=["country", "service"], name="services_of_a_country")]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.country, self.subdivision, self.place)))


class ServiceHours(models.Model):
    """Opening hours of one day of the week, by the clock of the service's time zone; never past midnight."""

    SENSITIVITY = dict.fromkeys(("id", "service", "weekday", "opens", "closes"), Sensitivity.SAFE)

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="hours")
    weekday = models.CharField(max_length=3, choices=Weekday.choices)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "weekday", "opens"], name="service_hours_once"),
            models.CheckConstraint(
                condition=models.Q(weekday__in=Weekday.values), name="service_weekday_known"
            ),
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")), name="service_opens_before_it_closes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"
