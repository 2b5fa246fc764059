"""Cases on their way out: as HTCDS says them, encrypted, to whom the survivor agreed and to nobody else."""

import io
import json
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pyrage
import pytest
import pyzipper
from django.core.management import CommandError, call_command

from casework.case_file import open_case_file
from casework.consents import Purpose
from casework.exporting.htcds import htcds_case
from casework.models import Case
from casework.record.entries import ENTRIES
from casework.record.htcds import htcds_fields
from casework.record.sections import SECTIONS
from casework.services import record_decision, save_section, withdraw_consent
from casework.services.exporting import export_case
from core.errors import NotAllowed, NotVisible, Refused
from core.models import AuditEvent, Organisation
from core.tokens import create_token
from referrals.demo import Persona, World
from tests.conftest import PERSONAS
from tests.scanner import scan

PASSPHRASE = "k7m29-k7m29-k7m29-k7m29"


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, world: World) -> Any:
    def sign_in(persona: Persona) -> None:
        monkeypatch.setenv("HEARTH_TOKEN", create_token(actor=persona.actor, name="export")[1])

    sign_in(world["assigned"])
    return sign_in


@pytest.fixture
def partner(world: World) -> Organisation:
    return world.partner_team.organisation


def export(actor_of: Persona, case: Case, recipient: Organisation | None = None) -> dict[str, Any]:
    return export_case(actor=actor_of.actor, case_id=case.pk, export=uuid.uuid4(), recipient=recipient)


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("export_htcds", *map(str, arguments), stdout=out)
    return out.getvalue()


# --- what is in it  ----------------------------------------


def test_a_case_is_said_in_the_words_of_htcds(world: World, assigned: Persona, case: Case) -> None:
    said = export(assigned, case)
    assert said["person"] == {
        "prs_FirstName": "Canarygiven",
        "prs_Birthdate": "1997-03-04",
        "prs_Gender": "Feminine",
        "prs_Citizenship": ["NPL"],
        "prs_MobilePhone": "+39 333 5550147",
        "vic_TypeOfExploitation": ["ForcedLabour"],
    }
    assert said["case"] == {
        "number": case.number,
        "opened_on": case.opened_on.isoformat(),
        "cas_Status": "Active",
        "cas_CaseOwner": "Amina Okello, Casework",
        "org_Name": "Harbour House",
    }
    assert said["events"] == [{"hte_Type": "Exploitation", "hte_Description": "Canarynarrative"}]


def test_the_recruitment_and_the_exploitation_are_two_events(assigned: Persona, case: Case) -> None:
    values = {"country_recruited": "NPL", "country_of_exploitation": "ITA", "from_month": "2024-03"}
    save_section(
        actor=assigned.actor,
        case_id=case.pk,
        section="trafficking_experience",
        values=values,
        base_version=1,
    )
    assert export(assigned, case)["events"] == [
        {"hte_Type": "Recruitment", "hte_Country": "NPL"},
        {"hte_Type": "Exploitation", "hte_Country": "ITA", "hte_Date": "2024-03"},
    ]


def test_the_newest_decision_says_what_they_are_in_law(assigned: Persona, case: Case) -> None:
    for kind, outcome in (("reasonable_grounds", "positive"), ("conclusive_grounds", "positive")):
        record_decision(
            actor=assigned.actor,
            case_id=case.pk,
            kind=kind,
            outcome=outcome,
            decided_on=date(2026, 2, 1),
            body="Police",
            country="ITA",
        )
    person = export(assigned, case)["person"]
    assert person["vic_TraffickingStatus"] == "ActualVictimOfTrafficking"
    assert person["vic_TraffickingStatusDecisionMakingOrg"] == "Police"


def test_every_word_of_it_is_one_of_htcds() -> None:
    known = htcds_fields()
    for declared in (*SECTIONS, *ENTRIES):
        for field in declared.fields:
            if field.htcds:
                assert field.htcds in known
                listed = known[field.htcds]
                codes = field.codes.codes.values() if field.codes and listed else []
                assert {code.htcds or code.value for code in codes} <= {*listed, "Other"}


@pytest.mark.usefixtures("share_consent")
def test_what_never_leaves_a_case_is_in_our_own_copy_alone(
    assigned: Persona, case: Case, partner: Organisation
) -> None:
    save_section(
        actor=assigned.actor,
        case_id=case.pk,
        section="notes",
        values={"case_notes": "Canarynote"},
        base_version=0,
    )
    assert export(assigned, case)["comments"] == [{"cco_CaseComment": "Canarynote"}]
    others = export(assigned, case, partner)
    assert others["comments"] == []
    file = open_case_file(assigned.actor, case.pk)
    said = str(htcds_case(file, recipient=partner.pk))
    for section in SECTIONS:
        for field in section.fields:
            if not field.shareable and field.htcds:
                assert field.htcds not in said


# --- who, and to whom  ----------------------------------------


@pytest.mark.parametrize("name", PERSONAS)
def test_the_caseworker_and_the_supervisor_export_and_nobody_else(
    world: World, case: Case, name: str
) -> None:
    if name in ("assigned", "supervisor"):
        assert export(world[name], case)
        return
    with pytest.raises(NotAllowed if name == "teammate" else NotVisible):
        export(world[name], case)


def test_another_organisation_gets_nothing_without_a_consent(
    world: World, assigned: Persona, case: Case, partner: Organisation
) -> None:
    with pytest.raises(Refused):
        export(assigned, case, partner)
    assert not AuditEvent.objects.filter(action="case.exported").exists()


@pytest.mark.usefixtures("share_consent")
def test_the_consent_is_one_for_that_organisation_and_holds(
    world: World, assigned: Persona, case: Case, partner: Organisation
) -> None:
    assert export(assigned, case, partner)["consents"][0]["purpose"] == Purpose.SHARE
    with pytest.raises(Refused):
        export(assigned, case, world.other_team.organisation)
    [consent] = open_case_file(assigned.actor, case.pk).consents
    withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=consent.id)
    with pytest.raises(Refused):
        export(assigned, case, partner)


def test_each_case_is_on_the_record(assigned: Persona, case: Case) -> None:
    export(assigned, case)
    event = AuditEvent.objects.filter(object=case.pk).latest("id")
    assert (event.action, event.actor, event.codes["recipient"]) == ("case.exported", assigned.user.pk, "own")


# --- the file  ----------------------------------------


def test_only_the_holder_of_the_age_key_opens_it(tmp_path: Path, case: Case, signed_in: Any) -> None:
    identity = pyrage.x25519.Identity.generate()
    out = tmp_path / "cases.age"
    assert run("--out", out, "--recipient", identity.to_public()) == f"Cases: 1 written to {out}.\n"
    assert out.stat().st_mode & 0o777 == 0o600
    content = json.loads(pyrage.decrypt(out.read_bytes(), [identity]))
    assert content["version"] == "2.0"
    assert [each["person"]["prs_FirstName"] for each in content["cases"]] == ["Canarygiven"]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(out.read_bytes(), [pyrage.x25519.Identity.generate()])
    assert scan([tmp_path], ["Canary"]) == []
    assert list(tmp_path.iterdir()) == [out]


def test_a_zip_archive_opens_with_its_passphrase_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, case: Case, signed_in: Any
) -> None:
    monkeypatch.setenv("HEARTH_EXPORT_PASSPHRASE", PASSPHRASE)
    out = tmp_path / "cases.zip"
    run("--out", out, "--zip", "--case", case.number)
    with pyzipper.AESZipFile(out) as archive:
        [info] = archive.infolist()
        assert (info.filename, info.wz_aes_strength) == ("export.json", 3)
        with pytest.raises(RuntimeError, match="password"):
            archive.read(info)
        archive.setpassword(PASSPHRASE.encode())
        assert json.loads(archive.read(info))["cases"][0]["case"]["number"] == case.number
    assert scan([tmp_path], ["Canary"]) == []


def test_a_weak_passphrase_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, case: Case, signed_in: Any
) -> None:
    monkeypatch.setenv("HEARTH_EXPORT_PASSPHRASE", "marigold")
    with pytest.raises(CommandError, match="at least 20 characters"):
        run("--out", tmp_path / "cases.zip", "--zip")


def test_cases_without_the_consent_are_left_out_and_named(
    world: World, tmp_path: Path, case: Case, partner: Organisation, signed_in: Any
) -> None:
    out, told = tmp_path / "cases.age", io.StringIO()
    key = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(CommandError, match="Cases left out: 1"):
        call_command(
            "export_htcds", "--out", str(out), "--recipient", key, "--for", partner.name, stdout=told
        )
    assert f"{case.number} left out: No consent to share this with them holds." in told.getvalue()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--recipient", "age1nonsense"], "not a public key of age"),
        (["--recipient", "KEY", "--case", "K7M2-9QXD-6"], "Not a case number"),
        (["--recipient", "KEY", "--case", "0000-0000-0"], "Not found: 0000-0000-0"),
        (["--recipient", "KEY", "--for", "Nobody"], "no organisation of this name"),
    ],
)
def test_what_makes_no_sense_is_refused_and_writes_nothing(
    tmp_path: Path, signed_in: Any, arguments: list[str], why: str
) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(CommandError, match=why):
        run("--out", tmp_path / "x.age", *[key if each == "KEY" else each for each in arguments])
    assert list(tmp_path.iterdir()) == []


def test_a_colleague_is_told_to_ask_and_a_stranger_that_there_is_nothing(
    world: World, tmp_path: Path, case: Case, signed_in: Any
) -> None:
    key = pyrage.x25519.Identity.generate().to_public()
    for name, why in (("teammate", "a supervisor exports these"), ("stranger", "Not found")):
        signed_in(world[name])
        with pytest.raises(CommandError, match=why):
            run("--out", tmp_path / "x.age", "--recipient", key, "--case", case.number)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path, case: Case, signed_in: Any) -> None:
    out = tmp_path / "cases.age"
    out.write_bytes(b"mine")
    with pytest.raises(CommandError, match="exists already"):
        run("--out", out, "--recipient", pyrage.x25519.Identity.generate().to_public())
    assert out.read_bytes() == b"mine"


def test_a_failure_on_the_way_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, case: Case, signed_in: Any
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("casework.management.commands.export_htcds.export_case", fail)
    for how in (["--recipient", pyrage.x25519.Identity.generate().to_public()], ["--zip"]):
        monkeypatch.setenv("HEARTH_EXPORT_PASSPHRASE", PASSPHRASE)
        with pytest.raises(CommandError, match="Nothing was written"):
            run("--out", tmp_path / "cases", *how)
        assert list(tmp_path.iterdir()) == []
