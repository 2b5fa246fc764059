"""docs/pathways.md says what the tables say, with every source."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.utils.translation import override

from casework.pathways.gates import RULES
from casework.pathways.page import pathways_page
from casework.pathways.table import PATHWAYS

PAGE = Path(__file__).parents[2] / "docs" / "pathways.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == pathways_page(), "renew it: manage.py pathways_page > docs/pathways.md"


def test_the_command_prints_the_page_whatever_the_language() -> None:
    printed = StringIO()
    with override("fr"):
        call_command("pathways_page", stdout=printed)
    assert printed.getvalue() == pathways_page()


def test_each_source_of_a_step_a_deadline_and_a_rule_is_named() -> None:
    page = pathways_page()
    sources = {step.source for each in PATHWAYS for step in each.steps}
    sources |= {step.deadline.source for each in PATHWAYS for step in each.steps if step.deadline}
    assert all(source in page for source in sources | {rule.source for rule in RULES})
