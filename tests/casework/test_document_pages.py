"""Documents as browsers get them."""

import hashlib
import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from casework.case_file import open_case_file
from casework.models import Case, Document
from casework.services import remove_document
from referrals.demo import Persona, World
from tests.casework.documents import DESCRIPTION, NAME, content, keep, stored
from tests.conftest import sign_in
from tests.files import WHERE, pdf, photo
from tests.pages import CASEWORK, PLANTED, text, title, who_sees
from tests.scanner import scan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def browser(assigned: Persona) -> Client:
    return sign_in(assigned)


@pytest.fixture
def document(assigned: Persona, case: Case) -> Document:
    return keep(assigned, case)


def at(name: str, row: Document) -> str:
    return reverse(name, args=[row.case_id, row.pk])


def form(content: bytes, name: str = NAME, **more: Any) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content), "kind": "identity", "description": DESCRIPTION} | more


def add(browser: Client, case: Case, **data: Any) -> Any:
    return browser.post(reverse("document-new", args=[case.pk]), data)


# --- adding  ----------------------------------------


def test_a_document_is_added_and_stands_on_the_case_s_page(
    world: World, browser: Client, case: Case, folder: Path
) -> None:
    response = add(browser, case, **form(photo()))
    row = Document.objects.get()
    assert response.headers["Location"] == at("document", row)
    assert content(world["teammate"], row) == photo()
    page = text(browser.get(reverse("case", args=[case.pk])))
    assert NAME in page
    assert at("document", row) in page
    assert list((folder / "uploads").iterdir()) == [], "nothing is left of the upload"


def test_through_the_browser_nothing_lies_in_the_clear(browser: Client, case: Case, folder: Path) -> None:
    add(browser, case, **form(photo() + b"Canarycontent"))
    assert Document.objects.exists()
    assert scan([folder], ["Canarycontent", WHERE, "Canarypassport", "Canarydescribed"]) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "identity"}, "This field is required."),
        (form(b""), "The submitted file is empty."),
        (form(b"x" * 2_000_001), "At most 2 MB."),
        (form(b"x", kind="nothing"), "Select a valid choice"),
        (form(b"x", name="x" * 201), "Ensure this filename has at most 200 characters"),
    ],
)
def test_what_can_not_be_taken_is_said_at_its_field(
    settings: Any, browser: Client, case: Case, folder: Path, data: dict[str, Any], message: str
) -> None:
    settings.DOCUMENT_MAX_MB, settings.DOCUMENT_MAX_BYTES = 2, 2_000_000
    response = add(browser, case, **data)
    assert response.status_code == 400
    assert message in text(response)
    assert not Document.objects.exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_the_instruments_of_an_organisation_go_the_same_way(world: World, folder: Path) -> None:
    """Their tests are test_own_instruments.py; here, that nothing of them is left."""
    page = sign_in(world["administrator"])
    file = SimpleUploadedFile("lantern.yaml", b"Canarycontent: 1")
    assert page.post(reverse("instruments-new"), {"file": file}).status_code == 400
    assert list((folder / "uploads").iterdir()) == []


# --- who sees what  ----------------------------------------


@pytest.mark.parametrize("name", ["document", "document-preview", "document-remove"])
def test_the_pages_open_for_the_case_s_team_alone(world: World, document: Document, name: str) -> None:
    assert who_sees(world, at(name, document)) == CASEWORK


def test_titles_and_addresses_say_nothing(browser: Client, document: Document) -> None:
    for name in ("document", "document-preview", "document-remove"):
        assert title(browser.get(at(name, document))) == "Hearth: document"
    assert not any(word.lower() in at("document", document).lower() for word in (*PLANTED, NAME))


def test_its_page_says_what_is_known_of_it_and_who_had_it(
    world: World, browser: Client, document: Document
) -> None:
    content(world["teammate"], document)
    page = text(browser.get(at("document", document)))
    for said in (NAME, DESCRIPTION, "Picture (JPEG)", "Identity paper", hashlib.sha256(photo()).hexdigest()):
        assert said in page
    log = page.partition('id="custody"')[2]
    assert log.index("Received") < log.index("Downloaded") < log.index(world["teammate"].user.name)


def test_a_name_is_text_and_nothing_else(browser: Client, assigned: Persona, case: Case) -> None:
    row = keep(assigned, case, name='"><script>x()</script>.jpg')
    for page in (browser.get(at("document", row)), browser.get(reverse("case", args=[case.pk]))):
        assert "<script>x()" not in text(page)


# --- downloading  ----------------------------------------


def test_a_download_is_the_original_under_a_name_that_says_nothing(
    browser: Client, document: Document
) -> None:
    response = browser.get(at("document-download", document))
    assert b"".join(response.streaming_content) == photo()  # type: ignore[attr-defined]
    headers = response.headers
    assert headers["Content-Disposition"] == f'attachment; filename="{document.pk}.jpg"'
    assert (headers["Content-Type"], headers["Content-Length"]) == ("image/jpeg", str(len(photo())))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]
    digest = b64decode(headers["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":"))
    assert digest == hashlib.sha256(photo()).digest()


def test_a_program_is_downloaded_as_bytes(browser: Client, assigned: Persona, case: Case) -> None:
    row = keep(assigned, case, b"MZ\x90\0" + bytes(200), name="letter.pdf")
    response = browser.get(at("document-download", row))
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].endswith('.bin"')
    assert "Look at it" not in text(browser.get(at("document", row)))
    assert browser.get(at("document-preview", row)).status_code == 409


def test_a_changed_file_is_refused_before_a_byte_is_sent(browser: Client, document: Document) -> None:
    stored(document).write_bytes(stored(document).read_bytes()[:-1] + b"x")
    for name in ("document-download", "document-preview"):
        response = browser.get(at(name, document))
        assert response.status_code == 500
        assert "can’t be trusted" in text(response) or "can&#x27;t be trusted" in text(response)


# --- looking at it  ----------------------------------------


def test_a_preview_lies_in_its_page_and_nowhere_else(browser: Client, document: Document) -> None:
    response = browser.get(at("document-preview", document))
    assert "no-store" in response.headers["Cache-Control"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    found = re.search(
        r'<img class="hearth-picture" src="data:image/jpeg;base64,([^"]+)" alt="Page 1 of 1">', text(response)
    )
    assert found
    picture = b64decode(found[1])
    assert Image.open(BytesIO(picture)).size == (60, 30)
    assert scan([picture], [WHERE]) == []


def test_a_pdf_is_turned_over(browser: Client, assigned: Persona, case: Case) -> None:
    row = keep(assigned, case, pdf(pages=3), name="contract.pdf")
    pages = [text(browser.get(f"{at('document-preview', row)}?page={page}")) for page in (1, 2, 3)]
    links = [re.findall(r'href="(\?page=\d)"', page) for page in pages]
    assert links == [["?page=2"], ["?page=1", "?page=3"], ["?page=2"]]
    assert all(f"Page {number} of 3" in page for number, page in enumerate(pages, 1))
    assert WHERE not in "".join(pages)
    log = open_case_file(assigned.actor, case.pk).attachments.get(row.pk).row.custody
    assert log.filter(what="previewed").count() == 3


@pytest.mark.parametrize("page", ["0", "9", "-1", "x", "٣", "99999999999999999999"])
def test_a_page_that_is_not_there_is_no_error_of_ours(browser: Client, document: Document, page: str) -> None:
    assert browser.get(at("document-preview", document), {"page": page}).status_code in (200, 409)


# --- removing  ----------------------------------------


def test_it_is_removed_with_a_reason(browser: Client, case: Case, document: Document) -> None:
    refused = browser.post(at("document-remove", document), {"reason": " "})
    assert refused.status_code == 400
    done = browser.post(at("document-remove", document), {"reason": "Not hers."}, follow=True)
    page = text(done)
    assert "Nobody can open it any more." in page
    assert "Not hers." in page
    assert NAME not in page
    assert DESCRIPTION not in page
    assert NAME not in text(browser.get(reverse("case", args=[case.pk])))


def test_a_removed_one_is_not_there_to_be_opened(
    browser: Client, assigned: Persona, document: Document
) -> None:
    remove_document(actor=assigned.actor, case_id=document.case_id, document_id=document.pk, reason="x")
    assert browser.get(at("document-preview", document)).status_code == 404
    assert browser.get(at("document-download", document)).status_code == 404
    assert browser.get(at("document-remove", document)).status_code == 409
    assert browser.post(at("document-remove", document), {"reason": "x"}).status_code == 409
