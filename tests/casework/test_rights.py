"""The survivor's copy, correction requests and complaints."""

import io
import json
from datetime import date, timedelta
from typing import Any

import pypdfium2
import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from casework.exporting.pdf import write_pdf
from casework.models import Case, FollowUp
from casework.record.entries import ENTRIES
from casework.record.sections import SECTIONS
from casework.selectors import follow_ups_in, read_case
from casework.services import save_section
from casework.services.copies import Format, give_copy
from casework.services.entries import add_entry, change_entry
from casework.survivors_copy import Item, Part, must_be_read, parts_of, seen_by, talk_that_holds
from core.errors import Invalid, NotVisible, Refused
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import PERSONAS, sign_in
from tests.pages import text

TODAY = date.today().isoformat()
NARRATIVE = "trafficking_experience.narrative"


def talk(persona: Persona, case: Case, **values: str) -> Any:
    values = {
        "talked_on": TODAY,
        "for_whom": "survivor",
        "place": "With her sister.",
        "outcome": "takes",
    } | values
    return add_entry(actor=persona.actor, case_id=case.pk, kind="copy_talk", values=values)


def give(persona: Persona, case: Case, format: Format = Format.PDF, include: Any = ()) -> bytes:
    return give_copy(actor=persona.actor, case_id=case.pk, format=format, include=include)


def tick(persona: Persona, case: Case, path: str) -> str:
    """What ticking a text sends, as it is shown now."""
    parts = parts_of(read_case(persona.actor, case.pk))
    return next(item.tick for part in parts for item in part.items if item.path == path)


def read_pdf(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(io.BytesIO(content))
    return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


# --- no copy without the talk  ----------------------------------------


def test_without_a_talk_nothing_leaves(assigned: Persona, case: Case) -> None:
    with pytest.raises(Refused):
        give(assigned, case)
    assert not AuditEvent.objects.filter(action="copy.given").exists()


@pytest.mark.parametrize("outcome", ["reads_here", "later", "not_wished"])
def test_a_talk_in_which_none_is_taken_lets_none_leave(assigned: Persona, case: Case, outcome: str) -> None:
    talk(assigned, case)
    talk(assigned, case, outcome=outcome)  # the newest counts
    with pytest.raises(Refused):
        give(assigned, case)


def test_a_talk_of_last_week_holds_and_an_older_one_does_not(assigned: Persona, case: Case) -> None:
    talk(assigned, case, talked_on=(date.today() - timedelta(days=8)).isoformat())
    assert talk_that_holds(read_case(assigned.actor, case.pk)) is None
    talk(assigned, case, talked_on=(date.today() - timedelta(days=7)).isoformat())
    assert talk_that_holds(read_case(assigned.actor, case.pk)) is not None


@pytest.mark.parametrize("name", PERSONAS)
def test_the_team_of_the_case_hands_it_out_and_nobody_else(world: World, case: Case, name: str) -> None:
    talk(world["assigned"], case)
    status = 200 if name in {"assigned", "teammate", "supervisor"} else 404
    if status == 200:
        give(world[name], case)
    else:
        with pytest.raises(NotVisible):
            give(world[name], case)
    assert AuditEvent.objects.filter(action="copy.given").count() == (status == 200)


def test_nothing_goes_through_a_guardian_in_conflict(assigned: Persona, case: Case) -> None:
    def guardian(answer: str, base: int) -> None:
        save_section(
            actor=assigned.actor,
            case_id=case.pk,
            section="child_protection",
            values={"treated_as_child": "yes", "guardian_in_conflict": answer},
            base_version=base,
        )

    guardian("no", 0)
    talk(assigned, case, for_whom="guardian")
    assert give(assigned, case)
    guardian("yes", 1)
    with pytest.raises(Refused):
        give(assigned, case)
    with pytest.raises(Refused):
        talk(assigned, case, for_whom="guardian")


# --- what is in it  ----------------------------------------


def test_a_pdf_holds_what_can_be_read_and_of_others_what_was_ticked(assigned: Persona, case: Case) -> None:
    talk(assigned, case)
    page = read_pdf(give(assigned, case))
    assert "Canarygiven" in page
    assert "Canarynarrative" not in page
    assert "Left out: it is about other people." in page
    assert assigned.user.name not in page
    page = read_pdf(give(assigned, case, include=[tick(assigned, case, NARRATIVE)]))
    assert "Canarynarrative" in page


def test_the_json_is_htcds_with_the_same_left_out(assigned: Persona, case: Case) -> None:
    talk(assigned, case)
    content = give(assigned, case, Format.JSON)
    assert "Canarygiven" in content.decode()
    assert "Canarynarrative" not in content.decode()
    assert assigned.user.name not in content.decode()
    assert json.loads(content)["case"]["number"] == case.number
    ticked = give(assigned, case, Format.JSON, include=[tick(assigned, case, NARRATIVE)])
    assert "Canarynarrative" in ticked.decode()


def test_whom_to_keep_out_is_never_in_it(world: World, assigned: Persona, case: Case) -> None:
    values = {"whom": "outside", "name": "Canarycousin", "reason": "Canarywhy", "since": TODAY}
    add_entry(actor=assigned.actor, case_id=case.pk, kind="keep_out", values=values)
    talk(assigned, case)
    with_all = [each.tick for part in parts_of(read_case(assigned.actor, case.pk)) for each in part.items]
    assert "Canary" + "cousin" not in read_pdf(give(assigned, case, include=with_all))


def test_every_long_text_is_looked_at_first() -> None:
    for declared in (*SECTIONS, *ENTRIES):
        for field in declared.fields:
            assert must_be_read(field) == (field.about_others or field.kind.name == "LONG_TEXT")


def test_who_has_seen_it_is_told_by_role_and_not_by_name(world: World, case: Case) -> None:
    read_case(world["supervisor"].actor, case.pk)
    seen = seen_by(read_case(world["assigned"].actor, case.pk))
    assert [each.label for each in seen] == ["Caseworker, Harbour House", "Supervisor, Harbour House"]
    assert all(date_format(timezone.localdate()) in each.text for each in seen)
    names = {persona.user.name for persona in world.people.values()}
    assert not names & {each.label for each in seen}


@pytest.mark.parametrize(("language", "words"), [("fr", "Déclarée à Nîmes, où elle vivait"), ("ar", "مرحبا")])
def test_letters_of_the_languages_are_in_the_font(language: str, words: str) -> None:
    with translation.override(language):
        content = write_pdf("x", [Part("x", [Item("x", words)])])
    page = read_pdf(content)
    if language == "fr":
        assert words in page
    assert b"DejaVuSans" in content
    assert b"/Author" not in content


def test_letters_that_the_font_lacks_are_said_to_be_missing() -> None:
    assert "Some letters" in read_pdf(write_pdf("x", [Part("x", [Item("x", "नमस्ते")])]))


def test_the_page_is_read_together_and_hands_it_out(assigned: Persona, case: Case) -> None:
    client, address = sign_in(assigned), f"/cases/{case.pk}/copy/"
    page = client.get(address)
    assert "Canarygiven" in text(page)
    assert 'value="pdf"' not in text(page)
    assert "no-store" in page["Cache-Control"]
    assert client.post(address, {"format": "pdf"}).status_code == 409
    talk(assigned, case)
    assert 'value="pdf"' in text(client.get(address))
    given = client.post(address, {"format": "pdf", "include": [tick(assigned, case, NARRATIVE)]})
    assert given["Content-Type"] == "application/pdf"
    assert given["Content-Disposition"] == 'attachment; filename="copy.pdf"'
    assert "no-store" in given["Cache-Control"]
    assert given.content.startswith(b"%PDF")
    assert AuditEvent.objects.get(action="copy.given").codes == {"format": "pdf"}


# --- corrections and complaints  ----------------------------------------


REQUESTS = [
    (
        "correction_request",
        {"asked_on": TODAY, "part": "Identity", "wrong": "Canary"},
        {"answer": "corrected"},
    ),
    ("complaint", {"made_on": TODAY, "about": "Canary"}, {"outcome": "x", "ended_on": TODAY}),
]


@pytest.mark.parametrize(("kind", "values", "answer"), REQUESTS)
def test_a_supervisor_is_reminded_until_there_is_an_answer(
    world: World, assigned: Persona, case: Case, kind: str, values: dict[str, str], answer: dict[str, str]
) -> None:
    entry = add_entry(actor=assigned.actor, case_id=case.pk, kind=kind, values=values)
    planned = FollowUp.objects.get(follow_ups_in(case))
    assert planned.assignee == world["supervisor"].user
    change_entry(
        actor=assigned.actor,
        case_id=case.pk,
        kind=kind,
        entry_id=entry,
        values=values | answer,
        base_version=1,
    )
    planned.refresh_from_db()
    assert planned.state == "done"


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("correction_request", {"asked_on": TODAY, "part": "x", "wrong": "x", "answer": "refused"}, "why"),
        ("complaint", {"made_on": TODAY, "about": "x", "ended_on": TODAY}, "outcome"),
    ],
)
def test_an_end_says_why(
    assigned: Persona, case: Case, kind: str, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        add_entry(actor=assigned.actor, case_id=case.pk, kind=kind, values=values)
    assert set(invalid.value.fields) == {field}
