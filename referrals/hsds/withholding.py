"""What may leave: in an export, or to whoever asks the public API. Decided once, when rows are stored.

A row that was flagged does not leave, and nothing that names it. Of a sheltered service (a refuge, or one whose place
is kept secret for another reason) leave the columns in `OPEN_COLUMNS` and the rows in `OPEN_TABLES`: not where it is,
nor how to reach it, nor any text in which either may stand. Its locations don't leave, not even where another service
is there too; nor do the other locations of its organisation, unless a service that is open to all is there.
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.signals import post_save
from django.dispatch import receiver

from referrals.hsds.schema import ANYTHING, tables
from referrals.hsds.types import SECRET_PLACES, sounds_sheltered
from referrals.models import DirectoryLink, DirectoryRow, DirectorySource, Service

OPEN_COLUMNS = frozenset(
    {"id", "organization_id", "program_id", "name", "status", "minimum_age", "maximum_age", "last_modified"}
)
OPEN_TABLES = frozenset({"attribute", "language", "cost_option"})
OWN = "own"  # the source of Hearth's own services: referrals/hsds/own.py
_IN_PLACES = ("address", "phone", "contact")  # of these, none leaves without what it belongs to


def decide_what_leaves(source: DirectorySource) -> None:
    """Set `public` for every row of a source, inside the caller's transaction."""
    rows = DirectoryRow.objects.filter(source=source)
    rows.filter(public=False, confidential=False, gone=False).update(public=True)
    rows.filter(public=True, confidential=True).update(public=False)
    _withhold(_without_what_they_belong_to(rows))
    _withhold(_below_sheltered(source, rows))
    _withhold(_locations_of_sheltered(source, rows))
    while _withhold(_naming_what_is_withheld(source, rows)):
        _withhold(_locations_of_sheltered(source, rows))
    if rows.filter(Q(confidential=True) | Q(sheltered=True)).exists():
        _withhold(_about_what_is_not_there(rows))


@receiver(post_save, sender=Service)
def withhold_at_once(instance: Service, **_: Any) -> None:
    """What staff have called confidential, or closed, leaves no more, from this transaction on."""
    secret = instance.confidential or instance.type in SECRET_PLACES or sounds_sheltered(instance.name)
    if secret or not instance.active:
        withhold(instance, secret=secret)


def withhold(service: Service, *, secret: bool) -> None:
    """Let nothing leave of a service that has closed, and of one whose place is `secret` not where it is."""
    if secret:
        _change(DirectoryRow.objects.filter(service=service, sheltered=False), sheltered=True)
    if secret or not service.active:
        own = DirectoryRow.objects.filter(source__name=OWN, table="service", hsds_id=service.pk, gone=False)
        _change(own, confidential=secret, gone=True, active=False, public=False)


def _change(rows: "QuerySet[DirectoryRow]", **values: bool) -> None:
    row = rows.select_related("source").first()
    if row is not None:
        with transaction.atomic():
            DirectoryRow.objects.filter(pk=row.pk).update(**values)
            decide_what_leaves(row.source)


def _withhold(rows: "QuerySet[DirectoryRow]") -> int:
    return rows.filter(public=True).update(public=False)


def _sheltered(source: DirectorySource) -> "QuerySet[DirectoryRow]":
    """Services whose place is nobody's business: by their type, or flagged. Also when they are gone."""
    services = DirectoryRow.objects.filter(source=source, table="service")
    return services.filter(Q(sheltered=True) | Q(confidential=True))


def _without_what_they_belong_to(rows: "QuerySet[DirectoryRow]") -> "QuerySet[DirectoryRow]":
    """What was left over of something that is not there: nobody can say whether it was open to all."""
    return rows.filter(table__in=_IN_PLACES).exclude(Exists(_to_what_is_there()))


def _about_what_is_not_there(rows: "QuerySet[DirectoryRow]") -> "QuerySet[DirectoryRow]":
    """What is said of a row that is not there, which may be one that was left out for a reason."""
    labels = [tables()[name].label(column) for name, column in ANYTHING.items()]
    return rows.filter(table__in=ANYTHING).exclude(Exists(_to_what_is_there().filter(column__in=labels)))


def _to_what_is_there() -> "QuerySet[DirectoryLink]":
    there = DirectoryRow.objects.filter(source=OuterRef("source"), hsds_id=OuterRef("target"), gone=False)
    return DirectoryLink.objects.filter(Exists(there), row=OuterRef("pk"))


def _below_sheltered(source: DirectorySource, rows: "QuerySet[DirectoryRow]") -> "QuerySet[DirectoryRow]":
    links = DirectoryLink.objects.filter(source=source, target__in=_sheltered(source).values("hsds_id"))
    return rows.exclude(table__in=OPEN_TABLES).filter(pk__in=links.values("row"))


def _locations_of_sheltered(
    source: DirectorySource, rows: "QuerySet[DirectoryRow]"
) -> "QuerySet[DirectoryRow]":
    """Where sheltered services are; and of their organisations, every place where no open one is."""
    links = DirectoryLink.objects.filter(source=source)
    at = links.filter(column="service_at_location.location_id")
    of_sheltered = links.filter(
        column="service_at_location.service_id", target__in=_sheltered(source).values("hsds_id")
    )
    at_sheltered = at.filter(
        Q(row__public=False, row__gone=False) | Q(row__in=of_sheltered.values("row"))
    ).values("target")
    at_open = at.filter(row__public=True).values("target")
    organisations = links.filter(
        column="service.organization_id", row__in=_sheltered(source).values("pk")
    ).values("target")
    of_theirs = links.filter(column="location.organization_id", target__in=organisations).values("row")
    locations = rows.filter(table="location")
    return locations.filter(Q(hsds_id__in=at_sheltered) | (Q(pk__in=of_theirs) & ~Q(hsds_id__in=at_open)))


def _naming_what_is_withheld(
    source: DirectorySource, rows: "QuerySet[DirectoryRow]"
) -> "QuerySet[DirectoryRow]":
    withheld = (
        DirectoryRow.objects.filter(source=source, public=False)
        .exclude(gone=True, confidential=False)
        .values("hsds_id")
    )
    return rows.filter(pk__in=DirectoryLink.objects.filter(source=source, target__in=withheld).values("row"))
