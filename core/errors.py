"""The errors that services and selectors raise: typed, with a message for the person, never with content.

core/api/problems.py and core/middleware.py turn them into responses; nothing else catches them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Message = str | Promise


class HearthError(Exception):
    """Base. `status` is the HTTP status, `code` a stable word for machines, `message` a sentence for people."""

    status = 400
    code = "error"
    message: Message = _("Something is not right with this request.")

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(self.code)
        if message is not None:
            self.message = message


class NotVisible(HearthError):
    """For this actor the object does not exist: 404, whether or not it does."""

    status = 404
    code = "not_found"
    message = _("Not found.")


class NotAllowed(HearthError):
    """The actor sees the object but may not do this: 403."""

    status = 403
    code = "not_allowed"
    message = _("You may not do this.")


class Invalid(HearthError):
    """Input that can't be taken: 400. `fields` maps a field's name to its messages."""

    code = "invalid"
    message = _("Please check what you entered.")

    def __init__(self, fields: Mapping[str, Sequence[Message]]) -> None:
        super().__init__()
        self.fields = {name: list(messages) for name, messages in fields.items()}


class WrongState(HearthError):
    """The object's state does not allow this step: 409."""

    status = 409
    code = "wrong_state"
    message = _("This has already moved on. Reload the page to see where it stands.")


class Refused(HearthError):
    """A gate says no (consent, conflict of interest, a child's protection): 409, with the reason."""

    status = 409
    code = "refused"


class Stale(HearthError):
    """Someone saved a newer version meanwhile: 409. `yours` and `newest` are the two, for the person to merge."""

    status = 409
    code = "stale_version"
    message = _("Someone saved a newer version while you were writing. Nothing has been overwritten.")

    def __init__(self, *, newest_version: int, newest: Mapping[str, Any], yours: Mapping[str, Any]) -> None:
        super().__init__()
        self.newest_version = newest_version
        self.newest = newest
        self.yours = yours


class Tampered(HearthError):
    """A stored row or ciphertext is not what Hearth wrote: 500, audited, shown without detail."""

    status = 500
    code = "tampered"
    message = _("This part of the data can't be trusted and was not opened. Please tell an administrator.")
