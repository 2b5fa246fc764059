"""YAML without its surprises: no aliases, no key written twice, no Python objects."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import yaml

from .errors import MalformedFile

if TYPE_CHECKING:
    from yaml import SafeLoader as _Fast
else:
    _Fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_CHARACTERS = 1_000_000


class _StrictLoader(_Fast):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key that is not text", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _line(mark: Any) -> str:
    return f"line {mark.line + 1}" if mark else ""


def read_mapping(text: str, *, file: str) -> dict[str, Any]:
    """The mapping that a YAML text holds. Raises MalformedFile with the line where it can't be read."""
    if len(text) > MAX_CHARACTERS:
        raise MalformedFile(file, "", f"longer than {MAX_CHARACTERS} characters")
    try:
        # Aliases can make a small file grow without bound, and no instrument needs one.
        for event in yaml.parse(text, Loader=_Fast):
            if isinstance(event, yaml.AliasEvent):
                raise MalformedFile(file, _line(event.start_mark), "aliases are not allowed")
        content = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        raise MalformedFile(file, _line(error.problem_mark), error.problem or "not YAML") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise MalformedFile(file, "", f"not YAML ({type(error).__name__})") from None
    if not isinstance(content, dict):
        raise MalformedFile(file, "", "expected a mapping at the top")
    return content
