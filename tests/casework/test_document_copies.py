"""Pictures and copies of documents: upright, bounded, without metadata, and made where nothing can be stolen."""

import json
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.db import transaction
from PIL import Image

from casework.case_file import open_case_file
from casework.documents import untrusted, workshop
from casework.documents.custody import read_custody
from casework.documents.reading import note_copied, packet_copy
from casework.documents.workshop import NotPossible
from casework.models import Case
from referrals.demo import Persona
from tests.casework.documents import keep
from tests.files import WHERE, pdf, photo, picture
from tests.scanner import scan

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")


def mime(format: str) -> str:
    return next(mime for mime, each in untrusted.FORMATS.items() if each == format)


def opened(content: bytes) -> Image.Image:
    made = Image.open(BytesIO(content))
    made.load()
    return made


def colour(image: Image.Image, x: float, y: float) -> str:
    red, _green, blue = image.convert("RGB").getpixel((int(image.width * x), int(image.height * y)))  # type: ignore[misc]
    return "red" if red > blue else "blue"


# --- pictures  ----------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_picture_is_shown(format: str) -> None:
    made = workshop.show([picture(format)], mime(format), 1)
    image = opened(made.content)
    assert (made.mime, made.pages, image.format, image.size) == ("image/jpeg", 1, "JPEG", (60, 30))
    assert (colour(image, 0.2, 0.5), colour(image, 0.8, 0.5)) == ("blue", "red")


def test_the_photo_tells_where_it_was_taken() -> None:
    """Else the next tests would pass for any photo."""
    assert scan([photo()], [WHERE]) != []
    assert opened(photo()).getexif().get_ifd(0x8825)


def test_a_preview_does_not_say_where_a_photo_was_taken() -> None:
    made = workshop.show([photo()], "image/jpeg", 1)
    image = opened(made.content)
    assert dict(image.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "xmp"} & image.info.keys()
    assert b"Exif" not in made.content
    assert scan([made.content], [WHERE]) == []


def test_it_is_upright() -> None:
    image = opened(workshop.show([photo(orientation=6)], "image/jpeg", 1).content)
    assert image.size == (30, 60)
    assert (colour(image, 0.5, 0.2), colour(image, 0.5, 0.8)) == ("blue", "red")


def test_it_is_no_larger_than_a_screen() -> None:
    image = opened(workshop.show([picture(size=(5000, 1000))], "image/jpeg", 1).content)
    assert image.size == (1600, 320)


def test_what_one_can_see_through_stands_on_white() -> None:
    file = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    image = opened(workshop.show([file.getvalue()], "image/png", 1).content)
    assert image.getpixel((5, 5)) == (255, 255, 255)


def test_a_scan_of_many_pages_is_turned_over() -> None:
    file = BytesIO()
    pages = [Image.new("RGB", (10, 10), each) for each in ("red", "blue")]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    made = [workshop.show([file.getvalue()], "image/tiff", page) for page in (1, 2)]
    assert [each.pages for each in made] == [2, 2]
    assert [colour(opened(each.content), 0.5, 0.5) for each in made] == ["red", "blue"]


def test_a_page_of_a_pdf_is_a_picture_and_its_script_is_nothing() -> None:
    made = workshop.show([pdf(pages=3)], "application/pdf", 2)
    image = opened(made.content)
    assert (made.pages, image.size) == (3, (800, 400))
    assert (colour(image, 0.2, 0.5), colour(image, 0.8, 0.5)) == ("blue", "red")
    assert scan([made.content], [WHERE]) == []


@pytest.mark.parametrize("page", [0, 4, 99999])
def test_there_are_no_other_pages(page: int) -> None:
    with pytest.raises(NotPossible):
        workshop.show([pdf(pages=3)], "application/pdf", page)


def locked_pdf() -> bytes:
    file = BytesIO()
    with pikepdf.open(BytesIO(pdf())) as made:
        made.save(file, encryption=pikepdf.Encryption(owner="x", user="y"))
    return file.getvalue()


def bomb() -> bytes:
    """Some kilobytes that are 400 million pixels."""
    file = BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


BROKEN: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "image/png"),
    "half a picture": (picture("PNG", (500, 500))[:200], "image/png"),
    "another format than it was taken for": (picture("PNG"), "image/jpeg"),
    "too many pixels": (bomb(), "image/png"),
    "no PDF": (b"%PDF-1.7 and nothing else", "application/pdf"),
    "a PDF with a password": (locked_pdf(), "application/pdf"),
    "text": (b"text", "text/plain"),
    "a type that nobody knows": (b"text", "../../etc/passwd"),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("way", ["show", "copy"])
def test_what_is_broken_or_a_trap_is_not_shown_and_not_copied(what: str, way: str) -> None:
    content, mime = BROKEN[what]
    with pytest.raises(NotPossible):
        workshop.show([content], mime, 1) if way == "show" else workshop.copy([content], mime)


# --- the process  ----------------------------------------


def test_the_process_may_write_nothing_and_knows_nothing(tmp_path: Path) -> None:
    program = """
import json, os, runpy, sys
made = runpy.run_path(sys.argv[1], run_name="inspected")
def writes():
    try:
        with open(sys.argv[2], "w") as file:
            file.write("x")
    except OSError:
        return False
    return True
before = writes()
made["confine"]()
ours = {name.partition(".")[0] for name in sys.modules} & {"core", "casework", "django", "cryptography"}
print(json.dumps([before, writes(), sorted(ours), sorted(set(os.environ) - {"LC_CTYPE"})]))
"""
    command = [sys.executable, "-I", "-c", program, str(workshop._PROGRAM), str(tmp_path / "file")]
    done = subprocess.run(command, env={}, capture_output=True, check=True)
    assert json.loads(done.stdout) == [True, False, [], []]


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import sys, time; sys.stdin.buffer.read(); time.sleep(60)")
    monkeypatch.setattr(workshop, "_PROGRAM", slow)
    monkeypatch.setattr(workshop, "_SECONDS", 1)
    started = time.monotonic()
    with pytest.raises(NotPossible):
        workshop.show([b"x"], "image/png", 1)
    assert time.monotonic() - started < 20


def test_a_document_that_can_not_be_read_leaves_no_process() -> None:
    def broken() -> object:
        yield b"x" * 100
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        workshop.show(broken(), "image/png", 1)  # type: ignore[arg-type]


# --- copies for partners  ----------------------------------------


def text_of(pdf: bytes) -> bytes:
    """A PDF with nothing compressed in it."""
    file = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as made:
        made.save(
            file,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return file.getvalue()


@pytest.mark.parametrize("format", FORMATS)
def test_a_copy_of_a_picture_is_the_picture_and_nothing_else(format: str) -> None:
    made = workshop.copy([picture(format)], mime(format))
    image = opened(made.content)
    assert image.size == (60, 30)
    assert mime(str(image.format)) == made.mime
    assert (colour(image, 0.2, 0.5), colour(image, 0.8, 0.5)) == ("blue", "red")


def test_a_copy_of_a_photo_does_not_say_where_it_was_taken() -> None:
    made = workshop.copy([photo(orientation=6)], "image/jpeg")
    assert opened(made.content).size == (30, 60)
    assert b"Exif" not in made.content
    assert scan([made.content], [WHERE]) == []


def test_the_pdf_holds_what_it_should_not() -> None:
    """Else the next test would pass for any PDF."""
    plain = text_of(pdf())
    for what in (
        b"/JavaScript",
        b"/Launch",
        b"/EmbeddedFile",
        b"/Author",
        b"/Metadata",
        b"/PieceInfo",
        b"Exif",
    ):
        assert what in plain
    assert scan([plain], [WHERE]) != []


@pytest.mark.parametrize("filters", [["/DCTDecode"], ["/FlateDecode", "/DCTDecode"], ["/JPXDecode"]])
def test_no_way_to_write_a_pictures_filter_leaves_its_place_in_a_copy(filters: list[str]) -> None:
    """What can't be cleaned is not copied."""
    file = BytesIO()
    with pikepdf.open(BytesIO(pdf(pages=1))) as made:
        for each in made.objects:
            if isinstance(each, pikepdf.Stream) and each.get("/Filter") == "/DCTDecode":
                each["/Filter"] = pikepdf.Array([pikepdf.Name(name) for name in filters])
        made.save(file)
    try:
        copied = workshop.copy([file.getvalue()], "application/pdf").content
    except NotPossible:
        assert filters != ["/DCTDecode"]
    else:
        assert filters == ["/DCTDecode"]
        assert scan([text_of(copied)], [WHERE]) == []


def test_a_comment_that_does_not_call_itself_one_loses_its_author() -> None:
    file = BytesIO()
    with pikepdf.open(BytesIO(pdf(pages=1))) as made:
        note = pikepdf.Dictionary(
            Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents="Compare", T="Canaryauthor"
        )
        made.pages[0]["/Annots"] = pikepdf.Array([made.make_indirect(note)])
        made.save(file)
    plain = text_of(workshop.copy([file.getvalue()], "application/pdf").content)
    assert b"Compare" in plain
    assert b"Canaryauthor" not in plain


def test_a_copy_of_a_pdf_is_its_pages_and_nothing_else() -> None:
    made = workshop.copy([pdf(pages=2)], "application/pdf")
    plain = text_of(made.content)
    for what in (
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/EmbeddedFile",
        b"/Author",
        b"/Metadata",
        b"/PieceInfo",
    ):
        assert what not in plain, what
    assert b"Exif" not in plain, "of the photo on its page"
    assert scan([plain], [WHERE]) == []
    assert b"Compare with the contract" in plain, "a comment is content"
    image = opened(workshop.show([made.content], made.mime, 2).content)
    assert (colour(image, 0.2, 0.5), colour(image, 0.8, 0.5)) == ("blue", "red")


@pytest.mark.django_db
@pytest.mark.usefixtures("folder")
def test_a_copy_for_a_packet_stands_in_the_log(assigned: Persona, case: Case) -> None:
    row = keep(assigned, case)
    with transaction.atomic():
        file = open_case_file(assigned.actor, case.pk, lock=True)
        made = packet_copy(file, file.attachments.get(row.pk))
        note_copied(file, file.attachments.get(row.pk), note="For the shelter")
    assert scan([made.content], [WHERE]) == []
    lines = read_custody(file, file.attachments.get(row.pk))
    assert [(line.what, line.note) for line in lines] == [("received", ""), ("copied", "For the shelter")]
