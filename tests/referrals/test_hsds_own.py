"""Hearth's own services are published when somebody says so, and never those that are confidential."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from referrals.demo import World
from referrals.models import DirectoryRow, Service
from referrals.service_facts import Hours, ServiceFacts
from referrals.services.directory import write_facts
from tests.referrals.directories import bring_in, cells

SERVICES = "/api/v1/hsds/services/"


def listed() -> set[str]:
    return {each["name"] for each in APIClient().get(SERVICES).json()["contents"]}


def test_nothing_is_published_by_itself(world: World) -> None:
    assert Service.objects.exists()
    assert listed() == set()


def test_what_was_said_in_public_is_published(world: World) -> None:
    service = world.services[0]
    write_facts(
        service,
        ServiceFacts(
            languages=frozenset({"nep"}),
            min_age=16,
            phone="+39 06 5550100",
            latitude=Decimal("41.9"),
            longitude=Decimal("12.5"),
            hours=frozenset({Hours("mon", *map(_hour, (9, 17)))}),
        ),
    )
    call_command("publish_services")
    assert listed() == {each.name for each in world.services}
    tree = APIClient().get(f"{SERVICES}{service.pk}/").json()
    assert tree["organization"]["name"] == service.organisation.name
    assert tree["attributes"][0]["taxonomy_term"]["code"] == service.type
    assert (tree["minimum_age"], tree["phones"][0]["number"]) == (16, "+39 06 5550100")
    assert tree["schedules"][0]["byday"] == "MO"
    assert tree["service_at_locations"][0]["location"]["latitude"] == 41.9
    assert "team" not in str(tree)


def _hour(hour: int) -> Any:
    from datetime import time

    return time(hour)


@pytest.mark.parametrize("change", [{"confidential": True}, {"type": "shelter_emergency"}, {"active": False}])
def test_what_is_confidential_or_closed_is_not_and_is_taken_back(
    world: World, change: dict[str, object]
) -> None:
    service = world.services[0]
    call_command("publish_services")
    assert service.name in listed()
    for name, value in change.items():
        setattr(service, name, value)
    service.save()
    assert listed() == {world.services[1].name}  # at once
    call_command("publish_services")
    assert listed() == {world.services[1].name}
    assert DirectoryRow.objects.get(table="service", hsds_id=service.pk).gone


def test_one_that_is_confidential_no_more_is_published_anew(world: World) -> None:
    service = world.services[0]
    call_command("publish_services")
    for confidential in (True, False):
        service.confidential = confidential
        service.save()
        call_command("publish_services")
    assert service.name in listed()


def test_the_name_of_the_source_is_taken(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="another name"):
        call_command("import_hsds", str(tmp_path), source="own")


def test_they_are_a_package_that_another_hearth_can_take(world: World, tmp_path: Path) -> None:
    call_command("publish_services")
    call_command("export_hsds", str(tmp_path / "out"))
    assert len(cells(tmp_path / "out")["services.csv"]) == len(world.services)
    counts, problems = bring_in(tmp_path / "out", source="elsewhere", strict=True)
    assert problems == []
    assert counts.services == len(world.services)
    assert counts.renamed == 1  # the organisation is here already
