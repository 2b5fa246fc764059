"""Logs that can't tell on anyone: named events with codes, exceptions by class and place, never by content."""

import logging
import traceback
from collections.abc import ItemsView
from typing import Any

import structlog
from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter
from structlog.typing import EventDict


def _place_of_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Instead of a traceback with its message: the exception's class, and the file and line of each frame."""
    info = event.pop("exc_info", None)
    if isinstance(info, tuple) and info[0] is not None:
        event["exception"] = info[0].__name__
        event["at"] = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(info[2])[-8:]]
    return event


def _without_arguments(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A library's own record: its format string without the arguments, which may be anything."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and not event.get("_from_structlog"):
        event["event"] = (
            str(record.msg) if record.args or record.name.startswith("django") else record.getMessage()
        )
    return event


PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """One JSON object a line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=PROCESSORS,
        processors=[
            _without_arguments,
            _place_of_exception,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


class NothingButNames(SafeExceptionReporterFilter):
    """Error reports carry no POST data, no cookies and no local variables."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always, also in DEBUG."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Nothing."""
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        """Nothing."""
        return dict[str, Any]().items()

    def get_safe_cookies(self, request: HttpRequest | None) -> dict[str, Any]:
        """Nothing."""
        return {}


class ClassAndPlace(ExceptionReporter):
    """Error reports, the page in DEBUG among them, name an exception by its class: its message may hold anything."""

    def get_traceback_data(self) -> dict[str, Any]:
        """Without the messages of the exception and its causes, and without what was asked for."""
        data = super().get_traceback_data()
        for frame in data.get("frames", []):
            cause = frame.get("exc_cause")
            frame["exc_cause"] = type(cause).__name__ if cause else cause
        return data | {
            "exception_value": "",
            "exception_notes": "",
            "unicode_hint": "",
            "template_info": None,
            "request_GET_items": [],
            "request_FILES_items": [],
            "request_COOKIES_items": [],
        }
