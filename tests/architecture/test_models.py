"""Every stored field is known for what it gives away, and free text in clear is a short list."""

import pytest
from django.apps import apps
from django.db import models

from core.models import Sensitivity
from core.models.tagged import Tagged

OURS = ("core", "advocacy", "casework", "referrals")
MODELS = [model for app in OURS for model in apps.get_app_config(app).get_models()]
BY_LABEL = {model._meta.label: model for model in MODELS}

# Text in clear that has no list of choices, and why a survivor can't stand in it.
TEXT_IN_CLEAR = {
    "casework.OwnInstrument.instrument": "the id of a set of questions",
    "casework.OwnInstrument.version": "a version of it",
    "casework.OwnInstrument.text": "the questions themselves, before anybody answers",
    "casework.ConfirmedWording.instrument": "the id of a set of questions",
    "casework.ConfirmedWording.version": "a version of it",
    "core.Organisation.name": "an organisation",
    "core.Team.name": "a team",
    "core.User.email": "staff",
    "core.User.name": "staff",
    "core.User.password": "the verifier, sealed under the pepper, in hex",
    "core.ApiToken.name": "staff name their own programs",
    "core.AuditEvent.action": "a word of the code",
    "core.AuditEvent.outcome": "a word of the code",
    "core.AuditEvent.kind": "a word of the code",
    "core.AuditEvent.codes": "core.audit takes ids, numbers and code words only",
    "core.Notice.what": "a word of the code",
    "core.OutboxItem.kind": "a word of the code",
    "core.OutboxItem.error": "the class of an exception",
    "core.Heartbeat.name": "a word of the code",
    "core.BeatRun.name": "a word of the code",
    "core.BeatRun.error": "the class of an exception",
    "casework.Case.number": "random, with a check character",
    "casework.Document.stored_as": "random",
    "casework.ImportTable.stored_as": "random",
    "casework.SectionVersion.section": "a declared section",
    "referrals.Enclosure.stored_as": "random",
    "referrals.OneTimePacket.reason": "a word of the code",
    "referrals.Service.name": "what a partner offers",
    "referrals.Service.description": "what a partner offers",
    **{
        f"referrals.Service.{name}": "of a service, for anyone to know"
        for name in ("required_documents", "address", "phone", "email", "website", "time_zone")
    },
    "referrals.ServiceCode.code": "a code of a service",
    "referrals.ServiceArea.country": "a code of a country",
    "referrals.ServiceArea.subdivision": "a code of a part of a country",
    "referrals.ServiceArea.place": "where a service works",
    "referrals.DirectorySource.name": "who publishes a directory",
    "referrals.DirectoryRow.table": "a table of the specification",
    "referrals.DirectoryRow.data": "what others publish about services",
    "referrals.DirectoryRow.digest": "a hash of it",
    "referrals.DirectoryRow.filled_in": "a hash of it",
    "referrals.DirectoryLink.column": "a column of the specification",
    "advocacy.FactImport.source": "a word of the code",
    "advocacy.FactImport.digest": "a hash of a file",
    "advocacy.Fact.source": "a word of the code",
    "advocacy.Fact.written_in": "a quarter; the database takes no other text",
    "advocacy.Fact.consent_ends_in": "a quarter; the database takes no other text",
    "advocacy.Fact.gender": "a code; the database takes no other text",
    "advocacy.Fact.age_broad": "a band; the database takes no other text",
    "advocacy.Fact.citizenship": "a code; the database takes no other text",
    "advocacy.Fact.country_of_exploitation": "a code; the database takes no other text",
    "advocacy.Fact.traffick_months": "a band; the database takes no other text",
    "advocacy.Fact.pathway": "a code; the database takes no other text",
    "advocacy.Fact.pathway_standing": "a code; the database takes no other text",
    "advocacy.Fact.pathway_wait": "a band; the database takes no other text",
}
# Bytes that are no ciphertext.
BYTES_IN_CLEAR = {
    "core.UserKey.public_key",
    "core.TeamKey.public_key",
    "core.ApiToken.public_key",
    "core.KeySlot.salt",
    "core.KeptOut.mark",
    "casework.ImportedCase.mark",
    "casework.CalendarLink.secret_check",
    "casework.ErasedImport.mark",
    "referrals.PlaceRequest.case_mark",
    "advocacy.Fact.handle",
    "referrals.OneTimePacket.checks",
    "referrals.OneTimePacket.answer_check",
    *(f"{model._meta.label}.tag" for model in MODELS if issubclass(model, Tagged)),
}


def fields(*kinds: type[models.Field]) -> dict[str, models.Field]:
    return {
        f"{model._meta.label}.{field.name}": field
        for model in MODELS
        for field in model._meta.concrete_fields
        if isinstance(field, kinds)
    }


@pytest.mark.parametrize("label", BY_LABEL)
def test_each_field_is_in_the_models_table_of_sensitivity(label: str) -> None:
    model = BY_LABEL[label]
    declared = model.__dict__["SENSITIVITY"]
    assert set(declared) == {field.name for field in model._meta.concrete_fields}
    assert all(isinstance(value, Sensitivity) for value in declared.values())


@pytest.mark.parametrize("name", fields(models.BinaryField))
def test_bytes_are_ciphertext_unless_named_above(name: str) -> None:
    label, _, field = name.rpartition(".")
    sealed = BY_LABEL[label].__dict__["SENSITIVITY"][field] is Sensitivity.SEALED
    assert sealed == (name not in BYTES_IN_CLEAR)


def test_what_is_sealed_is_bytes() -> None:
    for label, model in BY_LABEL.items():
        for name, value in model.__dict__["SENSITIVITY"].items():
            if value is Sensitivity.SEALED:
                assert f"{label}.{name}" in fields(models.BinaryField)


def test_text_in_clear_is_what_is_named_above() -> None:
    text = fields(
        models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField
    )
    free = {name for name, field in text.items() if not field.choices}
    assert free == set(TEXT_IN_CLEAR)


def test_the_database_takes_no_state_role_or_level_that_is_not_declared() -> None:
    for label, model in BY_LABEL.items():
        checked = " ".join(
            str(each.condition)
            for each in model._meta.constraints
            if isinstance(each, models.CheckConstraint)
        )
        for field in model._meta.concrete_fields:
            if field.name in ("state", "role", "level"):
                for value, _label in field.choices or []:
                    assert f"'{value}'" in checked, f"{label}.{field.name}: {value}"


def test_staff_and_secrets_are_where_one_expects_them() -> None:
    of_staff = {
        f"{label}.{name}"
        for label, model in BY_LABEL.items()
        for name, value in model.__dict__["SENSITIVITY"].items()
        if value in (Sensitivity.STAFF, Sensitivity.SECRET)
    }
    assert of_staff == {
        "core.User.email",
        "core.User.name",
        "core.User.last_login",
        "core.User.password",
        "core.ApiToken.name",
    }


def test_a_tagged_row_tags_all_that_decides_who_opens_what() -> None:
    """What is left out of a tag anyone who writes to the database may change: named here, with the reason."""
    left_out = {
        "core.Grant.kind": "copied from the object, whose share is bound to it; check_access compares",
        "core.Grant.sort_key": "for the order of a list; check_access compares",
        "core.UserKey.id": "nothing refers to it",
        "core.KeySlot.id": "nothing refers to it",
        "core.TeamKey.id": "nothing refers to it",
        "core.TokenTeamKey.id": "nothing refers to it",
        "core.ApiToken.name": "for its owner to know it by",
        "core.ApiToken.created_at": "for its owner to know it by",
        "core.ApiToken.revoked_at": "revoking deletes its keys too",
    }
    found = {
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        if issubclass(model, Tagged)
        for field in model._meta.concrete_fields
        if field.attname not in model.TAGGED and field.name != "tag"
    }
    assert found == set(left_out)
