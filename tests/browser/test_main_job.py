"""The main job from end to end, in a browser, as three people; then nothing of it is found anywhere in the clear."""

import csv
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Person
from tests.running import Running, until
from tests.scanner import scan

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]

NAME, FAMILY = "Zephyrine", "Quillfeather"
PHONE = "+39 333 5550182"
STORY = "Kept in the cellar of the packing hall in Ombrellara"
NOTE = "Wants to hear of the unpaid thursdays"
ANSWER = "Ask for Benedikta at the side door"
TODO = "Bring the green umbrella to the library"
OBSERVED = "Flinched whenever the telephone rang twice"
SECTIONS = {
    "identity": {"Given name": NAME, "Family name": FAMILY},
    "contact_and_safety": {"Phone": PHONE},
    "risk_and_safety": {"What to do": "Knock twice at the bakery", "Where to go": "Uncle Tarquinius"},
    "needs": {"Details": "Spectacles with a violet frame"},
    "trafficking_experience": {"In their own words": STORY},
    "child_protection": {"Guardian": "Aunt Philomena", "The child's view": "Wants to keep the tortoise"},
    "legal_status": {"Details of the proceedings": "Docket Zephyr before the lower court"},
    "plan": {"Objectives": "To bake sourdough for a living"},
    "notes": {"Notes": "Spoke of the lighthouse keeper"},
}
RECORDED = [value for values in SECTIONS.values() for value in values.values()]
CANARIES = [*RECORDED, "5550182", "Ombrellara", NOTE, ANSWER, TODO, OBSERVED]

PRESENT = [
    "Misled about what the work is, where, or for whom",
    "Misled about pay or earnings",
    "Excessive working days or hours",
    "Low or no pay",
    "Papers kept by others",
]


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page that follows."""
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def mark(page: Page, indicator: str, answer: str) -> None:
    """Answer one indicator."""
    page.get_by_role("group", name=indicator).get_by_label(answer, exact=True).first.check()


@pytest.fixture(scope="module")
def done(browser: Browser, hearth: Running) -> dict[str, str]:
    """The six steps, done once; the addresses that the tests below look at."""
    caseworker = Person(browser, hearth.url, "assigned")
    page = caseworker.page

    # 1. An identification: every dimension with its evidence, the Palermo reading, what is unknown.
    page.goto("/identifications/new/")
    for indicator in PRESENT:
        mark(page, indicator, "Present")
    mark(page, "Hazardous work", "Absent")
    page.get_by_label("Age today").fill("29")
    page.get_by_label("Notes").fill(OBSERVED)
    press(page, "Save and see what it comes to")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Indicators of trafficking")
    for shown in ("Deceptive recruitment", "Papers kept by others", "61 indicators are still unknown"):
        expect(page.get_by_text(shown).first).to_be_visible()

    # 2. A case from it, with something in every section.
    page.get_by_role("link", name="Open a case").click()
    press(page, "Open a new case")
    case = page.url
    for section, values in SECTIONS.items():
        page.goto(f"{case}sections/{section}/")
        for label, value in values.items():
            page.get_by_label(re.compile(f"^{label}")).first.fill(value)
        press(page, "Save")
    expect(page.get_by_text(STORY)).to_be_visible()

    # 3. Without consent the referral is refused; with it, it is sent.
    page.goto(f"{case}referrals/new/")
    page.get_by_label("Legal advice").check()
    page.get_by_label("Given name").check()
    page.get_by_label("Note to the partner").fill(NOTE)
    press(page, "Continue")
    referral = page.url
    expect(page.get_by_text("There is no consent to share with Open Door Legal Aid")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    for purpose in ("Share with a partner organisation", "Anonymised statistics"):
        page.goto(f"{case}consents/new/")
        page.get_by_label(purpose).check()
        if purpose.startswith("Share"):
            page.get_by_label("Shared with").select_option(label="Open Door Legal Aid")
        page.get_by_label("What was explained").fill("All of it")
        page.get_by_label("Language it was explained in").select_option(label="English")
        page.get_by_label("Orally, before a witness").check()
        page.locator("[name=witness]").fill("A colleague")
        press(page, "Record the consent")
    page.goto(referral)
    press(page, "Send")
    expect(page.get_by_text("The referral is sent").first).to_be_visible()

    # 4. The partner reads the chosen field and nothing else, and accepts.
    partner = Person(browser, hearth.url, "focal_point")
    partner.page.goto("/inbox/")
    partner.page.get_by_role("link", name="Legal advice").first.click()
    partner.page.wait_for_load_state()
    packet = partner.page.url
    expect(partner.page.get_by_text(NAME)).to_be_visible()
    expect(partner.page.get_by_text(NOTE)).to_be_visible()
    for hidden in (FAMILY, PHONE, STORY, OBSERVED):
        assert hidden not in partner.page.content(), "the partner reads what was not chosen"
    partner.page.get_by_label("Note").first.fill(ANSWER)
    press(partner.page, "Accept")
    page.goto(referral)
    expect(page.get_by_text(ANSWER)).to_be_visible()

    # 5. A follow-up comes due and is told of.
    before = len(hearth.mailed())
    page.goto(f"{case}follow-ups/new/")
    now = datetime.now(UTC)
    page.get_by_label("What is to be done").fill(TODO)
    page.get_by_label("Day").fill(now.strftime("%Y-%m-%d"))
    page.get_by_label("Time").fill(now.strftime("%H:%M"))
    press(page, "Plan it")
    until(lambda: len(hearth.mailed()) > before, "the mail")
    page.goto("/today/")
    expect(page.get_by_text(TODO).first).to_be_visible()

    # 6. The advocacy officer sees protected counts and downloads them.
    officer = Person(browser, hearth.url, "advocate")
    officer.page.goto("/statistics/?rows=citizenship&columns=ageBroad")
    expect(officer.page.get_by_role("table").first).to_be_visible()
    with officer.page.expect_download() as download:
        officer.page.get_by_role("link", name=re.compile("CSV")).click()
    saved = hearth.folder / "table.csv"
    download.value.save_as(saved)

    for person in (caseworker, partner, officer):
        assert person.complaints == [], "the browser complained"
        person.close()
    return {"case": case, "referral": referral, "packet": packet, "table": str(saved)}


def test_the_six_steps_are_done_by_three_people(done: dict[str, str]) -> None:
    assert "/cases/" in done["case"]
    assert "/inbox/" in done["packet"]


def test_the_downloaded_table_hides_small_counts_and_publishes_none(done: dict[str, str]) -> None:
    with open(done["table"], encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    cells = [cell for line in lines[1 : lines.index([])] for cell in line[1:]]
    assert "*" in cells, "the sample has small cells"
    assert all(int(cell) == 0 or int(cell) >= 11 for cell in cells if cell != "*")


def test_nobody_else_opens_the_case(done: dict[str, str], browser: Browser, hearth: Running) -> None:
    for persona in ("stranger", "focal_point", "advocate", "administrator"):
        person = Person(browser, hearth.url, persona)
        for address in (done["case"], done["referral"]):
            response = person.page.goto(address)
            assert response is not None
            assert response.status == 404, f"{persona} at {address}"
        person.close()


def test_titles_and_addresses_say_nothing(done: dict[str, str], browser: Browser, hearth: Running) -> None:
    person = Person(browser, hearth.url, "teammate")
    for address in (done["case"], done["referral"], "/today/", "/cases/"):
        person.page.goto(address)
        assert person.page.title().startswith("Hearth")
        for canary in CANARIES:
            assert canary not in person.page.title() + person.page.url
    person.close()


def test_permissions_and_keys_agree_afterwards(done: dict[str, str], hearth: Running) -> None:
    checked = hearth.manage("check_access")
    assert (checked.returncode, checked.stdout) == (0, "Permissions and keys agree.\n")


def test_nothing_planted_is_found_in_the_clear_anywhere(done: dict[str, str], hearth: Running) -> None:
    assert scan(hearth.places(), CANARIES) == []


def test_the_scanner_finds_a_control_planted_in_each_place(done: dict[str, str], hearth: Running) -> None:
    controls = hearth.plant("Controlcanary")
    assert {hit.needle for hit in scan(hearth.places(), controls)} == set(controls)
