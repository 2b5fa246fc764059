"""Exporting chosen cases from the page: encrypted, for whom the survivor agreed, on the record, and kept nowhere."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pyrage
import pytest
import pyzipper
from django.test import Client

from casework.export_forms import new_passphrase
from casework.models import Case, Consent
from casework.services import open_case, withdraw_consent
from casework.services.exporting import Reason, export_cases
from core.errors import HearthError, Invalid
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.casework.test_search_pages import new_identification
from tests.conftest import PERSONAS, sign_in
from tests.pages import PLANTED, text
from tests.scanner import scan

KEY = pyrage.x25519.Identity.generate()
TEAM = {"assigned", "teammate", "supervisor"}
MAY = {"assigned", "supervisor"}


def answers(*cases: Case, **more: str) -> dict[str, Any]:
    ids = [str(case.pk) for case in cases]
    sent = {"case": ids, "offered": ids, "recipient": "", "reason": "own_copy", "how": "age"}
    return sent | {"key": str(KEY.to_public()), "passphrase": new_passphrase()} | more


def exported(client: Client, *cases: Case, **more: str) -> Any:
    return client.post("/exports/", answers(*cases, **more))


def opened(response: Any) -> dict[str, Any]:
    content = b"".join(response.streaming_content)
    assert len(content) == int(response["Content-Length"])
    assert scan([content], PLANTED) == []
    return dict(json.loads(pyrage.decrypt(content, [KEY])))


@pytest.fixture
def second(world: World, assigned: Persona) -> Case:
    made = new_identification(world, assigned)
    return open_case(actor=assigned.actor, identification_id=made.pk)


# --- the way through  ----------------------------------------


def test_chosen_in_the_list_they_are_asked_about_and_leave_encrypted(
    assigned: Persona, case: Case, second: Case
) -> None:
    client = sign_in(assigned)
    listed = text(client.get("/cases/"))
    assert listed.count('name="case"') == 2
    asked = client.post("/exports/", {"case": [str(case.pk), str(second.pk)]})
    assert asked.status_code == 200
    assert case.number in text(asked)
    assert not any(word in text(asked) for word in PLANTED)
    response = exported(client, case, second)
    assert response["Content-Disposition"] == 'attachment; filename="export.age"'
    assert {each["case"]["number"] for each in opened(response)["cases"]} == {case.number, second.number}


def test_this_case_from_its_page(assigned: Persona, case: Case) -> None:
    client = sign_in(assigned)
    address = f"/cases/{case.pk}/export/"
    assert address in text(client.get(f"/cases/{case.pk}/"))
    assert str(case.pk) in text(client.get(address))


def test_a_zip_archive_opens_with_the_passphrase_of_the_page(assigned: Persona, case: Case) -> None:
    client = sign_in(assigned)
    page = text(client.get(f"/cases/{case.pk}/export/"))
    shown = re.search(r"<strong>([a-z2-9-]{35})</strong>", page)
    assert shown
    assert f'name="passphrase" value="{shown[1]}"' in page
    response = exported(client, case, how="zip", key="", passphrase=shown[1])
    assert response["Content-Disposition"] == 'attachment; filename="export.zip"'
    content = b"".join(response.streaming_content)
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        archive.setpassword(shown[1].encode())
        written = json.loads(archive.read("export.json"))
    assert [each["case"]["number"] for each in written["cases"]] == [case.number]
    assert shown[1] not in text(client.get(f"/cases/{case.pk}/export/"))


def test_no_passphrase_is_made_twice() -> None:
    made = {new_passphrase() for _ in range(50)}
    assert len(made) == 50
    assert {len(each) for each in made} == {35}


def test_it_is_on_the_record_with_how_many_and_why(assigned: Persona, case: Case, second: Case) -> None:
    opened(exported(sign_in(assigned), case, second, reason="survivor"))
    made = AuditEvent.objects.get(action="cases.exported")
    assert made.codes == {"cases": 2, "reason": "survivor"}
    each = AuditEvent.objects.filter(action="case.exported")
    assert {event.object for event in each} == {case.pk, second.pk}
    assert {event.codes["export"] for event in each} == {str(made.object)}


def test_nothing_of_it_is_kept(assigned: Persona, case: Case, folder: Path) -> None:
    opened(exported(sign_in(assigned), case))
    assert [path for path in folder.rglob("*") if path.is_file()] == []


# --- what stands against it  ----------------------------------------


def test_to_another_organisation_only_with_the_consent(
    world: World, assigned: Persona, case: Case, second: Case, share_consent: None
) -> None:
    client = sign_in(assigned)
    partner = str(world.partner_team.organisation_id)
    assert opened(exported(client, case, recipient=partner))["cases"]
    refused = exported(client, case, second, recipient=partner)
    assert refused.status_code == 400
    errors = refused.context["form"].errors["case"]
    assert errors == [f"{second.number}: No consent to share this with them holds."]
    assert AuditEvent.objects.filter(action="cases.exported").count() == 1
    assert not AuditEvent.objects.filter(action="case.exported", object=second.pk).exists()
    consent = Consent.objects.get(case=case)
    withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=consent.pk)
    assert exported(client, case, recipient=partner).status_code == 400


def test_what_was_unticked_stays_on_the_page_and_does_not_leave(
    assigned: Persona, case: Case, second: Case
) -> None:
    sent = answers(case) | {"offered": [str(case.pk), str(second.pk)]}
    client = sign_in(assigned)
    asked = client.post("/exports/", sent | {"key": ""})
    assert second.number in text(asked)
    written = opened(client.post("/exports/", sent))
    assert [each["case"]["number"] for each in written["cases"]] == [case.number]


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"key": "age1nothing"}, "key"),
        ({"key": ""}, "key"),
        ({"reason": ""}, "reason"),
        ({"reason": "Canaryreason"}, "reason"),
        ({"how": ""}, "how"),
        ({"how": "zip", "passphrase": "short"}, "__all__"),
        ({"how": "zip", "passphrase": ""}, "passphrase"),
        ({"recipient": "Canaryrecipient"}, "recipient"),
        ({"case": []}, "case"),
    ],
)
def test_what_is_not_answered_is_asked_again(
    assigned: Persona, case: Case, more: dict[str, str], at: str
) -> None:
    response = exported(sign_in(assigned), case, **more)
    assert response.status_code == 400
    assert at in response.context["form"].errors
    assert not AuditEvent.objects.filter(action__startswith="case.exported").exists()


def test_without_a_tick_one_is_told_to_tick(assigned: Persona, case: Case) -> None:
    response = sign_in(assigned).post("/exports/")
    assert (response.status_code, response["Location"]) == (302, "/cases/")


# --- who  ----------------------------------------


@pytest.mark.parametrize("name", PERSONAS)
def test_who_exports_from_the_page(world: World, case: Case, name: str) -> None:
    client = sign_in(world[name])
    status = 200 if name in MAY else 403 if name in TEAM else 404
    assert client.get(f"/cases/{case.pk}/export/").status_code == status
    assert client.post("/exports/", {"case": [str(case.pk)]}).status_code == status
    assert exported(client, case).status_code == status
    assert AuditEvent.objects.filter(action="case.exported").exists() == (name in MAY)


@pytest.mark.parametrize("name", PERSONAS)
def test_who_exports_by_the_service(world: World, case: Case, name: str) -> None:
    from casework.exporting.writing import for_age

    encrypt, status = for_age(str(KEY.to_public())), None
    try:
        export_cases(
            actor=world[name].actor,
            case_ids=[case.pk],
            recipient=None,
            reason=Reason.OWN_COPY,
            encrypt=encrypt,
        )
    except HearthError as error:
        status = error.status
    assert status == (None if name in MAY else 403 if name in TEAM else 404)


def test_one_case_that_is_not_seen_or_not_ones_own_forbids_all(
    world: World, assigned: Persona, case: Case
) -> None:
    theirs = open_case(
        actor=world["teammate"].actor, identification_id=new_identification(world, world["teammate"]).pk
    )
    assert exported(sign_in(assigned), case, theirs).status_code == 403
    client = sign_in(world["stranger"])
    assert exported(client, case).status_code == 404
    nothing = "00000000-0000-4000-8000-000000000000"
    ids = [str(case.pk), nothing]
    assert (
        sign_in(assigned).post("/exports/", answers(case) | {"case": ids, "offered": ids}).status_code == 404
    )
    assert sign_in(assigned).post("/exports/", {"case": ["x"]}).status_code == 404
    assert not AuditEvent.objects.filter(action="case.exported").exists()


def test_a_case_that_was_not_offered_is_not_taken_along(
    world: World, assigned: Persona, case: Case, second: Case
) -> None:
    sent = answers(case, second) | {"offered": [str(case.pk)]}
    response = sign_in(assigned).post("/exports/", sent)
    assert response.status_code == 400


def test_only_what_one_may_export_can_be_ticked(world: World, case: Case) -> None:
    assert 'name="case"' in text(sign_in(world["supervisor"]).get("/cases/"))
    listed = text(sign_in(world["teammate"]).get("/cases/"))
    assert case.number in listed
    assert 'name="case"' not in listed
    page = text(sign_in(world["teammate"]).get(f"/cases/{case.pk}/"))
    assert f"/cases/{case.pk}/export/" not in page


def test_invalid_names_every_case_that_may_not_leave(
    world: World, assigned: Persona, case: Case, second: Case
) -> None:
    from casework.exporting.writing import for_age

    with pytest.raises(Invalid) as refused:
        export_cases(
            actor=assigned.actor,
            case_ids=[case.pk, second.pk],
            recipient=world.partner_team.organisation,
            reason=Reason.SUPPORT,
            encrypt=for_age(str(KEY.to_public())),
        )
    assert {each.partition(":")[0] for each in map(str, refused.value.fields["case"])} == {
        case.number,
        second.number,
    }
