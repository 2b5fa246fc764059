"""JSON for sealing: padded, so that the length of a ciphertext tells only how many blocks were written."""

import json
from typing import Any

BLOCK = 1024  # bytes


def padded_json(content: Any) -> bytes:
    """`content` as JSON, padded with spaces to a multiple of BLOCK bytes; json.loads reads it back."""
    written = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    return written.ljust(-(-len(written) // BLOCK) * BLOCK)
