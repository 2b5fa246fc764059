"""An identification on a phone: how many taps and bytes it takes, in two languages, and what a broken line costs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect

from casework.instruments import instrument
from tests.browser.conftest import PASSWORD, fits
from tests.running import Running, until

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]

MOST_TAPS = 12
FIRST_PAGE, NEXT_PAGE = 100_000, 15_000  # bytes over the wire, headers included
START = 'form[action="/identifications/rapid/"] button'
ON = "main form button:not([disabled])"
FIRST_ANSWER = "answers.raft_scared_unsafe"


class Phone:
    """A caseworker's phone. Everything is found by the names of its fields, whatever the language; taps are counted."""

    def __init__(
        self, browser: Browser, url: str, *, language: str = "en", persona: str = "assigned"
    ) -> None:
        self.context = browser.new_context(
            base_url=url,
            locale=language,
            viewport={"width": 360, "height": 740},
            has_touch=True,
            is_mobile=True,
        )
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.email = f"{persona}@hearth.example"
        self.taps = 0
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def tap(self, selector: str) -> None:
        """Press a button, or choose an answer."""
        self.page.locator(selector).first.tap()
        self.taps += 1

    def go_on(self, button: str = ON) -> None:
        """Press a button, and look at the page that follows."""
        before = self.page.url
        self.tap(button)
        self.page.wait_for_url(lambda address: address != before)
        self.looks_right()

    def looks_right(self) -> None:
        """Nothing lies outside of the screen, and a thumb can hit every answer."""
        fits(self.page)
        heights = self.page.eval_on_selector_all(
            ".hearth-ask label", "all => all.map(each => each.getBoundingClientRect().height)"
        )
        assert all(height >= 44 for height in heights), heights

    def answer(self, name: str, value: str) -> None:
        """Choose one answer of a question."""
        self.tap(f'label:has(input[name="{name}"][value="{value}"])')

    def sign_in(self) -> None:
        self.page.goto("/sign-in/")
        self.page.locator("[name=email]").fill(self.email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.go_on(ON)

    def sign_out(self) -> None:
        self.page.locator('form[action="/sign-out/"] button').tap()
        self.page.wait_for_url("**/sign-in/")

    def begin(self) -> None:
        """Up to the first question: alone, limits explained, agreed, nothing urgent."""
        self.answer("alone", "yes")
        self.tap("label:has([name=limits_explained])")
        self.go_on("[name=consented][value=yes]")
        self.go_on("[name=none]")

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def phone(browser: Browser, hearth: Running) -> Iterator[Phone]:
    made = Phone(browser, hearth.url)
    yield made
    made.close()


@contextmanager
def bytes_over_the_wire(phone: Phone) -> Iterator[list[int]]:
    """What Chromium counts as received, headers included; a list of one number, filled at the end."""
    session = phone.context.new_cdp_session(phone.page)
    session.send("Network.enable")
    received: list[int] = []
    session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    total: list[int] = []
    yield total
    phone.page.wait_for_load_state("networkidle")
    total.append(sum(received))
    session.detach()


def test_a_screening_takes_few_taps_from_sign_in_to_its_outcome(phone: Phone) -> None:
    phone.sign_in()
    phone.go_on(START)
    phone.begin()
    for question in instrument("raft").indicators:
        phone.answer(
            f"answers.{question.id}", "present" if question.id == "raft_tricked_forced" else "absent"
        )
    phone.go_on()
    phone.go_on()
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("Positive screen")
    assert "/identifications/" in phone.page.url
    assert phone.taps <= MOST_TAPS, f"{phone.taps} taps"
    assert phone.complaints == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_are_light(browser: Browser, hearth: Running, language: str) -> None:
    phone = Phone(browser, hearth.url, language=language)
    weights: dict[str, int] = {}

    @contextmanager
    def weighed(name: str) -> Iterator[None]:
        with bytes_over_the_wire(phone) as total:
            yield
        weights[name] = total[0]

    with weighed("sign-in, nothing cached"):
        phone.page.goto("/sign-in/")
    phone.page.locator("[name=email]").fill(phone.email)
    phone.page.locator("[name=password]").fill(PASSWORD)
    with weighed("today"):
        phone.go_on(ON)
    with weighed("before"):
        phone.go_on(START)
    phone.answer("alone", "yes")
    phone.tap("label:has([name=limits_explained])")
    with weighed("urgent"):
        phone.go_on("[name=consented][value=yes]")
    for name, button in (("questions", "[name=none]"), ("last", ON), ("outcome", ON)):
        with weighed(name):
            phone.go_on(button)
    phone.page.goto("/identifications/new/?instrument=ilo-adult-labour")
    phone.go_on(START)
    phone.begin()
    for number in range(1, 10):
        with weighed(f"the labour set, screen {number} after the age"):
            phone.go_on()
    assert "/identifications/" in phone.page.url
    phone.close()
    first = weights.pop("sign-in, nothing cached")
    assert first <= FIRST_PAGE
    assert {name: weight for name, weight in weights.items() if weight > NEXT_PAGE} == {}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_fits_a_small_phone_in_two_languages(browser: Browser, hearth: Running, language: str) -> None:
    phone = Phone(browser, hearth.url, language=language)
    phone.sign_in()
    phone.go_on(START)
    root = phone.page.locator("html")
    expect(root).to_have_attribute("lang", language)
    expect(root).to_have_attribute("dir", "ltr")
    phone.begin()
    label = instrument("raft").by_id["raft_scared_unsafe"].label.in_language(language)
    expect(phone.page.get_by_text(label)).to_be_visible()
    phone.answer(FIRST_ANSWER, "declined")
    phone.go_on()
    phone.page.locator("[name=age]").fill("16")
    phone.tap(ON)
    expect(phone.page.locator("#id_gate_reason_error")).to_be_visible()
    phone.looks_right()
    phone.go_on("[name=use]")
    expect(phone.page.locator("[name=guardian]")).to_be_visible()
    while "/drafts/" in phone.page.url:
        phone.go_on()
    phone.close()


def test_a_child_is_asked_as_a_child(phone: Phone) -> None:
    phone.sign_in()
    phone.page.goto("/identifications/new/")
    phone.go_on(START)
    phone.begin()
    phone.page.locator("[name=age]").fill("15")
    phone.go_on()
    expect(phone.page.get_by_text(str(instrument("ilo-child-labour").title))).to_be_visible()
    phone.answer("accompaniment", "unaccompanied")
    phone.go_on()
    phone.answer("answers.dr_wages_earnings", "present")
    phone.go_on()
    while "/drafts/" in phone.page.url:
        phone.go_on()
    expect(phone.page.get_by_text("Without any adult who is responsible for them")).to_be_visible()
    phone.page.goto("/today/")
    expect(phone.page.get_by_text("Best interests assessment").first).to_be_visible()


def test_what_is_urgent_comes_first(phone: Phone) -> None:
    phone.sign_in()
    phone.go_on(START)
    phone.answer("alone", "yes")
    phone.tap("label:has([name=limits_explained])")
    phone.go_on("[name=consented][value=yes]")
    phone.answer("concerns", "suicidal")
    phone.go_on(f"{ON}:not([name=none])")
    assert phone.page.url.endswith("/now/")
    expect(phone.page.get_by_text(re.compile("Don.t leave the person alone"))).to_be_visible()
    phone.go_on("main form a[href$='/stop/']")
    phone.go_on("[name=keep]")
    assert phone.page.url.endswith("/today/")
    expect(phone.page.get_by_role("heading", level=2).first).to_have_text("Urgent")


def test_a_draft_is_resumed_after_sign_out(phone: Phone) -> None:
    phone.sign_in()
    phone.go_on(START)
    phone.begin()
    phone.answer(FIRST_ANSWER, "present")
    phone.go_on()
    draft = phone.page.url.rsplit("/", 2)[0]
    phone.sign_out()
    phone.page.goto(draft + "/")
    assert "/sign-in/" in phone.page.url, "a draft opens for nobody who is not signed in"
    phone.sign_in()
    phone.page.locator(f'a[href="{draft.removeprefix(phone.page.url.split("/today")[0])}/"]').tap()
    phone.page.wait_for_url("**/last/")
    phone.page.goto(f"{draft}/questions-1/")
    expect(phone.page.locator(f'[name="{FIRST_ANSWER}"][value=present]')).to_be_checked()


def test_a_broken_line_costs_at_most_the_screen_being_filled(phone: Phone, hearth: Running) -> None:
    phone.sign_in()
    phone.go_on(START)
    phone.begin()
    phone.answer(FIRST_ANSWER, "present")
    phone.go_on()
    address = phone.page.url
    phone.page.locator("[name=notes]").fill("Lost with the line")
    hearth.kill("web")
    with phone.page.expect_event("requestfailed") as failed:
        phone.tap(ON)
    # refused, or cut off where Chromium still held a connection from before
    assert failed.value.failure in {"net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_RESET"}
    hearth.start("web")
    until(lambda: hearth.health()[0] == 200, "web again")
    phone.page.goto(address.rsplit("/", 2)[0] + "/")
    assert phone.page.url == address, "it goes on at the screen that was being filled"
    expect(phone.page.locator("[name=notes]")).to_have_value("")
    phone.page.goto(address.replace("/last/", "/questions-1/"))
    expect(phone.page.locator(f'[name="{FIRST_ANSWER}"][value=present]')).to_be_checked()
    phone.go_on()
    phone.go_on()
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("Positive screen")
