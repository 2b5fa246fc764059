"""The operations page in Chromium, on a phone and without JavaScript: dead work is tried again and given up."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Person, fits
from tests.running import Running, until

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]

DEAD = """
from uuid import uuid4
from django.utils import timezone
from core.models import OutboxItem
now = timezone.now()
for kind in ("core.notify", "core.nobody_does_this"):
    OutboxItem.objects.create(
        kind=kind, subject=uuid4(), run_at=now, dead_at=now, attempts=8, error="SMTPServerDisconnected"
    )
"""


def test_dead_work_is_tried_again_or_given_up_on_a_phone_without_javascript(
    browser: Browser, hearth: Running, tmp_path: Path
) -> None:
    hearth.python(DEAD)
    someone = Person(browser, hearth.url, "administrator", locale="en")
    context = browser.new_context(
        base_url=hearth.url,
        viewport={"width": 390, "height": 844},
        java_script_enabled=False,
        storage_state=someone.context.storage_state(),
    )
    page = context.new_page()

    page.goto("/people/")
    page.get_by_role("link", name="Operations").click()
    expect(page.get_by_text("2 pieces of work have failed too often and wait for you.")).to_be_visible()
    assert page.get_by_text("Running", exact=True).count() == 2
    until(lambda: "Never yet" not in _row(page.content(), "core.relay"), "the relay's first run")

    page.get_by_role("link", name="Look at what failed").click()
    page.get_by_role("link", name="core.notify").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It will be tried again within seconds.")).to_be_visible()

    page.get_by_role("link", name="core.nobody_does_this").click()
    page.get_by_role("link", name="Give it up").click()
    page.get_by_role("button", name="Give it up").click()
    expect(page.get_by_role("link", name="This field is required.")).to_be_visible()
    page.get_by_label("It can never succeed").check()
    page.get_by_role("button", name="Give it up").click()
    expect(page.get_by_text("Nothing has failed")).to_be_visible()
    context.close()

    # A person without a notice: the work is done with nothing to tell.
    left = "from core.models import OutboxItem; print(OutboxItem.objects.filter(done_at=None).count())"
    until(lambda: hearth.python(left) == "0", "the work tried again")
    hearth.python(DEAD)
    found = hearth.python(
        "from core.models import OutboxItem as O; print(O.objects.filter(done_at=None)[0].pk)"
    )
    for address in (
        "/operations/",
        "/operations/dead/",
        f"/operations/dead/{found}/",
        f"/operations/dead/{found}/discard/",
    ):
        someone.page.goto(address)
        fits(someone.page)
    assert someone.complaints == []
    someone.close()


def _row(content: str, task: str) -> str:
    after = content.partition(task)[2]
    return after.partition("</tr>")[0]
