"""Documents, finding somebody again, the survivor's copy, closing and erasing, as people meet them in a browser."""

import base64
import hashlib
import io
import re
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person, fits
from tests.browser.test_case_record import (
    Opened,
    People,
    arrived,
    case,  # noqa: F401  a fixture, as `people`
    day,
    decide,
    follow,
    go,
    people,  # noqa: F401
    press,
    status,
)
from tests.files import WHERE, pdf, photo
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]

GIVEN, FAMILY = "Нашваяна", "Квилфезерова"  # nobody is called that
TYPED = "nashvayana"
PHONE, PHONE_TYPED = "+39 333 5550166", "333 5550166"
PLACE = "In the lining of the green bag"
STORY = "She counted the trains from the cellar"
BROTHER = "Her brother signed the paper"
NOT_OURS = 404


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A picture that says where it was taken, and a PDF of two pages."""
    made = {"photo": tmp_path / "DSC_0042.jpg", "pdf": tmp_path / "contract of Nashvayana.pdf"}
    made["photo"].write_bytes(photo())
    made["pdf"].write_bytes(pdf(pages=2))
    return made


def add(page: Page, case: Opened, file: Path, kind: str) -> str:  # noqa: F811
    """Add a document; the address of its page."""
    go(page, case.url, case.number)
    page.locator('a[href$="/documents/new/"]').click()
    arrived(page, "Add a document")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label(kind).check()
    press(page, "Add the document", "Document")
    expect(page.get_by_text("sealed as it came")).to_be_visible()
    return page.url


def shown(page: Page) -> bytes:
    """The picture that the page shows, once it is drawn."""
    picture = page.locator("main img")
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('main img').naturalWidth > 0")
    source = picture.get_attribute("src")
    assert source is not None
    assert source.startswith("data:image/jpeg;base64,")
    return base64.b64decode(source.partition(",")[2])


def downloaded(page: Page, button: str, *, link: bool = True) -> tuple[str, bytes]:
    """The name that a browser would save a file under, and its content."""
    with page.expect_download() as waiting:
        page.get_by_role("link" if link else "button", name=button, exact=True).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def nothing_there(persons: list[Person], addresses: list[str]) -> None:
    """For these people none of these addresses exists."""
    for person in persons:
        for address in addresses:
            assert status(person, address) == NOT_OURS, address


def by_keyboard(page: Page, *names: str) -> None:
    """Tabbing through the page reaches what has these names, and one sees where one is."""
    page.evaluate("document.activeElement.blur()")
    reached: set[str] = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        name, marked = page.evaluate(_FOCUSED)
        if name:
            assert marked, f"{name}: no mark shows that it has the focus"
        reached.add(name)
        if set(names) <= reached:
            return
    raise AssertionError(f"not reached: {set(names) - reached}")


# The parts of a date field are marked by the browser itself.
_FOCUSED = """() => {
  const at = document.activeElement
  if (!at || at === document.body) return ["", true]
  const label = at.labels && at.labels[0] ? at.labels[0].innerText : at.innerText || at.value || ""
  const drawn = [at, at.labels && at.labels[0]].filter(Boolean).flatMap(
    (each) => [getComputedStyle(each), getComputedStyle(each, "::before")])
  const marked = drawn.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none")
  return [label.trim(), marked || at.type === "date"]
}"""


def at_both_widths(page: Page) -> None:
    """It fits a phone and a desk."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        fits(page)


def test_a_document_is_looked_at_downloaded_as_it_came_and_removed(
    case: Opened,  # noqa: F811
    people: People,  # noqa: F811
    files: dict[str, Path],
) -> None:
    page, teammate, stranger = case.page, people("teammate"), people("stranger")
    picture = add(page, case, files["photo"], "Photo or recording")
    expect(page.get_by_text(hashlib.sha256(files["photo"].read_bytes()).hexdigest())).to_be_visible()
    at_both_widths(page)
    by_keyboard(page, "Look at it", "Download", "Remove")
    follow(page, "Look at it", "Document")
    at_both_widths(page)
    made = shown(page)
    assert WHERE.encode() not in made
    assert not Image.open(io.BytesIO(made)).getexif(), "the picture that is shown says where it was taken"

    go(page, picture, "Document")
    name, content = downloaded(page, "Download")
    assert content == files["photo"].read_bytes()
    assert re.fullmatch(r"[0-9a-f-]{36}\.jpg", name), "a download's name says nothing"

    contract = add(page, case, files["pdf"], "Contract or pay slip")
    go(teammate.page, contract, "Document")
    follow(teammate.page, "Look at it", "Document")
    expect(teammate.page.get_by_text("Page 1 of 2")).to_be_visible()
    first = shown(teammate.page)
    follow(teammate.page, "Next", "Document")
    expect(teammate.page.get_by_text("Page 2 of 2")).to_be_visible()
    assert len(shown(teammate.page)) > 500
    assert len(first) > 500

    addresses = [
        f"{each}{rest}" for each in (picture, contract) for rest in ("", "preview/", "download/", "remove/")
    ]
    nothing_there([stranger], [*addresses, f"{case.url}documents/new/"])

    go(page, contract, "Document")
    follow(page, "Remove", "Remove this document?")
    page.get_by_label("Reason").fill("It belongs to somebody else")
    press(page, "Remove it", "Document")
    expect(page.get_by_text("Its key is destroyed")).to_be_visible()
    custody = page.locator("#custody")
    for line in ("Received", "Looked at", "Removed"):
        expect(custody.get_by_text(line, exact=True).first).to_be_visible()
    nothing_there([case.worker, teammate], [f"{contract}preview/", f"{contract}download/"])
    assert status(case.worker, f"{contract}remove/") == 409
    go(teammate.page, case.url, case.number)
    expect(teammate.page.locator("#documents").get_by_text("Removed")).to_be_visible()
    expect(teammate.page.get_by_text(files["pdf"].name)).to_have_count(0)


def test_somebody_is_found_again_before_a_second_case_is_opened(
    case: Opened,  # noqa: F811
    people: People,  # noqa: F811
) -> None:
    page, stranger = case.page, people("stranger")
    go(page, f"{case.url}sections/identity/", "Identity")
    page.get_by_label("Given names").fill(GIVEN)
    page.get_by_label("Family names").fill(FAMILY)
    press(page, "Save", case.number)
    go(page, f"{case.url}sections/contact_and_safety/", "Contact and safety")
    page.get_by_label("Phone").fill(PHONE)
    press(page, "Save", case.number)

    for looked_for, by in ((TYPED, "Name"), (PHONE_TYPED, "Phone"), (case.number, "Case number")):
        look_for(page, looked_for)
        row = page.get_by_role("row", name=case.number)
        expect(row).to_contain_text(by)
        expect(page.get_by_text(GIVEN)).to_have_count(0)
        assert page.url.endswith("/search/"), "what is looked for stands in no address"
        assert looked_for not in page.title()
        look_for(stranger.page, looked_for)
        expect(stranger.page.get_by_text("Nothing was found")).to_be_visible()
    at_both_widths(page)
    by_keyboard(page, "What to look for", "Search", case.number)

    go(page, "/identifications/new/", "Record an identification")
    page.get_by_role("group", name="Low or no pay").get_by_label("Present", exact=True).first.check()
    press(page, "Save and see what it comes to", "Not enough recorded to say")
    identification = page.url
    follow(page, "Open a case", "Open a case")
    page.get_by_label("Names").fill(f"{TYPED} kvilfezerova")
    press(page, "Look for an earlier case", "Open a case")
    expect(page.get_by_role("link", name=case.number)).to_be_visible()
    at_both_widths(page)
    nothing_there([stranger], [identification, f"{identification}earlier/"])

    press(page, "Open a new case", "Case ")
    second = page.url
    number = page.locator("h1 .hearth-number").inner_text()
    go(page, f"{second}sections/identity/", "Identity")
    page.get_by_label("Given names").fill(GIVEN)
    page.get_by_label("Family names").fill(FAMILY)
    press(page, "Save", number)
    warning = page.get_by_role("status").filter(has_text="There may be another case of this person")
    expect(warning).to_contain_text(case.number)
    at_both_widths(page)
    press(page, "Not the same person", number)
    expect(page.get_by_text("There may be another case of this person")).to_have_count(0)


def look_for(page: Page, text: str) -> None:
    """Search for it."""
    go(page, "/search/", "Search")
    page.get_by_label("What to look for").fill(text)
    press(page, "Search", "Search")


def test_a_filter_is_kept_and_taken_away(case: Opened) -> None:  # noqa: F811
    page = case.page
    go(page, "/cases/", "Cases")
    page.get_by_text("Filter", exact=True).first.click()
    page.get_by_label("State").select_option(label="Open")
    page.get_by_label("Caseworker").select_option(label="Amina Okello")
    press(page, "Filter", "Cases")
    expect(page.get_by_role("link", name=case.number)).to_be_visible()
    at_both_widths(page)
    press(page, "Keep this filter", "Cases")
    kept = page.get_by_role("link", name="Open, Amina Okello")
    expect(kept).to_be_visible()
    page.get_by_label("State").select_option(label="Closed")
    press(page, "Filter", "Cases")
    expect(page.get_by_role("link", name=case.number)).to_have_count(0)
    follow(page, "Open, Amina Okello", "Cases")
    expect(page.get_by_role("link", name=case.number)).to_be_visible()
    by_keyboard(page, "Open, Amina Okello", "Filter", "Keep this filter")
    press(page, "Remove", "Cases")
    expect(kept).to_have_count(0)


def test_a_copy_leaves_after_a_talk_with_what_was_read(
    case: Opened,  # noqa: F811
    people: People,  # noqa: F811
) -> None:
    page, teammate, stranger = case.page, people("teammate"), people("stranger")
    go(page, f"{case.url}sections/identity/", "Identity")
    page.get_by_label("Given names").fill("Ottoline")
    press(page, "Save", case.number)
    tell_story(page, case, STORY)
    follow(page, "Survivor's copy", "My record")
    copy = page.url
    expect(page.get_by_text("Ottoline")).to_be_visible()
    expect(page.get_by_role("button", name="Hand it out")).to_have_count(0)
    follow(page, "Write down that talk", "Talk about a copy")
    page.get_by_label("Talked on").fill(day(0))
    page.get_by_label("The survivor", exact=True).check()
    page.get_by_label("Where it is safe to keep").fill(PLACE)
    page.get_by_label("They take a copy").check()
    press(page, "Save", "My record")
    assert page.url == copy
    at_both_widths(page)
    by_keyboard(page, "Hand it out as PDF", "Hand it out for other programs")

    name, content = downloaded(page, "Hand it out as PDF", link=False)
    assert name == "copy.pdf"
    assert "Ottoline" in read(content)
    assert STORY not in read(content), "nobody has ticked it"

    box = story_box(page)
    box.check()
    tell_story(teammate.page, case, BROTHER)
    press(page, "Hand it out as PDF", "My record")
    expect(page.get_by_role("alert")).to_contain_text("have changed since you looked")
    expect(page.get_by_text("Has changed since you looked", exact=True)).to_have_count(1)
    expect(page.get_by_text(BROTHER)).to_be_visible()
    expect(story_box(page)).not_to_be_checked()
    at_both_widths(page)
    story_box(page).check()
    _name, content = downloaded(page, "Hand it out as PDF", link=False)
    assert BROTHER in read(content)
    name, content = downloaded(page, "Hand it out for other programs", link=False)
    assert name == "copy.json"
    assert BROTHER in content.decode()

    go(teammate.page, copy, "My record")
    nothing_there([stranger], [copy, f"{case.url}entries/copy_talk/new/"])


def tell_story(page: Page, case: Opened, story: str) -> None:  # noqa: F811
    """Save what they say in their own words."""
    go(page, f"{case.url}sections/trafficking_experience/", "Trafficking experience")
    page.get_by_label("In their own words").fill(story)
    press(page, "Save", case.number)


def story_box(page: Page) -> Locator:
    """The box beside it."""
    return page.get_by_label("Goes into the copy: In their own words")


def read(content: bytes) -> str:
    """The text of a PDF."""
    pages = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(each.get_textpage().get_text_bounded().split()) for each in pages)


def test_a_case_is_closed_and_erased_by_three_people(
    case: Opened,  # noqa: F811
    people: People,  # noqa: F811
    hearth: Running,
    files: dict[str, Path],
) -> None:
    page, supervisor, teammate = case.page, people("supervisor"), people("teammate")
    stranger = people("stranger")
    document = add(page, case, files["photo"], "Photo or recording")
    go(page, f"{case.url}sections/identity/", "Identity")
    page.get_by_label("Given names").fill("Wilhelmine")
    press(page, "Save", case.number)
    erasure, copy = f"{case.url}erasure/", f"{case.url}copy/"

    go(page, f"{case.url}state/", "Move the case on")
    follow(page, "Ask for it", "Ask for approval")
    page.get_by_label("What they should know").fill("She has moved on")
    press(page, "Ask", case.number)
    decide(supervisor.page, f"Closing the case: case {case.number}", "Closing the case", case.number)
    go(page, f"{case.url}state/", "Move the case on")
    follow(page, "Go through it", "Closing checklist")
    for point in page.get_by_role("group").all():
        answer = point.get_by_label("Does not apply", exact=True)
        if answer.count():
            answer.check()
    at_both_widths(page)
    press(page, "Save", "Move the case on")
    page.get_by_label("Close it").check()
    page.get_by_label("Reason").select_option(label="The goals are reached")
    press(page, "Save", case.number)
    expect(page.locator("#rights").get_by_text("Kept until")).to_be_visible()

    # Who asks is a supervisor, who decides is not who asked, and a stranger knows of nothing.
    go(page, erasure, "Erase this case")
    expect(page.get_by_role("button", name="Ask for it")).to_have_count(0)
    go(supervisor.page, erasure, "Erase this case")
    at_both_widths(supervisor.page)
    by_keyboard(supervisor.page, "Why", "Ask for it")
    supervisor.page.get_by_label("Why").fill("She asked for it")
    press(supervisor.page, "Ask for it", case.number)
    go(supervisor.page, erasure, "Erase this case")
    follow(supervisor.page, "It is asked for", "Erasing the case")
    expect(supervisor.page.get_by_role("button", name="Approve")).to_have_count(0)
    approval = supervisor.page.url
    nothing_there([stranger], [erasure, copy, document, approval, f"{case.url}state/"])
    decide(teammate.page, f"Erasing the case: case {case.number}", "Erasing the case", case.number)
    expect(page.get_by_text("Will be erased")).to_have_count(0)
    go(page, case.url, case.number)
    expect(page.locator("#rights").get_by_text("Will be erased")).to_be_visible()
    go(teammate.page, erasure, "Erase this case")
    expect(teammate.page.get_by_role("button", name="Stop it")).to_be_visible()
    at_both_widths(teammate.page)

    said = hearth.python(_THE_DELAY_PASSES.format(number=case.number))
    assert said == f"Nothing is due.\n{case.number}: erased"
    team = [case.worker, teammate, supervisor]
    addresses = [case.url, document, f"{document}download/", f"{document}preview/", copy, erasure, approval]
    nothing_there([*team, stranger], addresses)
    look_for(page, "Wilhelmine")
    expect(page.get_by_text("Nothing was found")).to_be_visible()
    go(page, "/cases/", "Cases")
    expect(page.get_by_text(case.number)).to_have_count(0)
    go(supervisor.page, "/erasures/", "Erased cases")
    row = supervisor.page.get_by_role("row", name=case.number)
    expect(row).to_contain_text("Erased")
    expect(supervisor.page.get_by_text("Wilhelmine")).to_have_count(0)
    at_both_widths(supervisor.page)


_THE_DELAY_PASSES = """
from django.core.management import call_command
from django.utils import timezone
from casework.models import Erasure
call_command("erase_due")
order = Erasure.objects.get(case__number="{number}")
order.due_at = timezone.now()
order.save()
call_command("erase_due")
"""
