"""A referral as both sides meet it in a browser: found, sent, talked over, answered, ended; and places asked for."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person, fits
from tests.browser.test_case_record import (
    Opened,
    People,
    arrived,
    case,  # noqa: F401  a fixture, as `people`
    day,
    follow,
    go,
    people,  # noqa: F401
    press,
    status,
)
from tests.browser.test_documents_and_endings import add
from tests.files import photo
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]

CALLED, GIVEN = "Wrenna", "Quillabelle"
NOTE, MORE = "The wages are the matter", "The papers are with her now"
QUESTION, ANSWER = "Does she have a permit of residence", "She will bring it along"
ACCEPTED, MEET = "Ask for the blue door", "At the fountain behind the court"
SEEN, DONE = "Nobody was at the fountain", "The letter to the employer is written"
WHY_NOT = "Every bed is taken until Sunday"
PARTNER, LEGAL, DESK, ROOMS = "Open Door Legal Aid", "Legal advice", "Night desk", "Quiet rooms"
_ROOMS = f"""
from core.models import Team
from referrals.models import Service
team = Team.objects.get(organisation__name="{PARTNER}")
rooms = Service.objects.create(
    organisation=team.organisation, team=team, name="{ROOMS}", type="shelter_emergency"
)
rooms.codes.create(kind="need", code="shelter_emergency")
"""


@pytest.fixture(scope="module", autouse=True)
def rooms(hearth: Running) -> None:
    """A second service of the partner's for the same need as its night desk."""
    hearth.python(_ROOMS)


@pytest.fixture
def partner(people: People) -> Person:  # noqa: F811
    """The focal point."""
    return people("focal_point")


def in_short(case: Opened, needs: tuple[str, ...]) -> None:  # noqa: F811
    """What is known of somebody, in a few words."""
    page = case.page
    go(page, f"{case.url}sections/identity/", "Identity")
    page.get_by_label("Chosen name").fill(CALLED)
    page.get_by_label("Given names").fill(GIVEN)
    page.get_by_label("First language").select_option(label="Tagalog")
    press(page, "Save", case.number)
    go(page, f"{case.url}sections/needs/", "Needs")
    for number, need in enumerate(needs, 1):
        page.get_by_label(f"Choice {number}").select_option(label=need)
    press(page, "Save", case.number)


def chosen(case: Opened, need: str, service: str) -> None:  # noqa: F811
    """From the case to the form of a referral, by way of the services that fit a need."""
    page = case.page
    go(page, case.url, case.number)
    page.locator("#referrals").get_by_role("link", name="Find a service").click()
    arrived(page, "Find a service")
    follow(page, need, "Find a service")
    refer(page, service)


def refer(page: Page, service: str) -> None:
    """Choose one of the services that fit, each of which has its reasons."""
    listed = page.locator("#fits > ul > li").filter(has=page.get_by_role("link", name=service, exact=True))
    expect(listed.locator("ul li").first).to_be_visible()
    listed.get_by_role("link", name="Refer").click()
    arrived(page, "Refer to a partner")
    expect(page.get_by_role("heading", name=service)).to_be_visible()


def agreed(page: Page, heading: str) -> None:
    """Record the consent that the page of a referral misses, and come back to it."""
    expect(page.get_by_text(f"There is no consent to share with {PARTNER}")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_count(0)
    follow(page, "Record the consent", "Record a consent")
    expect(page.get_by_label("Shared with")).to_have_value(re.compile(".+"))
    page.get_by_label("What was explained").fill("All of it")
    page.get_by_label("Language it was explained in").select_option(label="English")
    page.get_by_label("Orally, before a witness").check()
    page.locator("[name=witness]").fill("A colleague")
    press(page, "Record the consent", heading)


def sent(case: Opened, service: str) -> str:  # noqa: F811
    """See what goes, and send it, with a consent if there is none yet; the address of the referral."""
    page = case.page
    press(page, "Continue", service)
    preview = page.locator("section").filter(
        has=page.get_by_role("heading", name="What the partner will read")
    )
    expect(preview.get_by_text(CALLED, exact=True)).to_be_visible()
    expect(preview.get_by_text(GIVEN)).to_have_count(0)
    if page.get_by_role("link", name="Record the consent").count():
        agreed(page, service)
    by_keys(page, "Send", service)
    expect(page.get_by_text("The referral is sent").first).to_be_visible()
    return page.url


def by_keys(page: Page, button: str, heading: str) -> None:
    """Press a button as somebody without a mouse does."""
    wanted = page.get_by_role("button", name=button, exact=True)
    wanted.wait_for()
    for _tabs in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("button => button === document.activeElement"):
            break
    expect(wanted).to_be_focused()
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    arrived(page, heading)


def opened(partner: Person, service: str) -> str:
    """Open the newest packet for a service; its address."""
    go(partner.page, "/inbox/", "Inbox")
    row = partner.page.get_by_role("row").filter(has=partner.page.get_by_role("link", name=service)).first
    expect(row.get_by_text("New", exact=True)).to_be_visible()
    with partner.page.expect_event("load"):
        row.get_by_role("link").click()
    arrived(partner.page, service)
    return partner.page.url


def in_inbox(partner: Person, packet: str) -> Locator:
    """Its row."""
    address = urlsplit(packet).path
    return partner.page.get_by_role("row").filter(has=partner.page.locator(f'a[href="{address}"]'))


def write(page: Page, address: str, kind: str, heading: str, **values: str) -> None:
    """Write an entry of an exchange, its fields by their names."""
    go(page, address, heading)
    page.locator("#exchange").get_by_role("link", name=kind, exact=True).click()
    arrived(page, kind)
    for name, value in values.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    press(page, "Send", heading)


def came(page: Page, answer: str, note: str, heading: str) -> None:
    """Say whether they arrived; the page of the packet is open."""
    page.locator("#exchange").get_by_role("link", name="Arrival", exact=True).click()
    arrived(page, "Arrival")
    page.get_by_label(answer, exact=True).check()
    page.locator("[name=note]").fill(note)
    press(page, "Send", heading)


def test_a_referral_goes_from_a_need_to_its_outcome(
    case: Opened,  # noqa: F811
    partner: Person,
    people: People,  # noqa: F811
    tmp_path: Path,
) -> None:
    page, other = case.page, partner.page
    in_short(case, (LEGAL,))
    picture = tmp_path / "DSC_0042.jpg"
    picture.write_bytes(photo())
    add(page, case, picture, "Photo or recording")

    # Found by the need, with the least ticked; the preview shows what goes and nothing else.
    chosen(case, LEGAL, LEGAL)
    for label, ticked in (("Chosen name", True), ("First language", True), ("Given names", False)):
        expect(page.get_by_label(label)).to_be_checked(checked=ticked)
    page.get_by_role("group", name="Documents that the partner will get").get_by_role("checkbox").check()
    page.get_by_label("Note to the partner").fill(NOTE)
    referral = sent(case, LEGAL)

    # New in the inbox; opened, it is received, and the partner asks.
    packet = opened(partner, LEGAL)
    for shown in (CALLED, NOTE, "Tagalog", picture.name):
        expect(other.get_by_text(shown, exact=True).first).to_be_visible()
    assert GIVEN not in other.content()
    write(other, packet, "Question", LEGAL, text=QUESTION)

    # The sender sees that it was read, and what is asked; answers, and sends a newer version.
    go(page, referral, LEGAL)
    expect(page.get_by_text("First read")).to_be_visible()
    expect(page.get_by_text("The partner asks for more information")).to_be_visible()
    page.locator("[name=text]").fill(ANSWER)
    press(page, "Send the message", LEGAL)
    expect(page.get_by_text("The partner asks for more information")).to_have_count(0)
    go(other, "/inbox/", "Inbox")
    expect(in_inbox(partner, packet).get_by_text("1 new entry")).to_be_visible()
    follow(page, "Send a newer version", "Send a newer version")
    page.get_by_label("Given names").check()
    page.get_by_label("Note to the partner").fill(MORE)
    press(page, "Continue", "Send a newer version")
    for shown in (GIVEN, MORE, picture.name):
        expect(page.get_by_text(shown, exact=True)).to_be_visible()
    assert GIVEN not in partner.context.request.get(packet).text(), "it is sent before it is seen"
    press(page, "Send it", LEGAL)

    # The partner reads what is newer and what changed, and accepts.
    go(other, packet, LEGAL)
    expect(other.get_by_text("New, gone or changed:")).to_contain_text("Given names")
    for shown in (GIVEN, MORE, ANSWER):
        expect(other.get_by_text(shown, exact=True).first).to_be_visible()
    other.locator("[name=note]").fill(ACCEPTED)
    by_keys(other, "Accept", LEGAL)
    soon = {"date": day(2), "time": "10:30", "time_zone": "Europe/Rome"}
    write(other, packet, "Appointment", LEGAL, where=MEET, **soon)
    go(other, f"{packet}exchange/transport/", "Transport")
    other.get_by_label("Needed: please arrange it").check()
    press(other, "Send", LEGAL)
    go(page, referral, LEGAL)
    for shown in (ACCEPTED, MEET, "Needed: please arrange it"):
        expect(page.get_by_text(shown, exact=True).first).to_be_visible()

    # Whoever did not arrive is looked for on the same day.
    came(other, "Did not arrive", SEEN, LEGAL)
    go(page, "/today/", "Today")
    urgent = page.get_by_role("listitem").filter(has_text="Look for them today")
    expect(urgent.get_by_text("Urgent", exact=True)).to_be_visible()
    expect(urgent).to_contain_text(SEEN)

    # Then they come, are helped, and it ends, for both sides.
    came(other, "Arrived", "An hour late", LEGAL)
    write(other, packet, "Service delivered", LEGAL, what=DONE)
    write(other, packet, "Outcome", LEGAL, outcome="need_met")
    go(page, referral, LEGAL)
    for person in (other, page):
        expect(person.locator("h1 ~ *").get_by_text("Completed", exact=True).first).to_be_visible()
        expect(person.get_by_text(DONE, exact=True)).to_be_visible()
        expect(person.get_by_text("The need is met", exact=True)).to_be_visible()
    closed_to(
        people("stranger"),
        *(referral, packet, f"{referral}update/", f"{referral}exchange/message/", f"{packet}decline/"),
        *(f"{packet}exchange/question/", f"{case.url}services/?need=legal_advice"),
        f"{case.url}referrals/new/",
    )


def test_what_is_declined_is_looked_for_further_and_a_held_place_meets_it(
    case: Opened,  # noqa: F811
    partner: Person,
    people: People,  # noqa: F811
) -> None:
    page, other = case.page, partner.page
    in_short(case, ("Emergency shelter",))
    chosen(case, "Emergency shelter", DESK)
    referral = sent(case, DESK)

    # Declined with a reason, it is closed to the partner, and stands where the sender looks further.
    packet = opened(partner, DESK)
    follow(other, "Decline", "Decline this referral")
    other.get_by_label("No place free").check()
    other.locator("[name=note]").fill(WHY_NOT)
    by_keys(other, "Decline", "Inbox")
    assert status(partner, packet) == 404
    go(page, "/referrals/", "Referrals")
    further = page.locator("#look_further").get_by_role("listitem").filter(has_text=case.number)
    expect(further.get_by_text("Declined", exact=True)).to_be_visible()
    further.get_by_role("link", name="Find the next best service").click()
    arrived(page, "Find a service")
    expect(page.locator("#fits").get_by_role("link", name=DESK)).to_have_count(0)
    refer(page, ROOMS)
    go(page, referral, DESK)
    expect(page.get_by_text("No place free", exact=True)).to_be_visible()
    expect(page.get_by_text(WHY_NOT, exact=True)).to_be_visible()

    # Two services are asked for a place without a name; the first to hold one gets the referral.
    go(page, case.url, case.number)
    page.locator("#places").get_by_role("link", name="Ask for a place").click()
    arrived(page, "Ask for a place")
    page.get_by_label("What is needed").select_option(label="Emergency shelter")
    press(page, "Go on", "Ask for a place")
    page.get_by_label("Age", exact=True).select_option(label="25 to 59")
    page.get_by_label("Among women only").check()
    page.get_by_label("From", exact=True).fill(day(0))
    for service in (DESK, ROOMS):
        page.get_by_label(f"{service}, {PARTNER}").check()
    by_keys(page, "Ask them", case.number)
    expect(page.locator("#places").get_by_text(f"{ROOMS}, {PARTNER}")).to_be_visible()

    go(other, "/inbox/", "Inbox")
    follow(other, "Places asked for", "Places asked for")
    for number in (CALLED, case.number):
        assert number not in other.content()
    expect(other.get_by_text(f"Emergency shelter, {DESK}")).to_be_visible()
    asked = other.get_by_role("listitem").filter(has_text=f"Emergency shelter, {ROOMS}")
    asked.get_by_label("Hold it for").select_option(label="2 hours")
    with other.expect_event("load"):
        asked.get_by_role("button", name="Hold a place").click()
    arrived(other, "Places asked for")
    expect(other.get_by_text("Until:")).to_be_visible()
    expect(other.get_by_text(f"Emergency shelter, {DESK}")).to_have_count(0)

    go(page, "/today/", "Today")
    held = page.locator("#places")
    expect(held.get_by_role("heading", name="A place is held: send the referral")).to_be_visible()
    by_keys(page, "Send the referral now", "Refer to a partner")
    expect(page.get_by_role("heading", name=ROOMS)).to_be_visible()
    second = sent(case, ROOMS)
    go(page, "/referrals/", "Referrals")
    expect(page.locator("#look_further").get_by_text(case.number)).to_have_count(0)
    expect(page.locator("#waiting").get_by_text(case.number)).to_be_visible()
    assert partner.context.request.get("/inbox/places/").text().count(ROOMS) == 0
    stranger = people("stranger")
    closed_to(stranger, referral, second, packet, f"{packet}decline/", opened(partner, ROOMS))
    closed_to(stranger, f"{case.url}places/new/", f"{case.url}services/?need=shelter_emergency")
    closed_to(stranger, "/inbox/places/")


def test_what_is_withdrawn_before_it_is_accepted_is_gone_for_the_partner(
    case: Opened,  # noqa: F811
    partner: Person,
    people: People,  # noqa: F811
) -> None:
    page = case.page
    in_short(case, (LEGAL,))
    chosen(case, LEGAL, LEGAL)
    referral = sent(case, LEGAL)
    packet = opened(partner, LEGAL)
    go(page, referral, LEGAL)
    follow(page, "Withdraw this referral", "Withdraw this referral?")
    by_keys(page, "Withdraw", LEGAL)
    expect(page.get_by_text("The partner can no longer open it.")).to_be_visible()
    closed_to(partner, packet, f"{packet}exchange/message/", f"{packet}decline/")
    go(partner.page, "/inbox/", "Inbox")
    assert packet.rsplit("/", 2)[1] not in partner.page.content()
    closed_to(people("stranger"), referral, packet, f"{referral}withdraw/")


@pytest.mark.parametrize(
    ("locale", "direction", "widths"), [("en", "ltr", (1280,)), ("ar", "rtl", (390, 1280))]
)
def test_the_pages_of_both_sides_fit_in_both_directions(
    people: People,  # noqa: F811
    locale: str,
    direction: str,
    widths: tuple[int, ...],
) -> None:
    for persona, addresses in (
        ("assigned", ("/referrals/", "/places/")),
        ("focal_point", ("/inbox/", "/inbox/?show=ended", "/inbox/places/")),
    ):
        page = people(persona, locale=locale).page
        for width in widths:
            page.set_viewport_size({"width": width, "height": 844})
            for address in addresses:
                page.goto(address)
                expect(page.locator("html")).to_have_attribute("dir", direction)
                fits(page)


def closed_to(person: Person, *addresses: str) -> None:
    """None of these exists for somebody."""
    assert {address: status(person, address) for address in addresses} == dict.fromkeys(addresses, 404)
