"""The API's one parser: JSON that every later step can take, or a 400."""

import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.settings import api_settings

from core.errors import Invalid

DEEPEST = 16  # objects and lists inside one another

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_CHARACTERS = _("This text has characters that can't be kept.")


class StrictJSONParser(parsers.JSONParser):
    """JSON without text that can't be kept (NUL, half of a surrogate pair), and no deeper than DEEPEST."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value. Raises ParseError; Invalid at each text that can't be kept."""
        try:
            value = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("This is nested too deeply.")) from None
        if wrong := {at or api_settings.NON_FIELD_ERRORS_KEY: [_CHARACTERS] for at in _unkeepable(value)}:
            raise Invalid(wrong)
        return value


def _unkeepable(value: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Where such texts stand, with dots; of a name, where its object stands. Raises ParseError."""
    if len(path) > DEEPEST:
        raise ParseError(_("This is nested too deeply."))
    match value:
        case str() if _UNKEEPABLE.search(value):
            yield ".".join(path)
        case list():
            for at, inner in enumerate(value):
                yield from _unkeepable(inner, (*path, str(at)))
        case dict():
            for name, inner in value.items():
                if _UNKEEPABLE.search(name):
                    yield ".".join(path)
                else:
                    yield from _unkeepable(inner, (*path, name))
