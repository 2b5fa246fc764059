"""How what a packet says lies sealed: bound to its version, so that an earlier one can't stand in its place."""

import json
from collections.abc import Mapping
from typing import Any

from core.access import OpenObject
from core.padded import padded_json
from referrals.models import Packet


def seal_content(packet: Packet, opened: OpenObject, content: Mapping[str, Any]) -> bytes:
    """The stored form, for the version that the packet is in."""
    return opened.seal("packet", packet.referral_id, packet.version, content=padded_json(dict(content)))


def read_content(packet: Packet, opened: OpenObject) -> dict[str, Any]:
    """What `seal_content` put in. Raises Tampered."""
    content: dict[str, Any] = json.loads(
        opened.unseal("packet", packet.referral_id, packet.version, sealed=packet.sealed)
    )
    return content
