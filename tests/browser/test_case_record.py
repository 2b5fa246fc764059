"""A case as the people around it see it in a browser: who works on it, who decides, and who learns nothing of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Person, fits
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]

People = Callable[..., Person]

TODAY = datetime.now(UTC).date()
PHONE = "+39 333 5550144"
DANGER = "Her brother was seen at the gate"
WISH = "To drive a lorry"
STEP = "Ask the driving school what it costs"
WHY = "Her brother is on his way to the shelter"
_ASKED_WHY = re.compile(r"status of 4(00|09) ")  # Chromium calls such a page a resource that failed to load


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that has just been opened, and whoever opened it."""

    worker: Person
    url: str
    number: str

    @property
    def page(self) -> Page:
        """The worker's window."""
        return self.worker.page


@pytest.fixture
def people(browser: Browser, hearth: Running) -> Iterator[People]:
    """Personas at browsers of their own. None of their pages may complain."""
    made: list[Person] = []

    def person(persona: str, *, locale: str = "en") -> Person:
        made.append(Person(browser, hearth.url, persona, locale=locale))
        return made[-1]

    yield person
    complaints = [each for one in made for each in one.complaints if not _ASKED_WHY.search(each)]
    for one in made:
        one.close()
    assert complaints == []


@pytest.fixture
def case(people: People) -> Opened:
    """A case from a short identification."""
    worker = people("assigned")
    page = worker.page
    go(page, "/identifications/new/", "Record an identification")
    page.get_by_role("group", name="Low or no pay").get_by_label("Present", exact=True).first.check()
    press(page, "Save and see what it comes to", "Not enough recorded to say")
    follow(page, "Open a case", "Open a case")
    press(page, "Open a new case", "Case ")
    number = page.locator("h1 .hearth-number").inner_text()
    return Opened(worker, page.url, number)


def go(page: Page, address: str, heading: str) -> None:
    """Open a page, which has this heading and fits a phone."""
    page.goto(address)
    arrived(page, heading)


def press(page: Page, button: str, heading: str) -> None:
    """Press a button, and come to a page with this heading."""
    with page.expect_event("load"):
        page.get_by_role("button", name=button, exact=True).click()
    arrived(page, heading)


def follow(page: Page, link: str, heading: str) -> None:
    """Follow a link to a page with this heading."""
    with page.expect_event("load"):
        page.get_by_role("link", name=link).first.click()
    arrived(page, heading)


def arrived(page: Page, heading: str) -> None:
    """The page of this heading is there, and fits."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    fits(page)


def day(days: int) -> str:
    """A day from now, as a field takes it."""
    return (TODAY + timedelta(days=days)).isoformat()


def status(person: Person, address: str) -> int:
    """What a person gets at an address; asked beside the page, which would complain of a 404."""
    return person.context.request.get(address).status


def test_whom_a_case_keeps_out_no_longer_finds_it(case: Opened, people: People) -> None:
    page, teammate = case.page, people("teammate")
    go(teammate.page, case.url, case.number)

    go(page, f"{case.url}sections/risk_and_safety/", "Risk and safety plan")
    page.get_by_label("Immediate").check()
    page.get_by_label("in contact with them").check()
    page.get_by_label("Assessed on").fill(day(0))
    page.get_by_label("Look at it again on").fill(day(3))
    press(page, "Save", case.number)
    expect(page.locator("#risk_and_safety")).to_contain_text("Immediate")
    expect(page.locator("#follow-ups")).to_contain_text("Look at the risk again")

    go(page, f"{case.url}entries/alert/new/", "Alert")
    page.get_by_label("Message").fill(DANGER)
    page.get_by_label("Since").fill(day(0))
    press(page, "Save", case.number)
    expect(page.get_by_text(DANGER, exact=True)).to_be_visible()
    go(teammate.page, case.url, case.number)
    expect(teammate.page.get_by_text(DANGER, exact=True)).to_be_visible()

    follow(page, "Keep someone out", "Keep out")
    page.get_by_label("Whom", exact=True).select_option(label="Tomas Lindqvist (Harbour House)")
    page.get_by_label("Reason").fill("A cousin of her brother")
    page.get_by_label("Since").fill(day(0))
    press(page, "Save", case.number)
    expect(page.locator("#safety")).to_contain_text("Tomas Lindqvist")
    go(page, "/cases/", "Cases")
    expect(page.get_by_role("link", name=case.number)).to_be_visible()

    go(teammate.page, "/cases/", "Cases")
    expect(teammate.page.get_by_role("link", name=case.number)).to_have_count(0)
    for person in (teammate, people("stranger")):
        for address in (
            "",
            "sections/risk_and_safety/",
            "entries/alert/",
            "entries/keep_out/new/",
            "safety-plan/",
        ):
            assert status(person, case.url + address) == 404, address


def test_contact_against_the_rules_takes_a_reason(case: Opened, people: People) -> None:
    page = case.page
    go(page, f"{case.url}sections/contact_and_safety/", "Contact and safety")
    page.get_by_label("Phone").fill(PHONE)
    page.get_by_role("group", name="Safe to call").get_by_label("No", exact=True).check()
    press(page, "Save", case.number)
    expect(page.get_by_text(PHONE)).to_have_count(0)

    follow(page, "Get in touch", "Get in touch")
    page.get_by_label("Call", exact=True).check()
    press(page, "Continue", "Get in touch")
    reason = page.get_by_label("Why you do it all the same")
    expect(reason).to_be_visible()
    expect(page.get_by_text(PHONE)).to_have_count(0)
    reason.fill(WHY)
    press(page, "Show it all the same", "Call")
    expect(page.get_by_text(PHONE)).to_be_visible()

    follow(page, "Note what came of it", "Contact")
    page.get_by_label("Kind of contact").select_option(label="Call")
    page.get_by_label("Day", exact=True).fill(day(0))
    page.get_by_label("Survivor").check()
    page.get_by_label("What was said and done").fill("She is on the train")
    press(page, "Save", "Contact")
    page.get_by_label("Why you do it all the same").fill(WHY)
    press(page, "Save", case.number)
    log = page.locator("#contacts")
    expect(log.get_by_role("link", name="Call")).to_be_visible()
    expect(log.get_by_text("Against a rule")).to_have_count(2)
    stranger = people("stranger")
    for address in ("contact/", "entries/contact/", "entries/contact/new/"):
        assert status(stranger, case.url + address) == 404, address


def test_a_plan_is_approved_by_another_than_who_asks(case: Opened, people: People) -> None:
    page, supervisor = case.page, people("supervisor")
    go(page, f"{case.url}sections/needs/", "Needs")
    page.get_by_label("Choice 1").select_option(label="Legal advice")
    press(page, "Save", case.number)
    go(page, f"{case.url}plan/", "Case plan")
    follow(page, "Add a goal", "Goal")
    page.get_by_label("What they want to reach").fill(WISH)
    page.get_by_label("Need", exact=True).select_option(label="Legal advice")
    press(page, "Save", "Case plan")
    follow(page, "Add an action", "Action")
    page.get_by_label("What", exact=True).fill(STEP)
    page.get_by_label("The survivor").check()
    press(page, "Save", "Case plan")
    expect(page.get_by_text(STEP, exact=True)).to_be_visible()
    follow(page, "Ask for approval", "Ask for approval")
    page.get_by_label("What they should know").fill("It is a first plan")
    press(page, "Ask", "Case plan")
    follow(page, "Look", "Case plan")
    approval = page.url
    expect(page.get_by_text("This waits for somebody else")).to_have_count(0)
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()

    decide(supervisor.page, f"Case plan: case {case.number}", "Case plan", case.number)
    go(page, f"{case.url}plan/", "Case plan")
    expect(page.get_by_text("Approved")).to_be_visible()
    stranger = people("stranger")
    for address in (f"{case.url}plan/", f"{case.url}entries/goal/", f"{case.url}approvals/new/", approval):
        assert status(stranger, address) == 404, address


def test_what_is_sent_under_imminent_harm_is_reviewed(case: Opened, people: People) -> None:
    page, supervisor = case.page, people("supervisor")
    go(page, f"{case.url}sections/identity/", "Identity")
    page.get_by_label("Given names").fill("Ottoline")
    press(page, "Save", case.number)
    go(page, f"{case.url}referrals/new/", "Refer to a partner")
    page.get_by_label("Legal advice").check()
    page.get_by_label("Given names").check()
    press(page, "Continue", "Legal advice")
    referral = page.url
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    follow(page, "Share without consent", "Share without consent")
    page.get_by_label("Imminent serious harm").check()
    page.get_by_label("What is shared").fill("Her given name")
    page.get_by_label("Why", exact=True).fill(WHY)
    press(page, "Record the legal basis", "Legal advice")
    press(page, "Send", "Legal advice")
    expect(page.get_by_text("The referral is sent").first).to_be_visible()

    go(page, case.url, case.number)
    follow(page, "Imminent serious harm", "Imminent serious harm")
    approval = page.url
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    decide(
        supervisor.page, f"Imminent serious harm: case {case.number}", "Imminent serious harm", case.number
    )
    stranger = people("stranger")
    for address in (referral, approval, f"{case.url}exceptions/new/", f"{case.url}referrals/new/"):
        assert status(stranger, address) == 404, address


def decide(page: Page, waiting: str, heading: str, number: str) -> None:
    """Approve what waits on the page of today."""
    go(page, "/today/", "Today")
    follow(page, waiting, heading)
    press(page, "Approve", number)
    go(page, "/today/", "Today")
    expect(page.get_by_role("link", name=waiting)).to_have_count(0)


def test_a_case_is_assigned_opened_in_an_emergency_and_handed_over(case: Opened, people: People) -> None:
    supervisor, teammate = people("supervisor"), people("teammate")
    outside, stranger = people("second_team"), people("stranger")
    page = supervisor.page
    go(page, "/caseload/", "Caseload")
    follow(page, "Amina Okello", "Cases")
    follow(page, case.number, case.number)
    follow(page, "Assign to somebody else", "Assign the case")
    page.get_by_label("Caseworker", exact=True).select_option(label="Tomas Lindqvist")
    press(page, "Assign", case.number)
    go(teammate.page, "/today/", "Today")
    expect(teammate.page.get_by_text("A case has been assigned to you").first).to_be_visible()

    assert status(outside, case.url) == 404
    assert status(stranger, "/emergency/") == 404
    go(outside.page, "/caseload/", "Caseload")
    follow(outside.page, "Open a case in an emergency", "emergency")
    outside.page.get_by_label("Case number").fill(case.number)
    outside.page.get_by_label("Why it must be opened now").fill(WHY)
    press(outside.page, "Open it now", case.number)
    for reviewer in (teammate, supervisor):
        go(reviewer.page, "/today/", "Today")
        follow(reviewer.page, f"Emergency access: case {case.number}", "Emergency access")
        expect(reviewer.page.get_by_text(WHY)).to_be_visible()
    press(page, "Approve", case.number)
    assert status(outside, case.url) == 404, "the review ends the access"

    follow(page, "Hand it over to another team", "Hand the case over")
    page.get_by_label("Team", exact=True).select_option(label="Outreach")
    page.get_by_label("What they need to know to decide").fill("Nearer to where she lives now")
    press(page, "Offer it", "Transfer of a case")
    transfer = page.url
    go(outside.page, "/today/", "Today")
    follow(outside.page, "Casework", "Transfer of a case")
    assert outside.page.url == transfer
    press(outside.page, "Accept", case.number)
    assert status(supervisor, case.url) == 404
    for address in (case.url, transfer, f"{case.url}assign/", f"{case.url}transfer/"):
        assert status(stranger, address) == 404, address


@pytest.mark.parametrize(("locale", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_page_of_a_case_fits_in_both_directions(
    case: Opened, people: People, locale: str, direction: str
) -> None:
    person = people("teammate", locale=locale)
    for width in (390, 1280):
        person.page.set_viewport_size({"width": width, "height": 844})
        go(person.page, case.url, case.number)
        root = person.page.locator("html")
        expect(root).to_have_attribute("lang", locale)
        expect(root).to_have_attribute("dir", direction)
        for link in person.page.locator(".hearth-nav--page a").all():
            target = link.get_attribute("href")
            assert target is not None
            assert re.fullmatch("#[a-z-]+", target)
            expect(person.page.locator(target)).to_be_visible()
