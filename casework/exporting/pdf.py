"""A record as a PDF that is read on any phone: one open font that lies in it, and nothing about who made it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from fpdf import FPDF

if TYPE_CHECKING:
    from casework.survivors_copy import Part

FONT = Path(__file__).with_name("fonts") / "DejaVuSans.ttf"
_MARGIN, _LINE = 18, 5.5  # mm


def write_pdf(title: str, parts: Iterable["Part"]) -> bytes:
    """The parts under their titles, in the language of the page. Letters that the font lacks are said to be missing."""
    parts = list(parts)
    pdf: Any = FPDF(format="A4")
    pdf.set_margins(_MARGIN, _MARGIN)
    pdf.set_auto_page_break(True, margin=_MARGIN)
    pdf.set_lang(get_language() or "en")
    pdf.add_font("body", fname=FONT)
    pdf.set_text_shaping(True)
    pdf.add_page()
    _write(pdf, title, size=18)
    if not _letters().issuperset(_letters_of(parts)):
        _write(pdf, _("Some letters can't be shown on paper. They stand in the other file."), size=9)
    for part in parts:
        pdf.ln(_LINE)
        _write(pdf, part.title, size=13)
        for item in part.items:
            _write(pdf, item.label, size=9)
            _write(pdf, item.text, size=11)
            pdf.ln(1.5)
    return bytes(pdf.output())


def _write(pdf: Any, text: str, *, size: int) -> None:
    pdf.set_font("body", size=size)
    align = "R" if get_language_bidi() else "L"
    pdf.multi_cell(0, size / 2, text, align=align, new_x="LMARGIN", new_y="NEXT")


def _letters_of(parts: Iterable["Part"]) -> set[str]:
    texts = (text for part in parts for item in part.items for text in (item.label, item.text))
    return {letter for text in texts for letter in text if letter.isprintable() and not letter.isspace()}


@cache
def _letters() -> frozenset[str]:
    with TTFont(FONT) as font:
        return frozenset(map(chr, font.getBestCmap()))
