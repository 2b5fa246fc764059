"""A place asked for at several partners at once, without saying for whom."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Sensitivity, Team
from referrals.models.service import Service
from referrals.taxonomy import ServiceType

MOST_PEOPLE = 20


class AgeBand(models.TextChoices):
    """How old somebody is, no closer than a shelter needs to know."""

    CHILD = "0_11", _("Under 12")
    ADOLESCENT = "12_17", _("12 to 17")
    YOUNG = "18_24", _("18 to 24")
    ADULT = "25_59", _("25 to 59")
    OLDER = "60_up", _("60 or older")
    MIXED = "mixed", _("Several people of different ages")


class Among(models.TextChoices):
    """With whom they can live."""

    WOMEN = "women", _("Among women only")
    MEN = "men", _("Among men only")
    ANY = "any", _("Among people of any gender")
    FAMILY = "family", _("Together as a family")


class PlaceRequest(models.Model):
    """What is needed and when, readable to whoever is asked. The case it is for is a mark, which names nothing.

    The mark is an HMAC of the case's id: a copy of the database alone doesn't tell whose age and gender these are.
    """

    class State(models.TextChoices):
        """Where it stands; the table of steps is in referrals/places.py."""

        OPEN = "open", _("Asked for")
        HELD = "held", _("Held")
        SENT = "sent", _("Referral sent")
        ENDED = "ended", _("Not needed any more")
        EXPIRED = "expired", _("Nobody had one in time")

    SENSITIVITY = {
        **dict.fromkeys(
            ("id", "case_mark", "team", "asked_by", "asked_at", "answer_by", "state"), Sensitivity.SAFE
        ),
        **dict.fromkeys(("need", "age", "among", "people", "from_on", "until_on"), Sensitivity.SAFE),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_mark = models.BinaryField(max_length=32)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="place_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text="until when it waits for somebody to hold a place")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    need = models.CharField(_("need"), max_length=40, choices=ServiceType.choices)
    age = models.CharField(_("age"), max_length=10, choices=AgeBand.choices)
    among = models.CharField(_("with whom"), max_length=10, choices=Among.choices)
    people = models.PositiveSmallIntegerField(_("people"), default=1)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(people__gte=1, people__lte=MOST_PEOPLE), name="place_for_some_people"
            ),
            models.CheckConstraint(
                condition=models.Q(until_on=None) | models.Q(until_on__gte=models.F("from_on")),
                name="place_until_after_from",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "held", "sent", "ended", "expired"]),
                name="place_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["case_mark"], name="places_of_a_case"),
            models.Index(fields=["team", "state"], name="places_of_a_team"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PlaceAsk(models.Model):
    """One service that was asked, and what it said. Of one request, one place is held."""

    class State(models.TextChoices):
        """What the partner has said."""

        ASKED = "asked", _("Asked")
        HELD = "held", _("Holds a place")
        DECLINED = "declined", _("Has none")
        RELEASED = "released", _("No longer holds it")

    SENSITIVITY = dict.fromkeys(
        ("id", "request", "service", "state", "held_until", "answered_at"), Sensitivity.SAFE
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(PlaceRequest, on_delete=models.CASCADE, related_name="asks")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    held_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "service"], name="place_asked_once_a_service"),
            models.UniqueConstraint(
                fields=["request"], condition=models.Q(state="held"), name="one_place_is_held"
            ),
            models.CheckConstraint(
                condition=models.Q(state="held", held_until__isnull=False)
                | models.Q(state__in=["asked", "declined", "released"], held_until=None),
                name="place_held_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["held_until"], condition=models.Q(state="held"), name="places_to_give_back")
        ]

    def __str__(self) -> str:
        return str(self.pk)
