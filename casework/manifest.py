"""The manifest of a case: the newest version and hash of everything in it, under the case key.

Someone who writes to the database could put an older row back, with its old and valid ciphertext. The
manifest notices; and since its counter and hash enter the audit event of each change, so does the trail if the
manifest goes back as well.
"""

import hashlib
import json
from dataclasses import dataclass, field

from core.access import OpenObject
from core.crypto import Stored
from core.errors import Tampered
from core.padded import padded_json

PURPOSE = "manifest"


def fingerprint(*parts: Stored | str) -> str:
    """SHA-256 over stored parts, in hex."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else bytes(part)
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


@dataclass(slots=True)
class Manifest:
    """`counter` counts the changes; `entries` maps a name (`section/identity`) to (version, fingerprint)."""

    counter: int = 0
    entries: dict[str, tuple[int, str]] = field(default_factory=dict)

    def version(self, name: str) -> int:
        """The newest version; 0 where there is none."""
        return self.entries[name][0] if name in self.entries else 0

    def set(self, name: str, version: int, print_: str) -> None:
        """Note a change."""
        self.entries[name] = (version, print_)
        self.counter += 1

    def check(self, name: str, version: int, print_: str) -> None:
        """Raise Tampered unless this is the newest version, unchanged."""
        if self.entries.get(name) != (version, print_):
            raise Tampered


def read_manifest(opened: OpenObject, sealed: Stored) -> Manifest:
    """Open a manifest. Raises Tampered."""
    content = json.loads(opened.unseal(PURPOSE, sealed=sealed))
    entries = {name: (version, print_) for name, (version, print_) in content["entries"].items()}
    return Manifest(content["counter"], entries)


def seal_manifest(opened: OpenObject, manifest: Manifest) -> bytes:
    """Seal a manifest, padded so that its length tells little."""
    return opened.seal(
        PURPOSE, content=padded_json({"counter": manifest.counter, "entries": manifest.entries})
    )
