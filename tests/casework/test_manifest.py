"""The manifest: what was put back, taken away or swapped in the database is noticed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.case_file import CaseFile, open_case_file
from casework.manifest import Manifest, fingerprint, read_manifest, seal_manifest
from casework.models import Case, Consent, SectionVersion
from casework.services import open_case, record_consent, record_identification, save_section, withdraw_consent
from casework.services.consents import How, Purpose
from core.access import OpenObject
from core.errors import Tampered
from core.models import AuditEvent
from referrals.demo import World
from tests.conftest import SECTIONS


def read(world: World, case: Case) -> CaseFile:
    file = open_case_file(world["teammate"].actor, case.pk)
    assert (file.sections, file.consents) is not None
    return file


def change(model: Any, where: dict[str, Any], **values: Any) -> None:
    assert model.objects.filter(**where).update(**values) == 1


@pytest.fixture
def other(world: World, case: Case) -> Case:
    """Another case of the same team, with the same sections."""
    made = open_case(
        actor=world["assigned"].actor,
        identification_id=record_identification(
            actor=world["assigned"].actor,
            team_id=world.team.pk,
            instrument_id="ilo-adult-labour",
            answers={},
            interviewed_on=case.opened_on,
        ).pk,
    )
    for section, values in SECTIONS.items():
        save_section(
            actor=world["assigned"].actor, case_id=made.pk, section=section, values=values, base_version=0
        )
    return made


@pytest.fixture
def changed(world: World, case: Case) -> dict[str, Any]:
    """The case as it was, before its identity was saved again."""
    before = {
        "manifest": Case.objects.get(pk=case.pk).manifest,
        "sealed": case.section_versions.get(section="identity").sealed,
    }
    save_section(
        actor=world["assigned"].actor,
        case_id=case.pk,
        section="identity",
        values={"chosen_name": "Siskin"},
        base_version=1,
    )
    return before


def test_what_was_saved_is_read(world: World, case: Case) -> None:
    file = read(world, case)
    assert file.documents["identity"]["given_name"] == "Canarygiven"
    assert file.documents["trafficking_experience"]["narrative"] == "Canarynarrative"
    assert {name for name, document in file.sections.items() if document.version == 1} == SECTIONS.keys()


def identity(case: Case, version: int = 1) -> dict[str, Any]:
    return {"case": case, "section": "identity", "version": version}


Attack = Callable[[Case, Case, dict[str, Any]], object]
ATTACKS: dict[str, Attack] = {
    "the older version under the newer number": lambda case, other, before: change(
        SectionVersion, identity(case, 2), sealed=before["sealed"]
    ),
    "the newer version taken away": lambda case, other, before: SectionVersion.objects.filter(
        **identity(case, 2)
    ).delete(),
    "the manifest of before, with the newer rows": lambda case, other, before: (
        (
            change(Case, {"pk": case.pk}, manifest=before["manifest"]),
            change(
                SectionVersion,
                identity(case, 1),
                sealed=SectionVersion.objects.get(**identity(case, 2)).sealed,
            ),
        )
    ),
    "the section of another case": lambda case, other, before: change(
        SectionVersion, identity(case, 2), sealed=SectionVersion.objects.get(**identity(other)).sealed
    ),
    "the manifest of another case": lambda case, other, before: change(
        Case, {"pk": case.pk}, manifest=other.manifest
    ),
    "another section of the same case": lambda case, other, before: change(
        SectionVersion,
        identity(case, 2),
        sealed=case.section_versions.get(section="contact_and_safety").sealed,
    ),
    "another schema": lambda case, other, before: change(SectionVersion, identity(case, 2), schema=2),
    "a version that was never saved": lambda case, other, before: change(
        SectionVersion, identity(case, 2), version=3
    ),
    "an empty manifest": lambda case, other, before: change(Case, {"pk": case.pk}, manifest=b""),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_changed_in_the_database_is_noticed(
    world: World, case: Case, other: Case, changed: dict[str, Any], attack: str
) -> None:
    read(world, case)
    ATTACKS[attack](case, other, changed)
    with pytest.raises(Tampered):
        read(world, case)


def test_a_withdrawal_that_was_undone_is_noticed(world: World, case: Case, share_consent: None) -> None:
    consent = Consent.objects.get(case=case)
    withdraw_consent(actor=world["assigned"].actor, case_id=case.pk, consent_id=consent.pk)
    change(Consent, {"pk": consent.pk}, state="given", withdrawn_on=None)
    with pytest.raises(Tampered):
        read(world, case)


def test_a_consent_that_is_saved_while_another_reads_is_no_tampering(world: World, case: Case) -> None:
    reading = open_case_file(world["teammate"].actor, case.pk)
    assert reading.manifest.version("section/identity") == 1
    record_consent(
        actor=world["assigned"].actor,
        case_id=case.pk,
        purpose=Purpose.KEEP_RECORD,
        given_on=date(2026, 1, 20),
        how=How.WRITTEN,
        explained="All of it",
        language="eng",
    )
    assert [consent.purpose for consent in reading.consents] == [Purpose.KEEP_RECORD]


def test_a_consent_that_was_prolonged_moved_or_taken_away_is_noticed(
    world: World, case: Case, other: Case, share_consent: None
) -> None:
    consent = Consent.objects.get(case=case)
    for values in ({"expires_on": "2090-01-01"}, {"given_on": "2026-01-01"}, {"sealed": b"x"}):
        before = Consent.objects.values(*values).get(pk=consent.pk)
        change(Consent, {"pk": consent.pk}, **values)
        with pytest.raises(Tampered):
            read(world, case)
        change(Consent, {"pk": consent.pk}, **before)
    read(world, case)
    change(Consent, {"pk": consent.pk}, case=other)
    for each in (case, other):
        with pytest.raises(Tampered):
            read(world, each)
    Consent.objects.all().delete()
    with pytest.raises(Tampered):
        read(world, case)


def test_a_case_put_back_whole_is_told_by_the_trail(
    world: World, case: Case, changed: dict[str, Any]
) -> None:
    """Every row fits every other, so the case itself notices nothing; the trail knows the newest manifest."""
    SectionVersion.objects.filter(**identity(case, 2)).delete()
    change(Case, {"pk": case.pk}, manifest=changed["manifest"])
    file = read(world, case)
    newest = AuditEvent.objects.filter(action="section.saved", object=case.pk).latest("id")
    assert newest.codes["counter"] == file.manifest.counter + 1
    assert newest.codes["manifest"] != fingerprint(file.case.manifest)


def test_the_trail_holds_the_hash_of_the_manifest_as_it_lies_there(world: World, case: Case) -> None:
    newest = AuditEvent.objects.filter(action="section.saved", object=case.pk).latest("id")
    assert newest.codes["manifest"] == fingerprint(Case.objects.get(pk=case.pk).manifest)
    assert newest.codes["counter"] == 3


def test_its_length_tells_little(world: World, case: Case) -> None:
    lengths = {len(bytes(case.manifest))}
    record_consent(
        actor=world["assigned"].actor,
        case_id=case.pk,
        purpose=Purpose.KEEP_RECORD,
        given_on=case.opened_on,
        how=How.WRITTEN,
        explained="x",
        language="en",
    )
    lengths.add(len(bytes(Case.objects.get(pk=case.pk).manifest)))
    assert len(lengths) == 1


@given(st.lists(st.binary(max_size=5)), st.lists(st.binary(max_size=5)))
def test_two_lists_of_parts_never_have_one_fingerprint(left: list[bytes], right: list[bytes]) -> None:
    assert (fingerprint(*left) == fingerprint(*right)) == (left == right)


@given(
    st.integers(0),
    st.dictionaries(st.text(max_size=20), st.tuples(st.integers(0), st.text(max_size=20)), max_size=5),
)
def test_a_manifest_reads_back(counter: int, entries: dict[str, tuple[int, str]]) -> None:
    class Box:
        """Stands for an OpenObject: the sealing is tested in core."""

        def seal(self, purpose: str, *, content: bytes) -> bytes:
            return content

        def unseal(self, purpose: str, *, sealed: bytes) -> bytes:
            return sealed

    box: OpenObject = Box()  # type: ignore[assignment]
    sealed = seal_manifest(box, Manifest(counter, entries))
    assert len(sealed) % 1024 == 0
    assert read_manifest(box, sealed) == Manifest(counter, entries)
