"""Opening a case, and saving and restoring its sections."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from advocacy import facts
from casework.case_file import CaseFile, open_case_file
from casework.emergency import keep_in_step
from casework.erasing import keep_handle
from casework.manifest import Manifest, fingerprint, seal_manifest
from casework.models import Case, Identification, SectionVersion
from casework.pathways.facts import pathway_columns
from casework.record.documents import serialise, validate
from casework.record.facts import derive_fact
from casework.record.fields import Value
from casework.record.sections import section as declared
from casework.search.duplicates import section_changed
from core import audit
from core.access import found_object, open_object
from core.actor import Actor
from core.errors import NotAllowed, Stale, WrongState
from core.models import CASE_ROLES, Kind, Level

SectionRule = Callable[[CaseFile, Mapping[str, Value], Mapping[str, Value]], None]
_rules: dict[str, list[SectionRule]] = {}


def section_rule(section: str) -> Callable[[SectionRule], SectionRule]:
    """Register what else holds for, and follows from, a new version of a section: of its values before and after.

    It runs inside the transaction, before the version is written: what it raises forbids it.
    """

    def register(rule: SectionRule) -> SectionRule:
        _rules.setdefault(declared(section).name, []).append(rule)
        return rule

    return register


def follow_rules(
    file: CaseFile, section: str, before: Mapping[str, Value], after: Mapping[str, Value]
) -> None:
    """Do what the rules of a section say of a new version of it; what they raise forbids it."""
    for rule in _rules.get(section, ()):
        rule(file, before, after)


@transaction.atomic
def open_case(*, actor: Actor, identification_id: UUID) -> Case:
    """Open a case from an identification: with its own key, granted to the identification's team.

    Raises NotVisible; NotAllowed unless the actor is a caseworker or supervisor of that team; WrongState where a case
    was opened from it already.
    """
    began = open_object(actor, identification_id, Kind.IDENTIFICATION, level=Level.WRITE)
    identification = (
        Identification.objects.select_for_update(of=("self",))
        .select_related("team")
        .get(pk=identification_id)
    )
    if not actor.has_role(*CASE_ROLES, team_id=identification.team_id):
        raise NotAllowed
    if identification.case_id is not None:
        raise WrongState
    opened, _share = found_object(
        actor=actor,
        kind=Kind.CASE,
        grants=[(identification.team, Level.WRITE)],
        keeps_out_as=began.object,
    )
    case: Case = Case.objects.create(
        object=opened.object,
        team=identification.team,
        assigned_to=actor.user,
        opened_on=timezone.localdate(),
        urgent=identification.urgent,
        manifest=seal_manifest(opened, Manifest()),
    )
    identification.case = case
    identification.save(update_fields=["case"])
    audit.record("case.opened", actor=actor, object=opened.object, identification=identification_id)
    keep_in_step(actor, case)
    return case


@transaction.atomic
def save_section(
    *, actor: Actor, case_id: UUID, section: str, values: Mapping[str, object], base_version: int
) -> SectionVersion:
    """Append a version of a section; `base_version` is the one that the values were edited from (0 for none).

    Raises NotVisible (also for an unknown section), NotAllowed, Invalid with every field at fault, or Stale with both
    versions where someone saved meanwhile.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    return _append(file, section, values, base_version, "section.saved")


@transaction.atomic
def restore_section(
    *, actor: Actor, case_id: UUID, section: str, version: int, base_version: int
) -> SectionVersion:
    """Append an earlier version of a section as the newest one; `base_version` is the newest that the actor has seen.

    Raises NotVisible where there is no such version, WrongState where it is the newest already, Invalid where today's
    declaration doesn't take it any more, and what save_section raises.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    earlier = file.version(section, version)
    if earlier.version == file.section(section).version:
        raise WrongState
    return _append(file, section, earlier.values, base_version, "section.restored", restored=version)


def _append(
    file: CaseFile, section: str, values: Mapping[str, object], base_version: int, action: str, **codes: int
) -> SectionVersion:
    actor, newest = file.actor, file.section(section)
    clean = validate(declared(section), values)
    if newest.version != base_version:
        raise Stale(newest_version=newest.version, newest=newest.values, yours=clean)
    follow_rules(file, section, newest.values, clean)
    schema, version = declared(section).schema, newest.version + 1
    sealed = file.opened.seal("section", section, schema, version, content=serialise(clean))
    row = SectionVersion.objects.create(
        case=file.case,
        section=section,
        version=version,
        schema=schema,
        sealed=sealed,
        saved_by=actor.user,
        saved_at=timezone.now(),
    )
    file.note_change(f"section/{section}", version, fingerprint(sealed), action, **codes)
    section_changed(file, section, clean)
    renew_fact(actor=actor, case_id=file.case.pk)
    return row


def renew_fact(*, actor: Actor, case_id: UUID) -> None:
    """Bring the case's fact up to what the case says now; nothing where there is no consent to statistics.

    Where the consent has ended, the fact is withdrawn.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE)
    handle = fact_handle(file)
    consent = file.consent_for("statistics")
    if handle is not None and consent is None:
        facts.withdraw(handle=handle)
        _keep_fact_handle(file, None)
    elif consent is not None:
        values = derive_fact(file.documents, on=file.case.opened_on, beside=pathway_columns(file))
        until = consent.consent.expires_on
        if handle is not None:
            facts.replace(handle=handle, values=values, consent_expires_on=until)
        else:
            _keep_fact_handle(file, facts.hand_down(values=values, consent_expires_on=until))


def fact_handle(file: CaseFile) -> bytes | None:
    """The handle of the case's fact: it lies sealed in the case, the only way from the one to the other."""
    sealed = file.case.sealed_fact_handle
    return file.opened.unseal("fact-handle", sealed=sealed) if sealed else None


def _keep_fact_handle(file: CaseFile, handle: bytes | None) -> None:
    file.case.sealed_fact_handle = file.opened.seal("fact-handle", content=handle) if handle else None
    file.case.save(update_fields=["sealed_fact_handle"])
    keep_handle(file.case, handle)
