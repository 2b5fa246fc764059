"""Pictures and copies of files that nobody has looked at: a program of its own, which workshop.py starts.

    python -I untrusted.py show MIME PAGE  < document > a line of JSON, then a JPEG of one page
    python -I untrusted.py copy MIME       < document > a line of JSON, then the document without metadata

A file made to break a decoder meets a process without keys, settings, database or environment, which may write no
file, dump no memory, and use so much time and memory and no more. It imports nothing of Hearth. It exits 3 where the
file can't be shown or copied.
"""

import json
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageOps

FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
}
SHOWN = 1600  # pixels of the longer side of a picture that is shown
MOST_PIXELS = 80_000_000
SECONDS = 20
MEMORY = 1536 * 1024 * 1024  # bytes of addresses
NOT_POSSIBLE = 3


class NotPossible(Exception):
    """This file can't be shown or copied."""


def confine() -> None:
    """Give up what the work does not need."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
    ):
        resource.setrlimit(what, (most, most))


# --- pictures ------------------------------------------------------------------------------------------------


def show(mime: str, page: int, content: bytes) -> tuple[bytes, int]:
    """A JPEG of one page (from 1), and how many pages there are."""
    picture, pages = _page(content, page) if mime == "application/pdf" else _frame(mime, content, page)
    picture.thumbnail((SHOWN, SHOWN))
    made = BytesIO()
    _clean(picture, "RGB").save(made, "JPEG", quality=85)
    return made.getvalue(), pages


def _page(content: bytes, page: int) -> tuple[Image.Image, int]:
    """No script of the PDF runs: this PDFium is built without any. What was filled into its forms is drawn."""
    pdf = pypdfium2.PdfDocument(content)
    if not 1 <= page <= len(pdf):
        raise NotPossible
    pdf.init_forms()
    opened = pdf[page - 1]
    scale = min(SHOWN / max(*opened.get_size(), 1), 4)
    return opened.render(scale=scale, may_draw_forms=True).to_pil(), len(pdf)


def _frame(mime: str, content: bytes, page: int) -> tuple[Image.Image, int]:
    picture = _opened(mime, content)
    pages = _count(picture)
    if not 1 <= page <= pages:
        raise NotPossible
    picture.seek(page - 1)
    picture.draft("RGB", (SHOWN, SHOWN))  # a JPEG is decoded no larger than needed
    return _upright(picture), pages


def _opened(mime: str, content: bytes) -> Image.Image:
    """Decoded as what it was taken for, or not at all."""
    if mime not in FORMATS:
        raise NotPossible
    return Image.open(BytesIO(content), formats=[FORMATS[mime]])


def _count(picture: Image.Image) -> int:
    """Scans are TIFFs of many pages; of what moves, the first picture is shown."""
    return getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1


def _upright(picture: Image.Image) -> Image.Image:
    if picture.width * picture.height > MOST_PIXELS:
        raise NotPossible
    return ImageOps.exif_transpose(picture)


def _clean(picture: Image.Image, mode: str) -> Image.Image:
    """The pixels and nothing else: Pillow carries some metadata over into what it saves."""
    clean = Image.new(mode, picture.size, "white")
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        clean.paste(picture, mask=None if mode == "RGBA" else picture)
    else:
        clean.paste(picture.convert(mode))
    return clean


# --- copies --------------------------------------------------------------------------------------------------


def copy(mime: str, content: bytes) -> tuple[bytes, str]:
    """The document without metadata, and the type of the copy."""
    if mime == "application/pdf":
        return _copied_pdf(content), mime
    picture, made = _opened(mime, content), BytesIO()
    if mime == "image/jpeg":
        _clean(_upright(picture), "RGB").save(made, "JPEG", quality=92)
        return made.getvalue(), mime
    if mime == "image/tiff":
        first, *others = list(_frames(picture))
        first.save(made, "TIFF", compression="tiff_lzw", save_all=True, append_images=others)
        return made.getvalue(), mime
    _clean(_upright(picture), "RGBA").save(made, "PNG")
    return made.getvalue(), "image/png"


def _frames(picture: Image.Image) -> Iterator[Image.Image]:
    for page in range(_count(picture)):
        picture.seek(page)
        yield _clean(_upright(picture), "RGB")


# Wherever these stand in a PDF: metadata, what editors leave, attachments, scripts, and forms that hold both.
_LEFT_OUT = {
    *("/Metadata", "/PieceInfo", "/LastModified", "/SourceModified", "/CreationDate", "/ModDate"),
    *("/Author", "/Creator", "/Producer", "/AF", "/EF", "/EmbeddedFiles", "/Collection"),
    *("/JavaScript", "/JS", "/AA", "/OpenAction", "/Next", "/PA", "/XFA", "/Perms", "/DSS"),
}
_ACTIONS = {"/GoTo", "/URI", "/Named"}
# Who wrote a comment and when. Of a form's field /T is the name: that stays.
_OF_COMMENTS = {"/T", "/M", "/NM"}


def _copied_pdf(content: bytes) -> bytes:
    with pikepdf.open(BytesIO(content)) as pdf:
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        for each in pdf.objects:
            _strip(each)
            if isinstance(each, pikepdf.Stream):
                _strip_picture(each)
        made = BytesIO()
        pdf.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return made.getvalue()


def _strip_picture(stream: pikepdf.Stream) -> None:
    """Take EXIF out of an embedded JPEG. Raises NotPossible where a picture's metadata can't be reached."""
    named = stream.get("/Filter")
    filters = [str(each) for each in (named if isinstance(named, pikepdf.Array) else [named])]
    if filters == ["/DCTDecode"]:
        stream.write(_without_segments(stream.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)
    elif {"/DCTDecode", "/JPXDecode"} & set(filters):
        raise NotPossible


def _strip(thing: Any, depth: int = 0) -> None:
    """Take out of a dictionary, and those that lie directly in it, what is no part of the page."""
    if depth > 50:
        raise NotPossible
    if isinstance(thing, pikepdf.Array):
        for place in reversed(range(len(thing))):
            if _is_attachment(thing[place]):
                del thing[place]
            else:
                _strip_direct(thing[place], depth)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        annotation = "/Subtype" in thing and "/Rect" in thing  # whose /Type may be left out
        comment = annotation and thing.get("/Subtype") != "/Widget"
        gone = _LEFT_OUT | _OF_COMMENTS if comment else _LEFT_OUT
        for name in list(thing.keys()):
            value = thing[name]
            if name in gone or (name == "/A" and _is_foreign_action(value)):
                del thing[name]
            else:
                _strip_direct(value, depth)


def _strip_direct(thing: Any, depth: int) -> None:
    if isinstance(thing, pikepdf.Object) and not thing.is_indirect:  # what is indirect comes by itself
        _strip(thing, depth + 1)


def _is_attachment(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and thing.get("/Subtype") == "/FileAttachment"


def _is_foreign_action(thing: Any) -> bool:
    """A script, a program to start, a form to send: whatever does not just lead to a page or an address."""
    return isinstance(thing, pikepdf.Dictionary) and str(thing.get("/S", "/GoTo")) not in _ACTIONS


def _without_segments(jpeg: bytes) -> bytes:
    """A JPEG inside a PDF without its comments and application segments: EXIF, XMP, the place it was taken at."""
    made, at = bytearray(jpeg[:2]), 2
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        marker = jpeg[at + 1]
        if not (
            0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)
        ):  # APP0 and APP14 say how to read the colours
            made += jpeg[at:end]
        at = end
    return bytes(made + jpeg[at:])


def main() -> int:
    """Do one piece of work."""
    confine()
    what, mime, *page = sys.argv[1:]
    try:
        content = sys.stdin.buffer.read()
        if what == "show":
            made, pages = show(mime, int(page[0]), content)
            about: dict[str, object] = {"mime": "image/jpeg", "pages": pages}
        else:
            made, copied = copy(mime, content)
            about = {"mime": copied}
    except Exception:
        return NOT_POSSIBLE
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
