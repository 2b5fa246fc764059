"""The directory: who says what is so of a service, what can't be so, and how many places are free."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.errors import HearthError, Invalid, NotAllowed, NotVisible, WrongState
from core.models import AuditEvent, Notice, OutboxItem
from referrals.capacity import is_fresh
from referrals.demo import World
from referrals.demo_services import furnish_directory
from referrals.models import Service, ServiceArea, ServiceCode
from referrals.service_facts import Area, Hours, ServiceFacts, read_facts
from referrals.services import (
    ask_for_capacity,
    change_service,
    close_service,
    confirm_capacity,
    offer_service,
    to_confirm,
)
from referrals.tasks import ask_for_capacity as task
from tests.conftest import PERSONAS, api, sign_in
from tests.pages import queries, text, title, who_sees
from tests.referrals.services import FRANCE, ITALY, NEED, ROME, offer, open_on

pytestmark = pytest.mark.django_db

READERS = {"assigned", "teammate", "supervisor", "stranger", "focal_point", "administrator"}
FACTS = ServiceFacts(
    needs=frozenset({"legal_representation"}),
    genders=frozenset({"Feminine"}),
    languages=frozenset({"nep", "eng"}),
    accessibility=frozenset({"step_free"}),
    staff_genders=frozenset({"women"}),
    areas=ROME,
    hours=open_on("mon", 9, 17),
    min_age=18,
    max_age=60,
    children="none",
    irregular_status="yes",
    reports_to_immigration="no",
    required_documents="None.",
    address="1 Invented Street",
    latitude=Decimal("41.90000"),
    longitude=Decimal("12.50000"),
    phone="+39 06 5550100",
    email="desk@aid.example",
    website="https://aid.example/",
    by_appointment=True,
    time_zone="Europe/Rome",
)


@pytest.fixture
def service(world: World) -> Service:
    """The partner's legal advice."""
    return world.services[0]


# --- what is so of a service ----------------------------------------


def test_what_was_said_is_what_is_read(world: World, service: Service) -> None:
    change_service(actor=world["focal_point"].actor, service_id=service.pk, facts=FACTS)
    service.refresh_from_db()
    (read,) = read_facts([service]).values()
    assert read.needs == {"legal_advice", "legal_representation"}, "its own type is always among them"
    assert {name: getattr(read, name) for name in ServiceFacts.__slots__ if name != "needs"} == {
        name: getattr(FACTS, name) for name in ServiceFacts.__slots__ if name != "needs"
    }


def test_saying_it_anew_takes_back_what_is_not_said_again(world: World, service: Service) -> None:
    actor = world["focal_point"].actor
    change_service(actor=actor, service_id=service.pk, facts=FACTS)
    kept = set(ServiceCode.objects.filter(service=service, kind="language").values_list("pk", "code"))
    change_service(actor=actor, service_id=service.pk, facts=ServiceFacts(languages=frozenset({"nep"})))
    codes = ServiceCode.objects.filter(service=service).values_list("kind", "code")
    assert set(codes) == {("need", "legal_advice"), ("language", "nep")}
    assert set(ServiceCode.objects.filter(kind="language").values_list("pk", "code")) < kept
    assert not ServiceArea.objects.filter(service=service).exists()


def test_what_is_said_of_a_service_leaves_its_places_as_they_were(world: World, service: Service) -> None:
    actor = world["focal_point"].actor
    confirm_capacity(actor=actor, service_id=service.pk, places_free=2, places_total=4, waiting="none")
    change_service(actor=actor, service_id=service.pk, facts=FACTS, name="Advice")
    service.refresh_from_db()
    assert (service.places_free, service.places_total, service.waiting) == (2, 4, "none")
    assert service.name == "Advice"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"needs": frozenset({"everything"})}, "needs"),
        ({"genders": frozenset({"NonSpecifiedUnknown"})}, "genders"),
        ({"languages": frozenset({"en"})}, "languages"),
        ({"accessibility": frozenset({"lift"})}, "accessibility"),
        ({"staff_genders": frozenset({"no_preference"})}, "staff_genders"),
        ({"areas": frozenset({Area("XXX")})}, "areas"),
        ({"areas": frozenset({Area("ITA", "FR-75")})}, "areas"),
        ({"hours": frozenset({Hours("mon", time(17), time(9))})}, "hours"),
        ({"hours": frozenset({Hours("someday", time(9), time(17))})}, "hours"),
        ({"min_age": 30, "max_age": 18}, "max_age"),
        ({"min_age": 200}, "min_age"),
        ({"children": "maybe"}, "children"),
        ({"irregular_status": ""}, "irregular_status"),
        ({"reports_to_immigration": "sometimes"}, "reports_to_immigration"),
        ({"time_zone": "Rome"}, "time_zone"),
        ({"confidential": True, "address": "1 Invented Street"}, "address"),
        ({"confidential": True, "latitude": Decimal(1), "longitude": Decimal(1)}, "address"),
        ({"latitude": Decimal(41)}, "latitude"),
        ({"latitude": Decimal(100), "longitude": Decimal(101)}, "latitude"),
        ({"email": "desk"}, "email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"phone": "1" * 41}, "phone"),
    ],
)
def test_what_can_t_be_so_is_refused(
    world: World, service: Service, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        change_service(actor=world["focal_point"].actor, service_id=service.pk, facts=ServiceFacts(**facts))
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    "columns",
    [
        {"min_age": 30, "max_age": 18},
        {"places_free": 3, "places_total": 2},
        {"confidential": True, "address": "1 Invented Street"},
        {"confidential": True, "latitude": 1, "longitude": 1},
        {"latitude": 41},
        {"latitude": 100, "longitude": 101},
        {"children": "maybe"},
        {"irregular_status": ""},
        {"reports_to_immigration": "rarely"},
        {"waiting": "forever"},
    ],
)
def test_the_database_refuses_it_too(service: Service, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(pk=service.pk).update(**columns)


@pytest.mark.parametrize(
    ("kind", "code"),
    [("gender", "Woman"), ("language", "en"), ("language", "ENG"), ("accessibility", "lift"), ("need", "")],
)
def test_the_database_takes_no_code_that_nobody_knows(service: Service, kind: str, code: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceCode.objects.create(service=service, kind=kind, code=code)


def test_a_name_is_given_once_a_team(world: World, service: Service) -> None:
    with pytest.raises(Invalid) as refused:
        offer_service(
            actor=world["focal_point"].actor,
            organisation=world.partner_team.organisation,
            team=world.partner_team,
            name=service.name,
            type="education",
        )
    assert "name" in refused.value.fields


# --- who may say it ----------------------------------------


def refused_to(name: str, world: World, service: Service, error: type[HearthError]) -> None:
    actor = world[name].actor
    for verb, values in (
        (change_service, {"facts": ServiceFacts()}),
        (confirm_capacity, {"places_free": 1}),
        (close_service, {}),
    ):
        with pytest.raises(error):
            verb(actor=actor, service_id=service.pk, **values)  # type: ignore[operator]


@pytest.mark.parametrize("name", sorted(set(PERSONAS) - {"focal_point"}))
def test_of_a_team_s_service_its_focal_points_alone(world: World, service: Service, name: str) -> None:
    refused_to(name, world, service, NotAllowed)
    confirm_capacity(actor=world["focal_point"].actor, service_id=service.pk, places_free=1)


@pytest.mark.parametrize("name", sorted(set(PERSONAS) - {"administrator"}))
def test_of_a_service_without_a_team_administrators_alone(world: World, name: str) -> None:
    service = offer(world, "Talk")
    refused_to(name, world, service, NotAllowed)
    with pytest.raises(NotAllowed):
        offer_service(actor=world[name].actor, organisation=service.organisation, name="Another", type=NEED)
    confirm_capacity(actor=world["administrator"].actor, service_id=service.pk, places_free=1)


def test_nobody_offers_a_service_of_another_team(world: World) -> None:
    with pytest.raises(NotAllowed):
        offer_service(
            actor=world["focal_point"].actor,
            organisation=world.other_team.organisation,
            team=world.other_team,
            name="Shelter",
            type="shelter_emergency",
        )


def test_what_is_not_there_is_not_visible_and_what_has_closed_stays_so(
    world: World, service: Service
) -> None:
    with pytest.raises(NotVisible):
        close_service(actor=world["focal_point"].actor, service_id=uuid4())
    close_service(actor=world["focal_point"].actor, service_id=service.pk)
    refused_to("focal_point", world, service, WrongState)


def test_each_verb_is_in_the_trail_without_words(world: World) -> None:
    service = offer(world, "Canarytalk", address="Canarystreet")
    actor = world["administrator"].actor
    change_service(actor=actor, service_id=service.pk, facts=FACTS)
    confirm_capacity(actor=actor, service_id=service.pk, places_free=3)
    close_service(actor=actor, service_id=service.pk)
    events = AuditEvent.objects.filter(object=service.pk).order_by("pk")
    assert [event.action for event in events] == [
        "service.offered",
        "service.changed",
        "service.capacity_confirmed",
        "service.closed",
    ]
    assert "Canary" not in str([event.codes for event in events])


# --- asking again ----------------------------------------


def age(service: Service, days: int) -> None:
    Service.objects.filter(pk=service.pk).update(capacity_confirmed_at=timezone.now() - timedelta(days=days))


def asked(world: World, name: str) -> int:
    return Notice.objects.filter(person=world[name].user, what="capacity_asked").count()


def test_a_stale_count_is_asked_for_once_until_it_is_confirmed(world: World, service: Service) -> None:
    actor = world["focal_point"].actor
    confirm_capacity(actor=actor, service_id=service.pk, places_free=3)
    assert ask_for_capacity() == 0
    age(service, 31)
    task()
    task()
    assert asked(world, "focal_point") == 1
    confirm_capacity(actor=actor, service_id=service.pk, places_free=3)
    assert ask_for_capacity() == 0
    age(service, 31)
    assert ask_for_capacity() == 1
    assert asked(world, "focal_point") == 2


def test_whoever_may_confirm_is_asked_and_nobody_else(world: World, service: Service) -> None:
    confirm_capacity(actor=world["focal_point"].actor, service_id=service.pk, places_free=3)
    talk = offer(world, "Talk", places_free=1)
    age(service, 31)
    assert ask_for_capacity() == 2
    assert {name: asked(world, name) for name in PERSONAS} == {
        **dict.fromkeys(PERSONAS, 0),
        "focal_point": 1,
        "administrator": 1,
    }
    assert not is_fresh(talk)


def test_one_notice_for_many_services(world: World) -> None:
    for nth in range(4):
        offer(world, f"Talk {nth}", places_free=nth)
    assert ask_for_capacity() == 4
    assert asked(world, "administrator") == 1


def test_who_counts_nothing_is_not_asked(world: World) -> None:
    offer(world, "Talk")
    assert not to_confirm().exists()


def test_a_closed_service_is_not_asked_about(world: World) -> None:
    service = offer(world, "Talk", places_free=1)
    close_service(actor=world["administrator"].actor, service_id=service.pk)
    assert ask_for_capacity() == 0


def test_the_kind_of_service_says_how_long_a_count_is_believed(world: World) -> None:
    made = furnish_directory(world)
    night = next(each for each in made if each.name == "Night desk")
    women = next(each for each in made if each.name == "Women's shelter")
    for service in (night, women):
        age(service, 2)
    assert set(to_confirm()) == {night}


def test_the_mail_and_the_task_carry_no_word_of_it(world: World) -> None:
    offer(world, "Canarytalk", places_free=1)
    ask_for_capacity()
    assert "Canary" not in str([item.__dict__ for item in OutboxItem.objects.all()])


# --- pages ----------------------------------------


def test_the_directory_is_for_those_who_refer_and_those_who_keep_it(world: World, service: Service) -> None:
    for url in ("/services/", reverse("service", args=[service.pk])):
        assert who_sees(world, url) == READERS, url
    assert who_sees(world, "/services/kept/") == {"focal_point", "administrator"}


def test_titles_name_a_kind_of_page(world: World, service: Service) -> None:
    partner = sign_in(world["focal_point"])
    addresses = [
        "/services/",
        "/services/kept/",
        f"/services/{service.pk}/",
        f"/services/{service.pk}/capacity/",
    ]
    assert {title(partner.get(url)) for url in addresses} == {"Hearth: services", "Hearth: service"}


def test_a_list_takes_as_many_queries_for_many_services(world: World) -> None:
    client = sign_in(world["assigned"])
    offer(world, "Talk")
    before = queries(client, "/services/")
    for nth in range(8):
        offer(world, f"Talk {nth}", languages={"nep"}, areas=ITALY, hours=open_on("mon", 9, 17))
    assert queries(client, "/services/") == before


def test_the_filter_finds_by_need_country_language_and_words(world: World) -> None:
    offer(world, "Talk in Nepali", languages={"nep"}, areas=ITALY)
    offer(world, "Talk in French", languages={"fra"}, areas=FRANCE, organisation="Lantern")
    client = sign_in(world["assigned"])
    for query, found in (
        (f"type={NEED}", {"Talk in Nepali", "Talk in French"}),
        ("language=nep", {"Talk in Nepali"}),
        ("country=FRA", {"Talk in French"}),
        ("words=lantern", {"Talk in French"}),
        ("words=talk+nepali", {"Talk in Nepali"}),
        ("country=FRA&language=nep", set()),
    ):
        page = text(client.get(f"/services/?{query}"))
        assert {name for name in ("Talk in Nepali", "Talk in French") if name in page} == found, query
    assert client.get("/services/?type=everything").status_code == 400


def test_the_pages_of_a_list_keep_its_filter(world: World) -> None:
    for nth in range(27):
        offer(world, f"Talk {nth:02}")
    client = sign_in(world["assigned"])
    page = text(client.get(f"/services/?type={NEED}"))
    last = Service.objects.get(name="Talk 24")
    assert f"?after={last.pk}&amp;type={NEED}" in page
    assert "Talk 26" in text(client.get(f"/services/?after={last.pk}&type={NEED}"))


def test_a_confidential_service_shows_no_place(world: World) -> None:
    service = offer(world, "Shelter", confidential=True)
    page = text(sign_in(world["assigned"]).get(reverse("service", args=[service.pk])))
    assert "Confidential: ask the service" in page
    (shown,) = (
        each
        for each in api(world["assigned"]).get("/api/v1/services/").json()["results"]
        if each["name"] == "Shelter"
    )
    assert (shown["facts"]["address"], shown["facts"]["latitude"]) == ("", None)


def test_a_focal_point_confirms_with_one_button_or_says_another_number(
    world: World, service: Service
) -> None:
    confirm_capacity(actor=world["focal_point"].actor, service_id=service.pk, places_free=3)
    age(service, 31)
    ask_for_capacity()
    client = sign_in(world["focal_point"])
    inbox = text(client.get("/inbox/"))
    assert 'href="/services/kept/">' in inbox, "the notice leads there"
    address = reverse("service-capacity", args=[service.pk])
    assert address in inbox
    page = text(client.get(address))
    assert "It is still so" in page
    assert '<input type="hidden" name="places_free" value="3">' in page
    same = {"places_free": "3", "places_total": "", "waiting": "unknown"}
    assert client.post(address, same)["Location"] == "/services/kept/"
    assert address not in text(client.get("/inbox/"))
    assert client.post(address, same | {"places_free": "7", "places_total": "5"}).status_code == 400
    client.post(address, same | {"places_free": "4", "places_total": "5"})
    service.refresh_from_db()
    assert (service.places_free, service.capacity_confirmed_by) == (4, world["focal_point"].user)


# --- the API ----------------------------------------


def test_the_api_lists_facts_and_narrows(world: World, service: Service) -> None:
    change_service(actor=world["focal_point"].actor, service_id=service.pk, facts=FACTS)
    offer(world, "Talk", languages={"fra"})
    client = api(world["assigned"])
    (shown,) = client.get("/api/v1/services/", {"language": "nep", "type": "legal_representation"}).json()[
        "results"
    ]
    assert shown["facts"]["languages"] == ["eng", "nep"]
    assert shown["facts"]["areas"] == [{"country": "ITA", "subdivision": "IT-62", "place": "Rome"}]
    assert shown["facts"]["hours"] == [{"weekday": "mon", "opens": "09:00", "closes": "17:00"}]
    assert shown["capacity"]["confirmed_at"] is None
    assert client.get("/api/v1/services/", {"country": "Italy"}).status_code == 400
    assert client.get("/api/v1/services/", {"colour": "red"}).status_code == 400


def test_the_api_takes_free_places_from_whoever_may_say_them(world: World, service: Service) -> None:
    address = reverse("api-service-capacity", args=[service.pk])
    answer = api(world["focal_point"]).patch(address, {"places_free": 2, "places_total": 4}, format="json")
    assert answer.status_code == 200
    assert answer.json()["fresh"] is True
    assert api(world["administrator"]).patch(address, {"places_free": 2}, format="json").status_code == 403
    assert api(world["assigned"]).patch(address, {"places_free": 2}, format="json").status_code == 404
    assert api(world["focal_point"]).patch(address, {"places_free": -1}, format="json").status_code == 400
