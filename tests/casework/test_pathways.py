"""Pathways: their table, their steps, where they stand, what comes due, and their pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.closing import still_open
from casework.models import Case
from casework.pathways.gates import PathwayClosed
from casework.pathways.schema import Certainty, Phase
from casework.pathways.table import PATHWAYS
from casework.pathways.timeline import Journey, journeys_of
from casework.record import codelists
from casework.record.pathway_codes import PATHWAY_STEPS
from casework.selectors import read_case
from casework.services import add_document
from casework.services.documents import remove_document
from casework.services.entries import add_entry, change_entry
from core.errors import Invalid, NotVisible
from core.uploads import sealed_upload
from referrals.demo import Persona, World
from tests.casework.pathways import TODAY, ago, follow_ups, open_pathway, take, write
from tests.conftest import api, sign_in
from tests.pages import CASEWORK, queries, text, who_sees

VISA = "humanitarian_visa"


def journey(persona: Persona, case: Case) -> Journey:
    (found,) = journeys_of(read_case(persona.actor, case.pk))
    return found


# --- the table  ----------------------------------------


@pytest.mark.parametrize("declared", PATHWAYS, ids=lambda each: each.name)
def test_each_pathway_begins_with_talking_and_has_somebody_else_decide(declared: Any) -> None:
    phases = [each.phase for each in declared.steps]
    assert phases[0] is Phase.CONSIDER
    assert phases.count(Phase.DECIDE) == 1
    assert phases.index(Phase.APPLY) < phases.index(Phase.DECIDE) < phases.index(Phase.CARRY_OUT)
    assert len({each.name for each in declared.steps}) == len(declared.steps)


@pytest.mark.parametrize("declared", PATHWAYS, ids=lambda each: each.name)
def test_each_step_and_deadline_says_who_says_so_and_how_sure_we_are(declared: Any) -> None:
    for step in declared.steps:
        assert step.source
        assert isinstance(step.certainty, Certainty)
        if step.deadline:
            assert step.deadline.source
            assert (step.deadline.days is None) == (step.deadline.after == "")
            assert not step.deadline.after or declared.named(step.deadline.after)


def test_the_pathways_are_those_that_the_survivor_can_wish_for_in_the_same_words() -> None:
    wished = [(code.value, str(code.label)) for code in codelists.PATHWAYS.codes.values()]
    assert [(each.name, str(each.label)) for each in PATHWAYS] == wished
    assert len(PATHWAY_STEPS.codes) == sum(len(each.steps) for each in PATHWAYS)


# --- where one stands  ----------------------------------------


def test_where_it_stands_is_read_off_its_steps(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    seen = [journey(assigned, case).standing]
    for step, given in (
        ("considered", {}),
        ("advised", {}),
        ("applied", {"done_on": ago(10)}),
        ("decision", {"outcome": "more_asked"}),
        ("decision", {"outcome": "refused", "done_on": ago(2)}),
        ("decision", {"outcome": "granted"}),
    ):
        take(assigned, case, made, f"{VISA}.{step}", **given)
        seen.append(journey(assigned, case).standing)
    assert seen == ["considered", "considered", "started", "waiting", "waiting", "refused", "granted"]
    ahead = journey(assigned, case).next
    assert ahead is not None
    assert ahead.step.name == "travelled"


def test_a_step_that_was_passed_over_is_not_the_next_one(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.applied")
    ahead = journey(assigned, case).next
    assert ahead is not None
    assert ahead.step.name == "interviewed"


@pytest.mark.parametrize(
    ("step", "given", "field"),
    [
        ("resettlement.submitted", {}, "step"),
        (f"{VISA}.advised", {"outcome": "granted"}, "outcome"),
        (f"{VISA}.decision", {}, "outcome"),
        (f"{VISA}.decision", {"outcome": "granted"}, "step"),  # nothing was applied for
        (f"{VISA}.advised", {"planned_on": TODAY.isoformat(), "outcome": "done"}, "done_on"),
        (f"{VISA}.advised", {"done_on": ""}, "done_on"),
        ("rumour", {}, "step"),
    ],
)
def test_a_step_that_says_too_little_or_the_wrong_thing_is_refused_at_its_field(
    assigned: Persona, case: Case, step: str, given: dict[str, Any], field: str
) -> None:
    made = open_pathway(assigned, case, VISA)
    with pytest.raises(Invalid) as refused:
        take(assigned, case, made, step, **given)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("missing", ["kind", "wished", "wish", "informed_on", "opened_on"])
def test_a_pathway_has_the_survivors_informed_wish_or_is_not_opened(
    assigned: Persona, case: Case, missing: str
) -> None:
    with pytest.raises(Invalid) as refused:
        open_pathway(assigned, case, VISA, **{missing: ""})
    assert set(refused.value.fields) == {missing}


def test_a_step_of_nothing_is_not_there(assigned: Persona, case: Case) -> None:
    with pytest.raises(NotVisible):
        add_entry(actor=assigned.actor, case_id=case.pk, kind="pathway_step", values={"step": "x"})


def changed(persona: Persona, case: Case, **given: Any) -> None:
    entry = journey(persona, case).entry
    change_entry(
        actor=persona.actor,
        case_id=case.pk,
        kind="pathway",
        entry_id=entry.id,
        values=dict(entry.values) | given,
        base_version=entry.version,
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"outcome": "refused"}, "ended_on"),
        ({"ended_on": ago(0)}, "outcome"),
        ({"outcome": "granted", "ended_on": ago(0)}, "outcome"),  # it was refused
        ({"outcome": "refused", "ended_on": ago(50)}, "ended_on"),  # before it began
        ({"kind": "resettlement"}, "kind"),
    ],
)
def test_how_a_pathway_ended_agrees_with_its_steps(
    assigned: Persona, case: Case, given: dict[str, Any], field: str
) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.applied")
    take(assigned, case, made, f"{VISA}.decision", outcome="refused")
    with pytest.raises(Invalid) as refused:
        changed(assigned, case, **given)
    assert set(refused.value.fields) == {field}
    changed(assigned, case, outcome="refused", ended_on=ago(0))
    assert journey(assigned, case).standing == "refused"


def test_what_has_ended_takes_no_new_step_but_a_look_back(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.applied")
    changed(assigned, case, outcome="withdrawn", ended_on=ago(0))
    with pytest.raises(Invalid) as refused:
        take(assigned, case, made, f"{VISA}.interviewed")
    assert set(refused.value.fields) == {"step"}
    take(assigned, case, made, f"{VISA}.followed_up")
    assert journey(assigned, case).next is None


def test_a_wish_that_has_changed_stops_the_next_step_and_not_a_correction(
    assigned: Persona, case: Case
) -> None:
    made = open_pathway(assigned, case, VISA)
    step = take(assigned, case, made, f"{VISA}.advised")
    changed(assigned, case, wished="no")
    with pytest.raises(PathwayClosed):
        take(assigned, case, made, f"{VISA}.applied")
    change_entry(
        actor=assigned.actor,
        case_id=case.pk,
        kind="pathway_step",
        entry_id=step,
        values={"step": f"{VISA}.advised", "done_on": ago(0), "note": "put right"},
        base_version=1,
    )


def test_a_documents_list_names_those_of_the_case_alone(assigned: Persona, case: Case, folder: Any) -> None:
    def keep() -> Any:
        upload = sealed_upload("paper.txt", [b"x"])
        try:
            return add_document(actor=assigned.actor, case_id=case.pk, upload=upload, kind="other").pk
        finally:
            upload.close()

    kept, gone = keep(), keep()
    remove_document(actor=assigned.actor, case_id=case.pk, document_id=gone, reason="x")
    made = open_pathway(assigned, case, VISA)
    for wrong in (str(gone), str(made), "x"):
        with pytest.raises(Invalid) as refused:
            take(assigned, case, made, f"{VISA}.advised", documents=[wrong])
        assert set(refused.value.fields) == {"documents"}
    take(assigned, case, made, f"{VISA}.advised", documents=[str(kept)])
    page = sign_in(assigned).get(reverse("pathway", args=[case.pk, made]))
    assert reverse("document", args=[case.pk, kept]) in text(page)


# --- what comes due  ----------------------------------------


def test_a_planned_step_is_a_follow_up_until_it_is_done(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    soon = (TODAY + timedelta(days=5)).isoformat()
    planned = take(assigned, case, made, f"{VISA}.advised", planned_on=soon)
    about = "Humanitarian visa: Legal advice on the way to apply"
    assert follow_ups(assigned, case) == [(about, soon, "due")]
    assert take(assigned, case, made, f"{VISA}.advised") == planned
    assert follow_ups(assigned, case) == [(about, soon, "done")]


def test_a_planned_step_that_is_moved_is_due_on_the_new_day_alone(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    days = [(TODAY + timedelta(days=each)).isoformat() for each in (5, 9)]
    for each in days:
        take(assigned, case, made, f"{VISA}.advised", planned_on=each)
    assert [(day, state) for _about, day, state in follow_ups(assigned, case)] == [
        (days[0], "cancelled"),
        (days[1], "due"),
    ]


def test_an_application_sets_the_day_by_which_the_decision_is_due(
    assigned: Persona, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = "family_reunification"
    made = open_pathway(assigned, case, way, risk_on=ago(1))
    take(assigned, case, made, f"{way}.applied", done_on=ago(3))
    due = (TODAY + timedelta(days=271)).isoformat()
    assert follow_ups(assigned, case) == [("Family reunification: Decision on the application", due, "due")]
    now = journey(assigned, case)
    stage = next(each for each in now.stages if each.step.name == "decision")
    assert now.due_on(stage) == date.fromisoformat(due)
    assert not now.overdue(stage)
    later = timezone.now() + timedelta(days=272)
    with monkeypatch.context() as frozen:
        frozen.setattr(timezone, "now", lambda: later)
        assert now.overdue(stage)
    take(assigned, case, made, f"{way}.decision", outcome="granted")
    assert follow_ups(assigned, case) == [("Family reunification: Decision on the application", due, "done")]


def test_a_day_that_an_authority_has_set_comes_before_the_rules(assigned: Persona, case: Case) -> None:
    way, set_day = "family_reunification", (TODAY + timedelta(days=20)).isoformat()
    made = open_pathway(assigned, case, way, risk_on=ago(1))
    take(assigned, case, made, f"{way}.applied")
    take(assigned, case, made, f"{way}.decision", planned_on=set_day, due_on=set_day)
    now = journey(assigned, case)
    stage = next(each for each in now.stages if each.step.name == "decision")
    assert str(now.due_on(stage)) == set_day


def test_travelling_asks_for_a_look_back_in_three_months(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.travelled")
    due = (TODAY + timedelta(days=91)).isoformat()
    assert follow_ups(assigned, case) == [
        ("Humanitarian visa: Looked at again with the survivor", due, "due")
    ]


def test_a_pathway_that_ends_has_nothing_due_any_more(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.travelled")
    take(assigned, case, made, f"{VISA}.protection", planned_on=(TODAY + timedelta(days=3)).isoformat())
    changed(assigned, case, outcome="transferred", ended_on=ago(0))
    assert {state for _about, _day, state in follow_ups(assigned, case)} == {"cancelled"}


def test_whoever_closes_the_case_is_told_of_pathways_without_an_end(assigned: Persona, case: Case) -> None:
    open_pathway(assigned, case, VISA)

    def open_now() -> list[tuple[str, int]]:
        found = still_open(read_case(assigned.actor, case.pk))
        return [(str(each.label), each.count) for each in found]

    assert open_now() == [("Pathways that have not ended", 1)]
    changed(assigned, case, outcome="withdrawn", ended_on=ago(0))
    assert open_now() == []


# --- pages and API  ----------------------------------------


def test_the_page_shows_what_is_done_and_what_comes_next_and_records_it_in_one_form(
    assigned: Persona, case: Case
) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.considered", note="Canarynote")
    client, address = sign_in(assigned), reverse("pathway", args=[case.pk, made])
    page = text(client.get(address))
    assert "Canarynote" in page
    assert "Not confirmed" in page
    assert page.index('aria-current="step"') < page.index("Legal advice on the way to apply")
    assert "Resettlement" not in page, "only the steps of this pathway are offered"
    refused = client.post(address, {"step": f"{VISA}.advised"})
    assert refused.status_code == 400
    done = client.post(address, {"step": f"{VISA}.advised", "done_on": ago(0), "authority": "Canarylawyer"})
    assert done.status_code == 302
    assert "Canarylawyer" in text(client.get(address))


def test_the_page_says_what_is_missing_with_the_way_to_it(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, "voluntary_return")
    take(assigned, case, made, "voluntary_return.considered")
    client, address = sign_in(assigned), reverse("pathway", args=[case.pk, made])
    opened = text(client.get(address))
    assert "Before this step" in opened
    assert reverse("entry", args=[case.pk, "pathway", made]) in opened
    refused = client.post(address, {"step": "voluntary_return.applied", "done_on": ago(0)})
    assert refused.status_code == 409
    assert "older than three months" in text(refused)


def test_the_page_asks_for_a_reason_where_one_is_needed_and_keeps_it(assigned: Persona, case: Case) -> None:
    write(assigned, case, "legal_status", asylum="applied")
    made = open_pathway(assigned, case, "voluntary_return", risk_on=ago(0))
    client, address = sign_in(assigned), reverse("pathway", args=[case.pk, made])
    body = {"step": "voluntary_return.applied", "done_on": ago(0)}
    refused = client.post(address, body)
    assert refused.status_code == 400
    assert 'name="reason"' in text(refused)
    assert client.post(address, body | {"reason": "Canaryreason"}).status_code == 302
    assert "Canaryreason" in text(client.get(address))


def test_only_the_team_sees_a_pathway(world: World, assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    assert who_sees(world, reverse("pathway", args=[case.pk, made])) == CASEWORK


@pytest.mark.parametrize("who", ["teammate", "supervisor"])
def test_whoever_carries_the_case_takes_steps(world: World, case: Case, who: str) -> None:
    made = open_pathway(world[who], case, VISA)
    take(world[who], case, made, f"{VISA}.advised")
    assert journey(world["assigned"], case).standing == "started"


@pytest.mark.parametrize("who", ["stranger", "focal_point", "advocate", "administrator"])
def test_to_everybody_else_there_is_none(world: World, assigned: Persona, case: Case, who: str) -> None:
    made = open_pathway(assigned, case, VISA)
    for attempt in (
        lambda: open_pathway(world[who], case, VISA),
        lambda: take(world[who], case, made, f"{VISA}.advised"),
    ):
        with pytest.raises(NotVisible):
            attempt()


def test_the_case_page_shows_each_pathway_with_its_next_step_without_a_query_more_for_each(
    assigned: Persona, case: Case
) -> None:
    client, address = sign_in(assigned), reverse("case", args=[case.pk])
    open_pathway(assigned, case, VISA)
    before = queries(client, address)
    for kind in ("integration", "resettlement"):
        take(assigned, case, open_pathway(assigned, case, kind), f"{kind}.considered")
    assert queries(client, address) == before
    page = text(client.get(address))
    assert {"Humanitarian visa", "Need for resettlement assessed"} <= {
        part.strip() for part in page.replace("<", ">").replace("Next: ", "").split(">")
    }


def test_a_step_is_recorded_through_the_api_and_refused_with_what_is_missing(
    assigned: Persona, case: Case
) -> None:
    made = open_pathway(assigned, case, "resettlement")
    client, address = api(assigned), f"/api/v1/cases/{case.pk}/entries/pathway_step/"
    body = {"under": str(made), "values": {"step": "resettlement.considered", "done_on": ago(0)}}
    assert client.post(address, body, format="json").status_code == 201
    body["values"] = {"step": "resettlement.assessed", "done_on": ago(0), "authority": "UNHCR"}
    refused = client.post(address, body, format="json")
    assert refused.status_code == 409
    assert "registered with UNHCR" in text(refused)
