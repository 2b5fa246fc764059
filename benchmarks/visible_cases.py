"""A page of the cases that one may see, among many."""

import random
import uuid
from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice

from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.db.models import Model
from guardian.shortcuts import get_objects_for_user

from benchmarks.harness import Result, compare
from benchmarks.models import PlainListed
from casework.models import Case
from casework.selectors import cases_of
from core.actor import Actor, Keyring
from core.models import (
    PERMISSIONS,
    Grant,
    Kind,
    Level,
    Membership,
    Organisation,
    Role,
    SealedObject,
    Team,
    TeamPermission,
    User,
    UserPermission,
)
from core.paging import PAGE_SIZE, rows_beside

CASES, TEAMS, A_TEAM, OWN = 200_000, 250, 2, 20
"""Each team has 800 cases and two people, each of whom was granted twenty other cases besides: 500 people."""

_MAIL = "@many.example"
_LIMIT = PAGE_SIZE + 1


def measure(rounds: int = 200) -> Iterator[Result]:
    """Fifty rows as objects, from the person on: the first page, and one that begins at a row of the list."""
    _fill()
    chosen = random.Random(4)
    people = chosen.sample(list(User.objects.filter(email__endswith=_MAIL)), 40)
    actors = cycle([_actor(person) for person in people])
    ours = cycle([(actor, str(cases_of(actor)[nth * 18].pk)) for nth, actor in enumerate(islice(actors, 40))])
    in_order = PlainListed.objects.order_by("-sort_key")
    plain = cycle([str(in_order[nth * 4999].pk) for nth in range(40)])

    def first() -> int:
        return len(rows_beside(cases_of(next(actors)), _LIMIT))

    def any_page() -> int:
        actor, row_id = next(ours)
        return len(rows_beside(cases_of(actor), _LIMIT, row_id))

    def guardian() -> int:
        allowed = get_objects_for_user(next(actors).user, "core.open_sealedobject", SealedObject)
        rows = Case.objects.filter(object__in=allowed).select_related("assigned_to", "team__organisation")
        return len(rows.order_by("-object__sort_key", "-pk")[:_LIMIT])

    for page in (first, any_page, _plain, guardian):
        assert page() == _LIMIT
    what, everyone = f"A page of 50 visible cases of {CASES:,}", "everyone's cases, not sealed"
    yield compare(what, first, everyone, _plain, rounds=rounds, at_most=1.5)
    yield compare("... any page", any_page, everyone, lambda: _plain(next(plain)), rounds=rounds, at_most=1.5)
    other = "guardian's get_objects_for_user"
    yield compare("... the first page", first, other, guardian, rounds=40, at_most=1 / 8)


def _plain(row_id: str = "") -> int:
    rows = PlainListed.objects.select_related("assigned_to", "team__organisation")
    if row_id:
        table, key = PlainListed._meta.db_table, PlainListed._meta.pk
        sort_key, pk = PlainListed.objects.values_list("sort_key", "pk").get(pk=row_id)
        rows = rows.extra(  # row values
            where=[f"({table}.sort_key, {table}.id) < (%s, %s)"],
            params=[sort_key, key.get_db_prep_value(pk, connection)],
        )
    return len(rows.order_by("-sort_key", "-pk")[:_LIMIT])


def _actor(person: User) -> Actor:
    """What a list needs of an Actor: it opens nothing."""
    memberships = tuple(person.memberships.select_related("team__organisation"))
    return Actor(user=person, memberships=memberships, keyring=Keyring(b"", ()))


def _fill() -> None:
    """The rows that granting writes, sealed bytes made up; then what the database notes about its tables."""
    with transaction.atomic():
        people = _people()
        _list(people)
        _copy(SealedObject, id="id", kind="'case'", key_version="1", sort_key="sort_key", rekey_due="urgent")
        same = {
            name: name for name in ("number", "team_id", "assigned_to_id", "state", "urgent", "opened_on")
        }
        _copy(Case, object_id="id", **same, manifest=_bytes(300))
        _grant(people)
    if connection.vendor == "postgresql":  # as its autovacuum does by itself
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _people() -> list[User]:
    """The members of each team one after the other; Django's and guardian's groups hold them too."""
    organisation = Organisation.objects.create(name="Many teams")
    groups = Group.objects.bulk_create(Group(name=f"team {nth}") for nth in range(TEAMS))
    teams = Team.objects.bulk_create(
        Team(organisation=organisation, name=group.name, group=group) for group in groups
    )
    people = User.objects.bulk_create(
        User(email=f"{nth}{_MAIL}", name=f"Person {nth}", organisation=organisation)
        for nth in range(TEAMS * A_TEAM)
    )
    seats = [(person, teams[nth // A_TEAM]) for nth, person in enumerate(people)]
    Membership.objects.bulk_create(
        Membership(
            user=person,
            team=team,
            role=Role.CASEWORKER,
            team_key_version=1,
            user_key_version=1,
            sealed_team_key=b"",
            tag=b"",
        )
        for person, team in seats
    )
    User.groups.through.objects.bulk_create(
        User.groups.through(user=person, group=team.group) for person, team in seats
    )
    return people


def _list(people: list[User]) -> None:
    """Cases in random order, as many for each person as for any other."""
    chosen = random.Random(4)
    teams = {seat.user_id: seat.team_id for seat in Membership.objects.filter(user__in=people)}
    dealt = [people[nth % len(people)].pk for nth in range(CASES)]
    chosen.shuffle(dealt)
    PlainListed.objects.bulk_create(
        (
            PlainListed(
                id=uuid.UUID(int=chosen.getrandbits(128), version=4),
                sort_key=1_767_225_600_000 + nth * 60_000,
                number=f"M{nth:010}",
                team_id=teams[person],
                assigned_to_id=person,
                state=Case.State.OPEN,
                urgent=False,
                opened_on=date(2026, 1, 1),
            )
            for nth, person in enumerate(dealt)
        ),
        batch_size=5000,
    )


def _grant(people: list[User]) -> None:
    fixed = {"kind": "'case'", "level": "'write'", "key_version": "1", "recipient_key_version": "1"}
    bits = {"active": "urgent = urgent", "sealed": _bytes(90), "tag": _bytes(32)}
    _copy(Grant, id="id", object_id="id", sort_key="sort_key", team_id="team_id", **fixed, **bits)
    permissions = Permission.objects.filter(codename__in=PERMISSIONS[Level.WRITE])
    for permission in permissions:
        group = f"(SELECT group_id FROM {Team._meta.db_table} t WHERE t.id = team_id)"
        _copy(TeamPermission, permission_id=str(permission.pk), content_object_id="id", group_id=group)
    objects = list(SealedObject.objects.filter(kind=Kind.CASE).order_by("id")[: len(people) * OWN])
    own = [(person, each) for nth, person in enumerate(people) for each in objects[nth :: len(people)]]
    Grant.objects.bulk_create(
        Grant(
            object=each,
            kind=each.kind,
            sort_key=each.sort_key,
            user=person,
            level=Level.WRITE,
            key_version=1,
            recipient_key_version=1,
            sealed=b"s" * 90,
            tag=b"t" * 32,
        )
        for person, each in own
    )
    UserPermission.objects.bulk_create(
        UserPermission(permission=permission, user=person, content_object=each)
        for permission in permissions
        for person, each in own
    )


def _bytes(length: int) -> str:
    filler = "53" * length
    return f"'\\x{filler}'::bytea" if connection.vendor == "postgresql" else f"x'{filler}'"


def _copy(model: type[Model], **columns: str) -> None:
    """A row for each listed case, by the database itself. `columns` are SQL of this module."""
    names, values = ", ".join(columns), ", ".join(columns.values())
    source = PlainListed._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {source}")
