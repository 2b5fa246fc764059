"""An organisation's own instruments and the wordings it confirms: its administrators' work, for itself alone."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.models import ConfirmedWording, Identification, OwnInstrument
from casework.offered import offered_to
from casework.selectors import read_identification
from casework.services import (
    add_instrument,
    confirm_wording,
    enable_instrument,
    record_identification,
    retire_instrument,
)
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.casework.test_xlsform import with_row, workbook
from tests.conftest import sign_in
from tests.instruments import LANTERN
from tests.pages import text, who_sees

OTHERS = ("assigned", "teammate", "supervisor", "stranger", "focal_point", "advocate")
SECOND = LANTERN.replace('version: "1"', 'version: "2"').replace("papers_kept", "phone_kept")


@pytest.fixture
def administrator(world: World) -> Persona:
    return world["administrator"]


def offered(persona: Persona) -> set[tuple[str, str]]:
    return {(each.id, each.version) for each in offered_to(persona.user.organisation_id)}


def recorded(persona: Persona, world: World, instrument: str, **answers: str) -> Identification:
    return record_identification(
        actor=persona.actor,
        team_id=world.team.pk,
        instrument_id=instrument,
        answers=answers,
        interviewed_on=date(2026, 1, 15),
    )


# --- adding  -----------------------------------------------------------------------------------------------------


def test_what_is_added_is_used_by_one_s_own_organisation_alone(world: World, administrator: Persona) -> None:
    add_instrument(actor=administrator.actor, text=LANTERN)
    assert ("lantern", "1") in offered(world["assigned"])
    assert ("lantern", "1") not in offered(world["stranger"])
    made = recorded(world["assigned"], world, "lantern", papers_kept="present")
    document = read_identification(world["teammate"].actor, made.pk)
    assert document.assessment.screening is not None
    assert document.assessment.screening.points == 1


def test_another_organisation_can_not_record_with_it(world: World, administrator: Persona) -> None:
    add_instrument(actor=administrator.actor, text=LANTERN)
    stranger = world["stranger"]
    with pytest.raises(Invalid) as caught:
        record_identification(
            actor=stranger.actor,
            team_id=world.other_team.pk,
            instrument_id="lantern",
            answers={},
            interviewed_on=date(2026, 1, 15),
        )
    assert set(caught.value.fields) == {"instrument"}


@pytest.mark.parametrize("name", OTHERS)
def test_only_an_administrator_changes_instruments(world: World, administrator: Persona, name: str) -> None:
    add_instrument(actor=administrator.actor, text=LANTERN)
    actor = world[name].actor
    for change in (
        lambda: add_instrument(actor=actor, text=SECOND),
        lambda: retire_instrument(actor=actor, instrument_id="lantern", version="1"),
        lambda: enable_instrument(actor=actor, instrument_id="lantern", version="1"),
        lambda: confirm_wording(actor=actor, instrument_id="ilo-adult-sexual"),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert [(row.version, row.enabled) for row in OwnInstrument.objects.all()] == [("1", True)]
    assert not ConfirmedWording.objects.exists()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("id: asked_for_papers", "id: papers_kept"), "indicators[1].id: 'papers_kept' is there twice"),
        (
            ("    help: Passport", "    ask_if: {asked_for_papers: present}\n    help: Passport"),
            "indicators[0].ask_if: waits for itself: papers_kept -> asked_for_papers -> papers_kept",
        ),
        (("ask_if: {papers_kept", "ask_if: {nothing"), "indicators[1].ask_if: 'nothing' is not declared"),
        (("positive_from: 1", "positive_form: 1"), "rule.positive_from: missing"),
        (("label: They asked for them", "label: {fr: Oui}"), "indicators[1].label: no English label"),
        (("id: lantern", "id: raft"), "id: a published instrument has this id"),
        (("id: lantern", "id: " + "l" * 61), "id: at most 60 characters"),
        (('version: "1"', "version: the first"), "version: letters, digits"),
        (('version: "1"', 'version: "1\\0"'), "version: letters, digits"),
        (("id: lantern", "id: [lantern"), "line "),
        (("id: lantern", "id: lantern\nid: other"), "line "),
    ],
)
def test_a_bad_file_is_refused_with_the_place_named(
    administrator: Persona, change: tuple[str, str], place: str
) -> None:
    assert change[0] in LANTERN
    with pytest.raises(Invalid) as caught:
        add_instrument(actor=administrator.actor, text=LANTERN.replace(*change))
    (message,) = caught.value.fields["file"]
    assert str(message).startswith(place)
    assert not OwnInstrument.objects.exists()


def test_a_chain_of_conditions_that_would_never_be_followed_to_its_end_is_refused(
    administrator: Persona,
) -> None:
    chain = [f"  - {{id: q{n}, label: Q, ask_if: {{q{n + 1}: present}}}}" for n in range(400)]
    head, _indicators, _rest = LANTERN.partition("indicators:")
    text = "\n".join([f"{head}indicators:", *chain, "  - {id: q400, label: Q}"])
    with pytest.raises(Invalid) as caught:
        add_instrument(actor=administrator.actor, text=text)
    assert "waits for more than 50" in str(caught.value.fields["file"][0])


def test_an_answer_to_an_indicator_of_another_set_is_refused(world: World, administrator: Persona) -> None:
    add_instrument(actor=administrator.actor, text=LANTERN)
    with pytest.raises(Invalid) as caught:
        recorded(world["assigned"], world, "lantern", papers_kept="present", ex_excessive_hours="present")
    assert set(caught.value.fields) == {"answers.ex_excessive_hours"}
    assert not Identification.objects.exists()


# --- versions  ---------------------------------------------------------------------------------------------------


def test_a_new_version_retires_the_old_one_and_old_records_read_as_they_did(
    world: World, administrator: Persona
) -> None:
    add_instrument(actor=administrator.actor, text=LANTERN)
    before = recorded(world["assigned"], world, "lantern", papers_kept="present")
    add_instrument(actor=administrator.actor, text=SECOND)
    assert offered(world["assigned"]) & {("lantern", "1"), ("lantern", "2")} == {("lantern", "2")}
    after = recorded(world["assigned"], world, "lantern", phone_kept="present")
    for made, version, evidence in ((before, "1", "papers_kept"), (after, "2", "phone_kept")):
        assessment = read_identification(world["assigned"].actor, made.pk).assessment
        assert assessment.instrument.version == version
        assert assessment.screening is not None
        assert [each.id for each in assessment.screening.evidence] == [evidence]


def test_a_version_is_added_once(administrator: Persona) -> None:
    add_instrument(actor=administrator.actor, text=LANTERN)
    with pytest.raises(Invalid, match="invalid"):
        add_instrument(actor=administrator.actor, text=LANTERN.replace("They asked", "They begged"))
    assert OwnInstrument.objects.get().text == LANTERN


def test_one_is_retired_and_used_again(world: World, administrator: Persona) -> None:
    actor = administrator.actor
    add_instrument(actor=actor, text=LANTERN)
    add_instrument(actor=actor, text=SECOND)
    retire_instrument(actor=actor, instrument_id="lantern", version="2")
    assert not {id for id, _version in offered(world["assigned"])} & {"lantern"}
    with pytest.raises(WrongState):
        retire_instrument(actor=actor, instrument_id="lantern", version="2")
    enable_instrument(actor=actor, instrument_id="lantern", version="1")
    enable_instrument(actor=actor, instrument_id="lantern", version="2")
    assert [row.version for row in OwnInstrument.objects.filter(enabled=True)] == ["2"]
    with pytest.raises(NotVisible):
        enable_instrument(actor=actor, instrument_id="lantern", version="3")


def test_a_file_can_be_added_switched_off(world: World, administrator: Persona) -> None:
    add_instrument(actor=administrator.actor, text=LANTERN)
    add_instrument(actor=administrator.actor, text=SECOND.replace("enabled: true", "enabled: false"))
    assert offered(world["assigned"]) & {("lantern", "1"), ("lantern", "2")} == {("lantern", "1")}


def test_each_change_is_noted(administrator: Persona) -> None:
    actor = administrator.actor
    add_instrument(actor=actor, text=LANTERN)
    retire_instrument(actor=actor, instrument_id="lantern", version="1")
    enable_instrument(actor=actor, instrument_id="lantern", version="1")
    confirm_wording(actor=actor, instrument_id="ilo-child-sexual")
    events = AuditEvent.objects.filter(action__startswith="instrument.").order_by("pk")
    assert [(event.action, event.codes["instrument"]) for event in events] == [
        ("instrument.added", "lantern"),
        ("instrument.retired", "lantern"),
        ("instrument.enabled", "lantern"),
        ("instrument.wording_confirmed", "ilo-child-sexual"),
    ]
    assert {event.actor for event in events} == {administrator.user.pk}


# --- wording  ----------------------------------------------------------------------------------------------------


def test_a_confirmed_wording_switches_a_set_on_for_one_organisation(
    world: World, administrator: Persona
) -> None:
    with pytest.raises(Invalid):
        recorded(world["assigned"], world, "ilo-adult-sexual")
    confirm_wording(actor=administrator.actor, instrument_id="ilo-adult-sexual")
    assert recorded(world["assigned"], world, "ilo-adult-sexual").pk
    assert "ilo-adult-sexual" not in {id for id, _version in offered(world["stranger"])}


def test_a_confirmed_wording_is_no_longer_called_unverified(world: World, administrator: Persona) -> None:
    confirm_wording(actor=administrator.actor, instrument_id="ilo-adult-sexual")
    made = recorded(world["assigned"], world, "ilo-adult-sexual")
    read = read_identification(world["assigned"].actor, made.pk).assessment.instrument
    [shown] = [each for each in offered_to(world.team.organisation_id) if each.id == "ilo-adult-sexual"]
    for used in (read, shown):
        assert not any(indicator.unverified for indicator in used.indicators)


def test_a_wording_is_confirmed_once_and_only_where_it_waits_for_that(administrator: Persona) -> None:
    actor = administrator.actor
    confirm_wording(actor=actor, instrument_id="ilo-adult-sexual")
    with pytest.raises(WrongState):
        confirm_wording(actor=actor, instrument_id="ilo-adult-sexual")
    for id in ("ilo-adult-labour", "no-such", ""):
        with pytest.raises(NotVisible):
            confirm_wording(actor=actor, instrument_id=id)


# --- the pages  --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/instruments/", "/instruments/new/", "/instruments/wording/?instrument=ilo-adult-sexual"]
)
def test_the_pages_are_the_administrator_s(world: World, path: str) -> None:
    assert who_sees(world, path) == {"administrator"}


def upload(content: str | bytes, name: str = "lantern.yaml") -> dict[str, Any]:
    data = content.encode() if isinstance(content, str) else content
    return {"file": SimpleUploadedFile(name, data)}


def test_a_file_is_added_and_listed(administrator: Persona) -> None:
    client = sign_in(administrator)
    done = client.post("/instruments/new/", upload(LANTERN), follow=True)
    assert done.redirect_chain == [("/instruments/", 302)]
    assert "Lantern questions" in text(done)
    assert "Retire" in text(done)
    client.post("/instruments/switch/", {"instrument": "lantern", "version": "1", "to": "off"})
    assert "Use again" in text(client.get("/instruments/"))


def test_an_xlsform_is_told_by_what_is_in_it(world: World, administrator: Persona) -> None:
    sign_in(administrator).post("/instruments/new/", upload(workbook(), "whatever.txt"))
    assert ("lantern", "2026.1") in offered(world["assigned"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LANTERN.replace("id: asked_for_papers", "id: papers_kept"), "indicators[1].id"),
        (with_row("calculate", "sum", "Sum"), "survey row 10"),
        (b"\xff\xfe\x00", "neither a text in UTF-8 nor an XLSForm"),
        ("", "The submitted file is empty."),
        ("# " + "x" * 1_000_000, "Choose a file of at most 1 MB."),
    ],
)
def test_a_file_that_can_not_be_taken_is_refused_at_its_field(
    administrator: Persona, content: str | bytes, message: str
) -> None:
    refused = sign_in(administrator).post("/instruments/new/", upload(content))
    assert refused.status_code == 400
    assert message in text(refused)
    assert not OwnInstrument.objects.exists()


def test_no_upload_makes_a_temporary_file(administrator: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("a temporary file was made")

    client = sign_in(administrator)
    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", refuse)
    assert client.post("/instruments/new/", upload(LANTERN)).status_code == 302
    assert client.post("/instruments/new/", upload("x" * 3_000_000)).status_code == 400


def test_what_is_confirmed_is_shown_before(administrator: Persona) -> None:
    client = sign_in(administrator)
    page = text(client.get("/instruments/wording/?instrument=ilo-adult-sexual"))
    assert "compared every label below" in page
    assert page.count("<li>") >= 60
    assert "strong" in page
    done = client.post("/instruments/wording/", {"instrument": "ilo-adult-sexual"}, follow=True)
    assert "Wording confirmed on" in text(done)
    assert client.post("/instruments/wording/", {"instrument": "ilo-adult-sexual"}).status_code == 409


@pytest.mark.parametrize("query", ["", "?instrument=raft", "?instrument=no-such"])
def test_there_is_nothing_to_confirm_about_any_other(administrator: Persona, query: str) -> None:
    assert sign_in(administrator).get(f"/instruments/wording/{query}").status_code == 404
