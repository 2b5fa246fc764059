"""A pathway and the form for the national authority on a phone, by forms alone, and from right to left too."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import fits
from tests.browser.test_case_record import Opened, People, case, day, follow, go, people, press
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]

__all__ = ["case", "people"]  # fixtures


def test_a_pathway_goes_from_talking_to_the_next_step_and_an_authority_gets_nothing_without_consent(
    case: Opened, people: People, hearth: Running
) -> None:
    page = case.page
    go(page, f"{case.url}entries/pathway/new/", "Pathway")
    page.get_by_label("Humanitarian visa").check()
    page.get_by_label("Opened on").fill(day(0))
    page.get_by_label("Wishes it", exact=True).check()
    page.get_by_label("Their wish in their own words").fill("Her sister lives there")
    page.get_by_label("Informed on").fill(day(0))
    press(page, "Save", case.number)
    expect(page.locator("#pathways")).to_contain_text("Talked over")

    follow(page, "Humanitarian visa", "Humanitarian visa")
    pathway = page.url
    page.get_by_label("Done on").fill(day(0))
    press(page, "Save", "Humanitarian visa")
    expect(current(page.locator("#steps"))).to_contain_text("Legal advice")

    follow(page, "the date of birth, or an estimate of the age", "Identity")
    page.get_by_label("Date of birth").fill("1995-02-03")
    press(page, "Save", case.number)
    go(page, pathway, "Humanitarian visa")
    page.get_by_label("Planned for").fill(day(7))
    press(page, "Save", "Humanitarian visa")
    expect(current(page.locator("#steps"))).to_contain_text("Planned for")

    go(page, f"{case.url}national-referral/new/", "Refer to the national authority")
    page.get_by_label("Authority", exact=True).fill("Central office")
    page.get_by_label("Country").select_option("GBR")
    page.get_by_label("A notice without a name").check()
    press(page, "Make the form", "Referral")
    form = page.url
    press(page, "Save", "Referral")

    arabic = people("teammate", locale="ar").page
    for address in (pathway, form, case.url):
        arabic.goto(address)
        assert arabic.evaluate("document.documentElement.dir") == "rtl"
        fits(arabic)


def current(steps: Locator) -> Locator:
    """The step that comes next."""
    return steps.locator("[aria-current=step]")
