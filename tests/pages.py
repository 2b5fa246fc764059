"""What the tests of the pages share."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.demo import World
from tests.conftest import PERSONAS, sign_in

CASEWORK = {"assigned", "teammate", "supervisor"}
PLANTED = ("Linnet", "Canarygiven", "Canarynarrative", "5550147", "marigold")


def text(response: Any) -> str:
    """The page as a string."""
    return str(response.content.decode())


def title(response: Any) -> str:
    """What a browser's tab shows."""
    found = re.search(r"<title>(.*?)</title>", text(response), re.DOTALL)
    assert found, "the page has no title"
    return found[1].strip()


def who_sees(world: World, url: str) -> set[str]:
    """The personas who get the page; everyone else must get a 404, and none of the survivor's words."""
    seen = set()
    for name in PERSONAS:
        response = sign_in(world[name]).get(url)
        assert response.status_code in (200, 404), f"{name} gets {response.status_code} for {url}"
        if response.status_code == 200:
            seen.add(name)
        else:
            assert not any(word in text(response) for word in PLANTED)
    assert Client().get(url).status_code == 302, "someone who has not signed in is sent to sign-in"
    return seen


def queries(client: Client, url: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
