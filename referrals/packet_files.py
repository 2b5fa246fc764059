"""A packet as a file for a partner without Hearth: made in memory, encrypted with age, and stored nowhere."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from core.crypto.containers import age_recipient, age_with_passphrase, write_age
from referrals.sheets import Sheet

FILE_NAME = "message.zip.age"
"""Says nothing of what it is about."""


def zipped(sheet: Sheet, content: Mapping[str, Any]) -> bytes:
    """A page to read, and the same for other programs."""
    made = io.BytesIO()
    data = {"service": sheet.service, "from": sheet.sender, **content}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("message.html", render_to_string("referrals/sheet_file.html", {"sheet": sheet}))
        archive.writestr("message.json", json.dumps(data, ensure_ascii=False, indent=1))
    return made.getvalue()


def for_key(content: bytes, recipient: str) -> bytes:
    """Encrypted for the holder of an age key. Raises BadRecipient."""
    made = io.BytesIO()
    write_age([content], made, age_recipient(recipient))
    return made.getvalue()


def for_passphrase(content: bytes, passphrase: str) -> bytes:
    """Encrypted for whoever is told the passphrase."""
    return age_with_passphrase(content, passphrase)
