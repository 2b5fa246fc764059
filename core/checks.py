"""System checks: Hearth does not start on a setting that would give a survivor away."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from core.kek import KekError, read_kek


@register
def sessions_stay_on_the_server(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """A signed-cookie session would put both halves of the key into the browser."""
    if settings.SESSION_ENGINE.endswith("signed_cookies"):
        return [
            Error("Sessions must stay on the server: set SESSION_ENGINE to the database.", id="hearth.E001")
        ]
    return []


@register
def key_file_is_private(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The KEK file must be well-formed and closed to others. That it is missing is said when it is first needed."""
    try:
        if settings.KEK_FILE.exists():
            read_kek(settings.KEK_FILE)
    except KekError as error:
        return [Error(str(error), id="hearth.E002")]
    return []


@register
def secrets_differ(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """One secret for two purposes is one secret too few."""
    if settings.KEK_FILE.exists() and settings.SECRET_KEY in settings.KEK_FILE.read_text():
        return [Error("SECRET_KEY and the key-encryption key must differ.", id="hearth.E003")]
    return []
