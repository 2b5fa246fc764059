"""Recording and withdrawing consent."""

from datetime import date
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, ConsentDocument, consent_print, open_case_file
from casework.models import Consent
from casework.services.cases import renew_fact
from core.actor import Actor
from core.errors import Invalid, Message, NotVisible, WrongState
from core.models import Level, Organisation
from core.padded import padded_json
from core.registries import Registry

consent_withdrawn: Registry[[CaseFile, ConsentDocument]] = Registry("consent_withdrawn")
"""Run when a consent is withdrawn, in the same transaction: whatever rested on it ends."""


class Purpose(models.TextChoices):
    """What a consent is for. One consent a purpose (and recipient), never one box for all."""

    KEEP_RECORD = "keep_record", _("Keep a record")
    SHARE = "share", _("Share with a partner organisation")
    STATISTICS = "statistics", _("Anonymised statistics")


class How(models.TextChoices):
    """How a consent was given."""

    WRITTEN = "written", _("In writing")
    ORAL = "oral_witnessed", _("Orally, before a witness")
    THUMBPRINT = "thumbprint", _("By thumbprint")


@transaction.atomic
def record_consent(
    *,
    actor: Actor,
    case_id: UUID,
    purpose: Purpose,
    given_on: date,
    how: How,
    explained: str,
    language: str,
    recipient: UUID | None = None,
    expires_on: date | None = None,
) -> Consent:
    """Record that the survivor agreed to one purpose (and one recipient organisation, where it is sharing).

    Consent is informed and specific: article 12(7) of CETS 197; principle 4 of IOM's Data Protection Manual.
    Raises NotVisible, NotAllowed; Invalid at `recipient`, `given_on` or `expires_on`; WrongState where one holds.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    _check(purpose, recipient, given_on, expires_on)
    if file.consent_for(purpose, recipient) is not None:
        raise WrongState(_("There is a consent for this that still holds."))
    row = Consent(
        case=file.case,
        given_on=given_on,
        expires_on=expires_on,
        state=Consent.State.GIVEN,
        recorded_by=actor.user,
    )
    content = {
        "purpose": purpose,
        "recipient": str(recipient) if recipient else None,
        "how": how,
        "explained": explained,
        "language": language,
    }
    row.sealed = file.opened.seal("consent", row.pk, content=padded_json(content))
    row.save(force_insert=True)
    file.note_change(f"consent/{row.pk}", 1, consent_print(row), "consent.recorded")
    if purpose == Purpose.STATISTICS:
        renew_fact(actor=actor, case_id=case_id)
    return row


def _check(purpose: Purpose, recipient: UUID | None, given_on: date, expires_on: date | None) -> None:
    today = timezone.localdate()
    wrong: dict[str, list[Message]] = {}
    if purpose == Purpose.SHARE and not (recipient and Organisation.objects.filter(pk=recipient).exists()):
        wrong["recipient"] = [_("Choose the organisation that this is shared with.")]
    if purpose != Purpose.SHARE and recipient is not None:
        wrong["recipient"] = [_("Only a consent to share has a recipient.")]
    if given_on > today:
        wrong["given_on"] = [_("This date is in the future.")]
    if expires_on is not None and expires_on < max(given_on, today):
        wrong["expires_on"] = [_("This date has passed.")]
    if wrong:
        raise Invalid(wrong)


@transaction.atomic
def withdraw_consent(*, actor: Actor, case_id: UUID, consent_id: UUID) -> Consent:
    """Withdraw, effective at once: the fact goes, and what rested on the consent ends (`consent_withdrawn`).

    Raises NotVisible, NotAllowed; WrongState where it was withdrawn before.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    row = Consent.objects.filter(case=file.case, pk=consent_id).first()
    if row is None:
        raise NotVisible
    document = file.read_consent(row)
    if row.state != Consent.State.GIVEN:
        raise WrongState
    row.state, row.withdrawn_on = Consent.State.WITHDRAWN, timezone.localdate()
    row.save(update_fields=["state", "withdrawn_on"])
    file.note_change(f"consent/{row.pk}", 2, consent_print(row), "consent.withdrawn")
    if document.purpose == Purpose.STATISTICS:
        renew_fact(actor=actor, case_id=case_id)
    consent_withdrawn.run(file, document)
    return row
