"""A document's content as an answer to a browser or a program."""

import base64
from collections.abc import Iterable
from uuid import UUID

from django.http import StreamingHttpResponse

from casework.documents.attachments import OpenedDocument
from casework.documents.media_types import MediaType


def content_response(document: OpenedDocument, content: Iterable[bytes]) -> StreamingHttpResponse:
    """A document as it came."""
    facts = document.facts
    return saved_response(content, id=document.id, type=facts.type, size=facts.size, sha256=facts.sha256)


def saved_response(
    content: Iterable[bytes], *, id: UUID, type: MediaType, size: int, sha256: str
) -> StreamingHttpResponse:
    """To be saved, never shown by a browser, under an id: a download's name stays on the device."""
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    return StreamingHttpResponse(
        content,
        content_type=type.mime,
        headers={
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{id}.{type.ending}"',
            "Repr-Digest": f"sha-256=:{digest}:",  # RFC 9530
        },
    )
