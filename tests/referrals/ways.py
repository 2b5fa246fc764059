"""What the tests of the ways besides Hearth share: a partner without it, and what a browser does with a link."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from casework.models import Case
from core import crypto
from core.models import Organisation
from referrals.demo import World
from referrals.models import OneTimePacket, Referral, Service
from referrals.one_time import Keys, Secrets, keys_of
from referrals.services import draft_referral
from referrals.services.one_time import Opened, SentByLink, WrongPassphrase, open_once, send_by_link
from referrals.services.other_ways import Telling
from referrals.taxonomy import ServiceType
from tests.referrals.test_expiring import consent

FIELDS = ("identity.chosen_name", "contact_and_safety.phone")


def clinic(type: ServiceType = ServiceType.MEDICAL_GENERAL) -> Service:
    """A service of an organisation that does not work with Hearth."""
    organisation, _made = Organisation.objects.get_or_create(name="Canaryclinic")
    service, _made = Service.objects.get_or_create(organisation=organisation, name="General care", type=type)
    return service


def allow(world: World, case: Case, service: Service, **others: Any) -> Any:
    """The survivor's consent to sharing with whoever offers the service."""
    return consent(world, case, None, recipient=service.organisation_id, **others)


def draft(world: World, case: Case, service: Service, *fields: str, note: str = "") -> Referral:
    return draft_referral(
        actor=world["assigned"].actor,
        case_id=case.pk,
        service_id=service.pk,
        fields=fields or FIELDS,
        note=note,
    )


def by_link(world: World, case: Case, service: Service | None = None, **others: Any) -> SentByLink:
    """A referral by link, with the consent that it needs."""
    service = service or clinic()
    if not case.consents.exists():
        allow(world, case, service)
    drafted = draft(world, case, service)
    return send_by_link(actor=world["assigned"].actor, referral_id=drafted.pk, **{"language": "en", **others})


def keys(sent: SentByLink, passphrase: str | None = None, link_key: bytes | None = None) -> Keys:
    """What the page derives from what was typed, and from the fragment."""
    secrets = Secrets(link_key or sent.secrets.link_key, passphrase or sent.secrets.passphrase)
    rounds = OneTimePacket.objects.get(pk=sent.packet_id).rounds
    return keys_of(secrets, sent.packet_id, rounds)


def press(sent: SentByLink, using: Keys | None = None) -> Opened | WrongPassphrase:
    """What the button does."""
    using = using or keys(sent)
    return open_once(packet_id=sent.packet_id, link_proof=using.link_proof, proof=using.proof)


def readable(packet_id: UUID, using: Keys, share: bytes) -> bool:
    """Whether the stored row still gives its content to whoever has everything else."""
    sealed = OneTimePacket.objects.get(pk=packet_id).sealed
    if sealed is None:
        return False
    try:
        using.open(share, sealed)
    except crypto.CannotOpen:
        return False
    return True


def telling(**others: Any) -> Telling:
    """A call, an hour ago."""
    at = timezone.now() - timedelta(hours=1)
    return Telling(**{"way": "spoken", "to": "Canaryreceiver at the desk", "at": at, **others})
