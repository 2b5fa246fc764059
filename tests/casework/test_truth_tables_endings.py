"""Who may do what with the documents, search, copy, closing and erasure of a case, and in which state of it.

One table each, as in tests/casework/test_truth_tables.py, and every cell of their product is tried.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from casework.approvals import Subject
from casework.case_file import open_case_file
from casework.documents.custody import read_custody
from casework.documents.reading import preview_document, read_document
from casework.erasing import erase_rows
from casework.models import Case
from casework.record.entries.closure import CLOSURE, DONE
from casework.search.find import search
from casework.search.query import read_query
from casework.services import remove_document
from casework.services.approvals import approve, ask_approval
from casework.services.copies import Format, give_copy
from casework.services.documents import add_document
from casework.services.entries import add_entry
from casework.services.erasure import ask_erasure, cancel_erasure
from casework.services.states import change_state
from casework.transitions import CaseStep
from core.actor import Actor
from core.errors import NotVisible
from core.uploads import sealed_upload
from referrals.demo import World
from tests.casework.documents import keep
from tests.casework.test_rights import talk
from tests.casework.test_truth_tables import case, near, outcome, rows, somebody  # noqa: F401
from tests.files import picture
from tests.neighbours import Neighbours

# `kept_out` is a caseworker of the team whom the case keeps out; `outside` a supervisor of the organisation's other
# team, and `emergency` the same after opening it in an emergency: that is for a day's help, not for its endings, and
# it makes no copies and is not found by what it says. Nobody decides on what they asked for.
WHO = """
               add  look  preview  download  remove  find  copy  close  ask  decide  stop
assigned       ok   ok    ok       ok        ok      ok    ok    ok     403  ok      ok
teammate       ok   ok    ok       ok        ok      ok    ok    ok     403  ok      ok
supervisor     ok   ok    ok       ok        ok      ok    ok    ok     ok   403     ok
kept_out       404  404   404      404       404     404   404   404    404  404     404
outside        404  404   404      404       404     404   404   404    404  404     404
emergency      ok   ok    ok       ok        ok      404   403   403    403  403     403
stranger       404  404   404      404       404     404   404   404    404  404     404
focal_point    404  404   404      404       404     404   404   404    404  404     404
advocate       404  404   404      404       404     404   404   404    404  404     404
administrator  404  404   404      404       404     404   404   404    404  404     404
"""
# A closed case is read and handed out as before; it alone is erased, and whatever was ordered can be stopped.
WHEN = """
          add  look  preview  download  remove  find  copy  close  ask  decide  stop
open      ok   ok    ok       ok        ok      ok    ok    ok     409  409     ok
active    ok   ok    ok       ok        ok      ok    ok    ok     409  409     ok
on_hold   ok   ok    ok       ok        ok      ok    ok    ok     409  409     ok
closed    ok   ok    ok       ok        ok      ok    ok    409    ok   ok      ok
reopened  ok   ok    ok       ok        ok      ok    ok    ok     409  409     ok
"""
ROLES, STATES = rows(WHO), rows(WHEN)
Try = Callable[[Actor], Any]


@pytest.fixture
def tries(world: World, near: Neighbours, case: Case, folder: object) -> dict[str, Try]:  # noqa: F811
    """Each action, done to the case in whatever state it is, with all there that it needs."""
    at, supervisor = {"case_id": case.pk}, world["supervisor"].actor
    row = keep(world["assigned"], case, picture(), name="x.png")
    which = {**at, "document_id": row.pk}
    talk(world["assigned"], case)
    points = {field.name: DONE for field in CLOSURE.fields if field.name != "note"}
    add_entry(actor=world["assigned"].actor, **at, kind="closure", values=points)
    asked = ask_approval(actor=world["assigned"].actor, **at, subject=Subject.CLOSURE, reason="x")
    approve(actor=supervisor, **at, approval_id=asked.pk)

    def look(by: Actor) -> object:
        file = open_case_file(by, case.pk)
        return read_custody(file, file.attachments.get(row.pk))

    def find(by: Actor) -> None:
        if case.pk not in {each.case.pk for each in search(by, read_query("Canarygiven"))}:
            raise NotVisible

    def erasure_asked() -> Any:
        """As the supervisor asked for it while the case was closed."""
        state = Case.objects.values_list("state", flat=True).get(pk=case.pk)
        Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
        made = ask_erasure(actor=supervisor, **at, reason="x")
        Case.objects.filter(pk=case.pk).update(state=state)
        return made.pk

    def stop(by: Actor) -> None:
        state = Case.objects.values_list("state", flat=True).get(pk=case.pk)
        waiting = erasure_asked()
        Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
        approve(actor=world["assigned"].actor, **at, approval_id=waiting)
        Case.objects.filter(pk=case.pk).update(state=state)
        cancel_erasure(actor=by, **at)

    return {
        "add": lambda by: add_document(
            actor=by, **at, upload=sealed_upload("x.png", [picture()]), kind="other"
        ),
        "look": look,
        "preview": lambda by: preview_document(by, case.pk, row.pk, 1),
        "download": lambda by: b"".join(read_document(by, case.pk, row.pk)[1]),
        "remove": lambda by: remove_document(actor=by, **which, reason="x"),
        "find": find,
        "copy": lambda by: give_copy(actor=by, **at, format=Format.JSON, include=[]),
        "close": lambda by: change_state(actor=by, **at, step=CaseStep.CLOSE, reason="goals_reached"),
        "ask": lambda by: ask_erasure(actor=by, **at, reason="x"),
        "decide": lambda by: approve(actor=by, **at, approval_id=erasure_asked()),
        "stop": stop,
    }


@pytest.mark.parametrize("role", ROLES)
def test_each_role_in_each_state_does_each_thing_or_may_not(
    world: World,
    near: Neighbours,  # noqa: F811
    case: Case,  # noqa: F811
    tries: dict[str, Try],
    role: str,
) -> None:
    actor, wrong = somebody(world, near, case, role), []
    for state, action in product(STATES, tries):
        Case.objects.filter(pk=case.pk).update(state=state)
        expected = ROLES[role][action]
        expected = STATES[state][action] if expected == "ok" else expected
        if (got := outcome(tries[action], actor)) != expected:
            wrong.append(f"{role} in {state}, {action}: {got}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_the_tables_above_are_whole(tries: dict[str, Try]) -> None:
    assert set(STATES) == set(Case.State) - {Case.State.ERASED}
    for table in (ROLES, STATES):
        assert all(list(row) == list(tries) for row in table.values())


@pytest.mark.parametrize("role", ROLES)
def test_in_an_erased_case_nobody_does_anything(
    world: World,
    near: Neighbours,  # noqa: F811
    case: Case,  # noqa: F811
    tries: dict[str, Try],
    role: str,
) -> None:
    actor = somebody(world, near, case, role)
    erase_rows(case)
    for action, run in tries.items():
        if action in ("decide", "stop"):  # nobody could ask for it
            continue
        assert outcome(run, actor) == "404", action
