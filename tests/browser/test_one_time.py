"""A packet that is opened once, in Chromium: the page derives what the server does, and nothing stays behind."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Person
from tests.running import Running
from tests.scanner import scan

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]

NAME = "Quillonette"
WRONG = "acorn album alpine amber anchor angle"
_CLINIC = """
from core.models import Organisation
from referrals.models import Service
organisation = Organisation.objects.create(name="Lantern Street Clinic")
for name in ("Check-up", "Bandages", "Spectacles", "Dentist"):
    Service.objects.create(organisation=organisation, name=name, type="medical_general")
"""


class Sender(Person):
    """The caseworker, with a case whose survivor has agreed to the clinic."""

    def prepare(self) -> str:
        page = self.page
        page.goto("/identifications/new/")
        page.get_by_role("group", name="Low or no pay").get_by_label("Present", exact=True).first.check()
        self.press("Save and see what it comes to")
        page.get_by_role("link", name="Open a case").click()
        self.press("Open a new case")
        case = page.url
        page.goto(f"{case}sections/identity/")
        page.get_by_label(re.compile("^Given name")).first.fill(NAME)
        self.press("Save")
        page.goto(f"{case}consents/new/")
        page.get_by_label("Share with a partner organisation").check()
        page.get_by_label("Shared with").select_option(label="Lantern Street Clinic")
        page.get_by_label("What was explained").fill("All of it")
        page.get_by_label("Language it was explained in").select_option(label="English")
        page.get_by_label("Orally, before a witness").check()
        page.locator("[name=witness]").fill("A colleague")
        self.press("Record the consent")
        return case

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def send(self, case: str, service: str) -> tuple[str, str, str]:
        """The referral's address, the link and the passphrase."""
        page = self.page
        page.goto(f"{case}referrals/new/")
        page.get_by_label(service).check()
        page.get_by_label("Given name").check()
        self.press("Continue")
        referral = page.url
        page.goto(f"{referral}link/")
        self.press("Make the link")
        return referral, page.locator("#link").inner_text(), page.locator("#passphrase").inner_text()


class Stranger:
    """Somebody with a browser of their own and no account."""

    def __init__(self, browser: Browser, locale: str = "en") -> None:
        self.context: BrowserContext = browser.new_context(
            locale=locale, viewport={"width": 390, "height": 844}
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(f"{request.url} {request.post_data or ''}"))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if "Security" in said.text else None
        )

    def open(self, passphrase: str) -> None:
        self.page.get_by_label("Passphrase").fill(passphrase)
        self.page.get_by_role("button", name="Open it now").click()


@pytest.fixture(scope="module")
def sender(browser: Browser, hearth: Running) -> Sender:
    hearth.python(_CLINIC)
    return Sender(browser, hearth.url, "assigned")


@pytest.fixture(scope="module")
def case(sender: Sender) -> str:
    return sender.prepare()


def test_it_opens_by_the_button_with_the_right_words_once(
    browser: Browser, hearth: Running, sender: Sender, case: str
) -> None:
    referral, link, passphrase = sender.send(case, "Check-up")
    fragment = link.partition("#")[2]
    someone = Stranger(browser)
    someone.page.goto(link)
    assert "#" not in someone.page.url
    assert someone.page.title() == "Hearth"
    someone.open(WRONG)
    expect(someone.page.get_by_text("These words are not right")).to_contain_text("4")
    someone.open(passphrase.upper())
    expect(someone.page.get_by_text(NAME)).to_be_visible()
    assert someone.page.title() == "Hearth"
    assert someone.page.evaluate("[localStorage.length, sessionStorage.length, history.length]")[:2] == [0, 0]

    # Neither the fragment nor the words have left the browser.
    sent = " ".join(someone.asked)
    assert fragment not in sent
    for between in (" ", "+", "%20", "-"):
        assert between.join(passphrase.split()) not in sent.lower()

    someone.page.get_by_label("We decline").check()
    someone.page.get_by_label("Why you decline").select_option(label="No place free")
    someone.page.get_by_role("button", name="Send").click()
    expect(someone.page.get_by_text("Your answer is sent.")).to_be_visible()

    # Back and forward, a second time, and for somebody else: nothing.
    someone.page.goto(f"{hearth.url}/sign-in/")
    someone.page.go_back()
    assert NAME not in someone.page.content()
    for again in (someone, Stranger(browser)):
        again.page.goto("about:blank")
        response = again.page.goto(link)
        assert response is not None
        assert response.status == 404
        expect(again.page.get_by_text("It was opened before, has ended, or never was here.")).to_be_visible()

    sender.page.goto(referral)
    expect(sender.page.get_by_text("No place free")).to_be_visible()
    assert someone.complaints == []
    assert scan(hearth.places(), [passphrase, fragment, NAME]) == []


def test_half_a_link_opens_nothing_and_a_preview_destroys_nothing(
    browser: Browser, sender: Sender, case: str
) -> None:
    _referral, link, passphrase = sender.send(case, "Bandages")
    someone = Stranger(browser)
    for _preview in range(2):
        someone.page.goto(link.partition("#")[0])
        expect(someone.page.get_by_text("The link is not whole")).to_be_visible()
    whole = Stranger(browser)
    whole.page.goto(link)
    whole.open(passphrase)
    expect(whole.page.get_by_text(NAME)).to_be_visible()


def test_of_two_browsers_at_once_exactly_one_gets_it(browser: Browser, sender: Sender, case: str) -> None:
    _referral, link, passphrase = sender.send(case, "Spectacles")
    both = [Stranger(browser) for _each in range(2)]
    for each in both:
        each.page.goto(link)
        each.page.get_by_label("Passphrase").fill(passphrase)
    for each in both:  # neither waits for the other's answer
        each.page.evaluate("document.querySelector('[data-part=ask] form').requestSubmit()")
    for each in both:
        each.page.locator("[data-part=opened]:not([hidden]), [data-part=gone]:not([hidden])").wait_for()
    shown = [NAME in each.page.content() for each in both]
    assert sorted(shown) == [False, True]


def test_after_it_was_taken_back_an_open_page_opens_nothing(
    browser: Browser, sender: Sender, case: str
) -> None:
    referral, link, passphrase = sender.send(case, "Dentist")
    someone = Stranger(browser, locale="ar")
    someone.page.goto(link)
    sender.page.goto(f"{referral}withdraw/")
    sender.press("Withdraw")
    expect(sender.page.get_by_text("Never: it was destroyed before.")).to_be_visible()
    someone.page.locator("[name=words]").fill(passphrase)
    someone.page.locator("[data-part=ask] form button").click()
    expect(someone.page.locator("[data-part=gone]")).to_be_visible()
    assert NAME not in someone.page.content()
