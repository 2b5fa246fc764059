"""What a file is, by its content. Its name is not asked: anybody can call a program holiday.jpg."""

import codecs
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

import puremagic
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_LOOKED_AT = 64 * 1024  # bytes, at each end


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type: its name in MIME and for people, and the ending of a file of it. `shown` where we make pictures of it."""

    mime: str
    label: str | Promise
    ending: str
    shown: bool = False


UNKNOWN = MediaType("application/octet-stream", _("Unknown type"), "bin")
PDF = MediaType("application/pdf", "PDF", "pdf", shown=True)
TEXT = MediaType("text/plain", _("Text"), "txt")
ZIP = MediaType("application/zip", _("ZIP archive"), "zip")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_INSIDE_ZIP: Mapping[bytes, MediaType] = {
    b"word/document.xml": MediaType(f"{_OFFICE}wordprocessingml.document", _("Word document"), "docx"),
    b"xl/workbook.xml": MediaType(f"{_OFFICE}spreadsheetml.sheet", _("Excel workbook"), "xlsx"),
    b"ppt/presentation.xml": MediaType(
        f"{_OFFICE}presentationml.presentation", _("PowerPoint presentation"), "pptx"
    ),
    f"{_OPEN}text".encode(): MediaType(f"{_OPEN}text", _("OpenDocument text"), "odt"),
    f"{_OPEN}spreadsheet".encode(): MediaType(f"{_OPEN}spreadsheet", _("OpenDocument spreadsheet"), "ods"),
}
_BY_ENDING: Mapping[str, MediaType] = {
    each.ending: each
    for each in (
        MediaType("image/jpeg", _("Picture (JPEG)"), "jpg", shown=True),
        MediaType("image/png", _("Picture (PNG)"), "png", shown=True),
        MediaType("image/gif", _("Picture (GIF)"), "gif", shown=True),
        MediaType("image/webp", _("Picture (WebP)"), "webp", shown=True),
        MediaType("image/tiff", _("Picture (TIFF)"), "tif", shown=True),
        MediaType("image/bmp", _("Picture (BMP)"), "bmp", shown=True),
        MediaType("image/heif", _("Picture (HEIC)"), "heic"),
        PDF,
        MediaType("application/msword", _("Office document"), "doc"),
        MediaType("audio/mpeg", _("Sound (MP3)"), "mp3"),
        MediaType("audio/mp4", _("Sound (MPEG-4)"), "m4a"),
        MediaType("audio/ogg", _("Sound (Ogg)"), "ogg"),
        MediaType("audio/wav", _("Sound (WAV)"), "wav"),
        MediaType("audio/amr", _("Sound (AMR)"), "amr"),
        MediaType("video/mp4", _("Video (MPEG-4)"), "mp4"),
        MediaType("video/3gpp", _("Video (3GPP)"), "3gp"),
        MediaType("video/quicktime", _("Video (QuickTime)"), "mov"),
        MediaType("video/webm", _("Video (WebM)"), "webm"),
    )
}
_ALSO = {
    "jfif": "jpg",
    "jpeg": "jpg",
    "tiff": "tif",
    "heif": "heic",
    "avif": "heic",
    "oga": "ogg",
    "3ga": "3gp",
}
_BY_MIME = {each.mime: each for each in (*_BY_ENDING.values(), *_INSIDE_ZIP.values(), TEXT, ZIP)}
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")


def media_type(mime: str) -> MediaType:
    """What is known of a type by its name in MIME."""
    return _BY_MIME.get(mime, UNKNOWN)


def sniff(content: BinaryIO) -> MediaType:
    """The type of what can be sought in; at most its two ends are read."""
    content.seek(0)
    head = content.read(_LOOKED_AT)
    content.seek(-min(_LOOKED_AT, content.seek(0, io.SEEK_END)), io.SEEK_END)
    tail = content.read(_LOOKED_AT)
    if head.startswith(b"PK\3\4"):
        return next((each for name, each in _INSIDE_ZIP.items() if name in head or name in tail), ZIP)
    found = _by_first_bytes(head)
    # Two letters make a BMP, and a page of HTML is read as text: a browser never gets it to run.
    if found is not PDF and _is_text(head):
        return TEXT
    return found


def _by_first_bytes(head: bytes) -> MediaType:
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):  # nothing known; nothing at all
        matches = []
    for match in matches:
        ending = match.extension.lstrip(".").lower()
        if found := _BY_ENDING.get(_ALSO.get(ending, ending)):
            return found
    return PDF if b"%PDF-" in head[:1024] else UNKNOWN


def _is_text(head: bytes) -> bool:
    whole = len(head) < _LOOKED_AT  # else a letter may have been cut through
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return False
    return bool(text) and not _CONTROL.search(text)
