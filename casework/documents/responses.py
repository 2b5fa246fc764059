"""A document's content as an answer to a browser or a program."""

import base64
from collections.abc import Iterable

from django.http import StreamingHttpResponse

from casework.documents.attachments import OpenedDocument


def content_response(document: OpenedDocument, content: Iterable[bytes]) -> StreamingHttpResponse:
    """To be saved, never shown by a browser, under the document's id: a download's name stays on the device."""
    facts = document.facts
    digest = base64.b64encode(bytes.fromhex(facts.sha256)).decode()
    return StreamingHttpResponse(
        content,
        content_type=facts.type.mime,
        headers={
            "Content-Length": str(facts.size),
            "Content-Disposition": f'attachment; filename="{document.id}.{facts.type.ending}"',
            "Repr-Digest": f"sha-256=:{digest}:",  # RFC 9530
        },
    )
