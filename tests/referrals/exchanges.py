"""What the tests of an exchange share: something to write of each kind, and another partner."""

from typing import Any

from django.utils import timezone

from casework.models import Case
from core.accounts import admit_member, found_team
from core.models import Organisation, Role
from referrals.demo import Persona, World
from referrals.models import ExchangeEntry, Referral
from referrals.services import draft_referral, send_referral, write_as_partner, write_as_sender
from tests.neighbours import person
from tests.referrals.test_endings import referral_in

VALUES: dict[str, dict[str, Any]] = {
    "message": {"text": "Canarymessage"},
    "question": {"text": "Canaryquestion"},
    "appointment": {
        "date": "2031-05-06",
        "time": "10:30",
        "time_zone": "Europe/Rome",
        "where": "Canarywhere",
        "who": "Canarywho",
        "note": "Canaryappointment",
    },
    "transport": {
        "standing": "needed",
        "date": "2031-05-06",
        "time": "09:45",
        "time_zone": "Europe/Rome",
        "from_where": "Canaryfrom",
        "accompanied_by": "Canaryaccompanied",
        "note": "Canarytransport",
    },
    "cancellation": {"reason": "Canarycancelled"},
    "arrival": {"arrival": "arrived", "note": "Canaryarrival"},
    "service": {"date": "2026-02-03", "what": "Canaryservice", "by_whom": "Canarybywhom"},
    "outcome": {"outcome": "need_met", "note": "Canaryoutcome"},
    "onward": {"to": "Canaryonward"},
}
NO_SHOW: dict[str, Any] = {"arrival": "did_not_arrive", "note": "Canarynoshow"}


def accepted(world: World, case: Case) -> Referral:
    """A referral that the partner has accepted."""
    return referral_in(world, case, "accepted")


def further(world: World, case: Case, state: str = "accepted") -> Referral:
    """Another one to the same service, which has come so far."""
    sender = world["assigned"].actor
    made = draft_referral(
        actor=sender,
        case_id=case.pk,
        service_id=world.services[0].pk,
        fields=["identity.chosen_name"],
    )
    send_referral(actor=sender, referral_id=made.pk, again="Once more.")
    Referral.objects.filter(pk=made.pk).update(state=state, decided_at=timezone.now())
    return Referral.objects.select_related("packet").get(pk=made.pk)


def by_partner(world: World, referral: Referral, kind: str, **values: object) -> ExchangeEntry:
    """The focal point writes; `about` among the values is the number of an earlier entry."""
    about: Any = values.pop("about", None)
    return write_as_partner(
        actor=world["focal_point"].actor,
        packet_id=referral.packet.pk,
        kind=kind,
        values=values or VALUES[kind],
        about=about,
    )


def by_sender(
    world: World, referral: Referral, kind: str, *, name: str = "assigned", **values: object
) -> ExchangeEntry:
    """Somebody of the sender writes."""
    about: Any = values.pop("about", None)
    return write_as_sender(
        actor=world[name].actor,
        referral_id=referral.pk,
        kind=kind,
        values=values or VALUES[kind],
        about=about,
    )


def other_partner(world: World) -> Persona:
    """The focal point of another partner."""
    organisation = Organisation.objects.create(name="Second Door")
    focal = person("second-focal", organisation)
    found_team(organisation=organisation, name="Second", founder=focal.user, role=Role.FOCAL_POINT)
    return focal


def second_focal_point(world: World) -> Persona:
    """A colleague of the partner's focal point."""
    colleague = person("colleague", world.partner_team.organisation)
    admit_member(
        actor=world["focal_point"].actor,
        team=world.partner_team,
        user=colleague.user,
        role=Role.FOCAL_POINT,
    )
    return colleague
