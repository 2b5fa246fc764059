"""The door that each verb of the partner goes through."""

from uuid import UUID

from core.access import OpenObject, lock_object, open_object
from core.actor import Actor
from core.errors import NotAllowed
from core.models import Kind, Role
from referrals.models import Packet
from referrals.services.sending import locked_referral


def locked_packet(actor: Actor, packet_id: UUID, *, with_case: bool = False) -> tuple[Packet, OpenObject]:
    """The packet with its referral, both locked until commit, and open.

    `with_case` locks the case first, as its own verbs do: for what leaves a notice or a follow-up there.
    Raises NotVisible; NotAllowed unless the actor is a focal point of the receiving team.
    """
    open_object(actor, packet_id, Kind.PACKET)
    packet = Packet.objects.select_related("referral").get(pk=packet_id)
    if not actor.has_role(Role.FOCAL_POINT, team_id=packet.team_id):
        raise NotAllowed
    if with_case:
        lock_object(packet.referral.case_id)
    referral = locked_referral(packet.referral_id)
    # Again, now that nobody can take it back meanwhile: while this waited, somebody may have.
    lock_object(packet_id)
    opened = open_object(actor, packet_id, Kind.PACKET)
    packet.refresh_from_db()
    packet.referral = referral
    return packet, opened
