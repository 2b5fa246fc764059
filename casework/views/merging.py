"""Two people saved at once: both versions side by side, and the form keeps what was typed."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from casework.record.documents import differences
from casework.record.fields import Section, Value
from core.errors import Invalid, Stale


def merged(posted: QueryDict, newest: Mapping[str, Value]) -> QueryDict:
    """What was posted, with the fields that are to be taken from the newest version as they are there."""
    made = posted.copy()
    for name in posted.getlist("take"):
        value = newest.get(name, "")
        made.setlist(name, [str(each) for each in (value if isinstance(value, list) else [value])])
    return made


def base_of(posted: QueryDict) -> int:
    """The version that the form was filled from. Raises Invalid where the form does not say."""
    base = posted.get("base_version", "")
    if not (base.isascii() and base.isdecimal()):
        raise Invalid({"base_version": [_("Reload the page and try again.")]})
    return int(base)


def conflict(section: Section, stale: Stale, saved: Any, before: Mapping[str, Value]) -> dict[str, Any]:
    """What the page shows: who saved meanwhile, and where the versions differ.

    Of each such field: the newest, yours, and whether you left it as it was `before`. `saved` has `saved_by` and
    `saved_at`.
    """
    return {
        "base": stale.newest_version,
        "message": stale.message,
        "newest": saved,
        "differences": [
            (field, newest, yours, before.get(field.name) == stale.yours.get(field.name))
            for field, newest, yours in differences(section, stale.newest, stale.yours)
        ],
    }
