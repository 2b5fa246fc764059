"""The public directory: for anybody, in the specification's shape, and never more than a page of it."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from core.models import AuditEvent
from referrals.api import hsds
from referrals.hsds import reading
from tests.answers import at_fault, problem
from tests.referrals.directories import EXAMPLES, bring_in, located, organization, read, service, uid, write

pytestmark = pytest.mark.django_db
SERVICES = "/api/v1/hsds/services/"
ORGANIZATIONS = "/api/v1/hsds/organizations/"


def get(path: str, **query: object) -> Any:
    response = APIClient().get(path, query)
    assert response.status_code == 200, response.content
    return response.json()


def many(folder: Path, count: int) -> Path:
    return write(
        folder, organization=[organization()], service=[service(f"s{number}") for number in range(count)]
    )


def test_it_begins_with_its_version() -> None:
    assert get("/api/v1/hsds/")["version"] == "3.0"


@pytest.mark.parametrize(
    ("document", "address"), [("service_full.json", SERVICES), ("organization_full.json", ORGANIZATIONS)]
)
def test_one_has_all_that_hangs_on_it(document: str, address: str) -> None:
    bring_in(EXAMPLES / document)
    expected = read(EXAMPLES / document)
    assert get(f"{address}{expected['id']}/") == expected


def test_a_list_is_paged_in_the_specifications_shape(tmp_path: Path) -> None:
    bring_in(many(tmp_path / "in", 5))
    first, last = get(SERVICES, per_page=2), get(SERVICES, per_page=2, page=3)
    assert {name: first[name] for name in first if name != "contents"} == {
        "total_items": 5,
        "total_pages": 3,
        "page_number": 1,
        "size": 2,
        "first_page": True,
        "last_page": False,
        "empty": False,
    }
    assert (last["size"], last["first_page"], last["last_page"]) == (1, False, True)
    middle = get(SERVICES, per_page=2, page=2)
    ids = [each["id"] for page in (first, middle, last) for each in page["contents"]]
    assert sorted(ids) == sorted(uid(f"s{number}") for number in range(5))


def test_an_empty_directory_is_a_page_as_well() -> None:
    page = get(SERVICES)
    assert (page["total_items"], page["total_pages"], page["empty"], page["last_page"]) == (0, 0, True, True)


@pytest.mark.parametrize("query", [{"page": 0}, {"page": "x"}, {"per_page": 101}, {"page": 50_000}])
def test_a_page_that_can_not_be(query: dict[str, object]) -> None:
    assert at_fault(APIClient().get(SERVICES, query)) <= {"page", "per_page"}


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed"])
def test_only_active_services_are_in_it(tmp_path: Path, status: str) -> None:
    path = write(
        tmp_path / "in", organization=[organization()], service=[service(), service("closed", status=status)]
    )
    bring_in(path)
    assert [each["id"] for each in get(SERVICES)["contents"]] == [uid("advice")]
    problem(APIClient().get(f"{SERVICES}{uid('closed')}/"), 404, "not_found")
    assert [each["id"] for each in get(f"{ORGANIZATIONS}{uid('org')}/")["services"]] == [uid("advice")]


def test_what_is_gone_is_gone(tmp_path: Path) -> None:
    bring_in(many(tmp_path / "in", 2))
    bring_in(many(tmp_path / "less", 1), remove_missing=True)
    problem(APIClient().get(f"{SERVICES}{uid('s1')}/"), 404, "not_found")


def test_a_refusal_writes_nothing() -> None:
    """Else anybody could fill the audit trail."""
    problem(APIClient().get(f"{SERVICES}{uid('nobody')}/"), 404, "not_found")
    assert not AuditEvent.objects.exists()


def test_it_can_be_switched_off(settings: Any) -> None:
    bring_in(EXAMPLES)
    settings.PUBLISH_DIRECTORY = False
    for path in ("/api/v1/hsds/", SERVICES, ORGANIZATIONS, f"{SERVICES}{uid('x')}/"):
        problem(APIClient().get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_for_reading(method: str) -> None:
    assert getattr(APIClient(), method)(SERVICES).status_code == 405


def test_who_asks_too_often_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hsds.DirectoryThrottle, "THROTTLE_RATES", {"directory": "2/min"})
    answers = [
        APIClient().get(SERVICES, REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=str(n)) for n in range(3)
    ]
    assert [each.status_code for each in answers] == [200, 200, 429]
    problem(answers[-1], 429, "throttled")
    assert APIClient().get(SERVICES, REMOTE_ADDR="192.0.2.8").status_code == 200


def test_whose_request_it_was_does_not_stand_in_the_cache() -> None:
    asked = APIRequestFactory().get(SERVICES, REMOTE_ADDR="192.0.2.7")
    key = hsds.DirectoryThrottle().get_cache_key(Request(asked), hsds.Version())
    assert key.startswith("rate:directory:")
    assert "192.0.2" not in key


def queries(path: str) -> int:
    get(path)  # what is counted once a minute has been counted
    with CaptureQueriesContext(connection) as captured:
        get(path)
    return len(captured)


def test_no_query_grows_with_what_is_shown(tmp_path: Path) -> None:
    counts = []
    for number in (1, 12):
        names = [f"n{number} {each}" for each in range(number)]
        rows: dict[str, list[Any]] = {}
        for name in names:
            for table, of_it in located(name, f"at {name}").items():
                rows.setdefault(table, []).extend(of_it)
        path = write(
            tmp_path / str(number),
            organization=[organization(f"org{number}")],
            service=[service(name, of=f"org{number}") for name in names],
            **rows,
        )
        bring_in(path)
        counts.append(
            (queries(SERVICES), queries(ORGANIZATIONS), queries(f"{ORGANIZATIONS}{uid(f'org{number}')}/"))
        )
    assert counts[0] == counts[1]


def test_one_that_has_too_much_hanging_on_it_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_FOR_ANYBODY", 5)
    bring_in(many(tmp_path / "in", 20))
    assert len(get(f"{ORGANIZATIONS}{uid('org')}/")["services"]) == 4
