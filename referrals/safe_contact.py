"""What a packet says about contact: whoever gets a number or an address gets the rules with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from casework.case_file import CaseFile
from casework.record.contact_codes import Channel
from casework.record.documents import choose
from casework.safe_contact import GUIDANCE, PERMISSION, REACHED_BY, SECTION, quiet_times

# A town or a country alone reaches nobody.
_REACHES = {name for names in REACHED_BY.values() for name in names} - {"city", "country", "postal_code"}


def packet_fields(file: CaseFile, chosen: Sequence[str]) -> dict[str, Any]:
    """What a packet with these fields holds: `fields`, with the rules that go with them, and `quiet_times` in words.

    Raises Invalid at each field that is unknown, never shared or empty.
    """
    names = _of_the_section(chosen)
    recorded = file.section(SECTION).values
    rules = [PERMISSION[channel] for channel in _channels(names)]
    if rules:
        rules += [*GUIDANCE, "time_zone"]
    added = [f"{SECTION}.{name}" for name in rules if name in recorded]
    content: dict[str, Any] = {"fields": choose([*chosen, *added], file.documents)}
    if rules and (times := [each.text for each in quiet_times(file)]):
        content["quiet_times"] = times
    return content


def unasked(fields: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The ways for which a packet holds a number or an address, and nobody has asked whether they are safe."""
    values = fields.get(SECTION, {})
    return [str(each.label) for each in _channels(set(values)) if PERMISSION[each] not in values]


def _channels(names: set[str]) -> list[Channel]:
    return [channel for channel in Channel if names & _REACHES & set(REACHED_BY[channel])]


def _of_the_section(paths: Sequence[str]) -> set[str]:
    return {path.removeprefix(f"{SECTION}.") for path in paths if path.startswith(f"{SECTION}.")}
