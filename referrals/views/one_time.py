"""The page behind a link: without sign-in, for whoever has the link and the passphrase.

Looking at it (a chat program does, to show a preview) tells nothing and changes nothing; only its button opens.
"""

import base64
import binascii
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from core import audit, rate
from core.errors import Invalid, NotVisible
from referrals.models import OneTimePacket
from referrals.one_time import PROOF_BYTES
from referrals.services.answering import DeclineReason
from referrals.services.one_time import WrongPassphrase, answer_once, find_waiting, open_once

REASONS = [(value, label) for value, label in DeclineReason.choices if value != DeclineReason.ONWARD]


@require_GET
def one_time_page(request: HttpRequest, one_time_id: UUID) -> HttpResponse:
    """The button, and the script that opens; the same refusal for all that can't be opened (any more)."""
    try:
        row = find_waiting(one_time_id)
    except NotVisible:
        _note_nothing(one_time_id)
        return render(request, "referrals/one_time_gone.html", status=404)
    context = {"row": row, "answers": OneTimePacket.Answer.choices, "reasons": REASONS}
    return render(request, "referrals/one_time.html", context)


@require_POST
def open_action(request: HttpRequest, one_time_id: UUID) -> JsonResponse:
    """The content, once, to the page's script, which has proved both.

    Wrong proofs of the link alone are counted: whoever knows no more than the address keeps nobody from opening it.
    """
    try:
        find_waiting(one_time_id)
    except NotVisible:
        return _nothing(one_time_id)
    proofs = [_bytes_of(request, name) for name in ("link", "passphrase")]
    if None in proofs:
        return JsonResponse({"code": Invalid.code}, status=400)
    link_proof, proof = (each for each in proofs if each is not None)
    try:
        opened = open_once(packet_id=one_time_id, link_proof=link_proof, proof=proof)
    except NotVisible:
        return _wrong(one_time_id, "link")
    if isinstance(opened, WrongPassphrase):
        return JsonResponse({"code": "wrong_passphrase", "left": opened.left}, status=403)
    content = {"sealed": opened.sealed, "share": opened.share, "token": opened.token}
    return JsonResponse({name: base64.b64encode(value).decode() for name, value in content.items()})


@require_POST
def answer_action(request: HttpRequest, one_time_id: UUID) -> JsonResponse:
    """The answer, once, from the page that has opened it."""
    if not OneTimePacket.objects.filter(pk=one_time_id).exists():
        return _nothing(one_time_id)
    token = _bytes_of(request, "token")
    if token is None:
        return JsonResponse({"code": Invalid.code}, status=400)
    answer, reason = request.POST.get("answer", ""), request.POST.get("reason", "")
    try:
        answer_once(packet_id=one_time_id, token=token, answer=answer, reason=reason)
    except NotVisible:
        return _wrong(one_time_id, "answer")
    except Invalid as error:
        return JsonResponse({"code": error.code}, status=error.status)
    return JsonResponse({"code": "answered"})


def _bytes_of(request: HttpRequest, name: str) -> bytes | None:
    """32 bytes, in base64; None for anything else."""
    try:
        given = base64.b64decode(request.POST.get(name, ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    return given if len(given) == PROOF_BYTES else None


def _wrong(one_time_id: UUID, what: str) -> JsonResponse:
    if not rate.allow("one-time", str(one_time_id), what):
        return JsonResponse({"code": "too_many_attempts"}, status=429)
    return _nothing(one_time_id)


def _nothing(one_time_id: UUID) -> JsonResponse:
    _note_nothing(one_time_id)
    return JsonResponse({"code": NotVisible.code}, status=404)


def _note_nothing(one_time_id: UUID) -> None:
    """Into the trail, but no more often than a person would try: anyone can ask for what never was."""
    if rate.allow("one-time-nothing"):
        audit.record("one_time.nothing", subject=one_time_id, outcome="denied")
