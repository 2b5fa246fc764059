"""The code lists of getting in touch: ways, times, and whom."""

from django.db import models
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList
from core.zone_names import zone_name, zones

_zone = lazy(zone_name, str)

TIME_ZONES = CodeList(
    (Code(zone, _zone(zone)) for zone in zones()),
    alphabetical=True,
    pattern=r"^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+\-]+)+$",
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as date.weekday() counts them
WEEKDAYS = CodeList(Code(day, WEEKDAY_NAMES[number]) for number, day in enumerate(DAYS))


class Channel(models.TextChoices):
    """A way to get in touch. Each is allowed by itself, and none by default."""

    CALL = "call", _("Call")
    TEXT = "text", _("Text message")
    MESSAGING = "messaging", _("Messaging app")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    VISIT = "visit", _("Visit")


CHANNELS = CodeList(Code(value, label) for value, label in Channel.choices)

OVERRIDDEN = "overridden"
CONTACT_KINDS = CodeList(
    [
        Code("call", _("Call")),
        Code("visit", _("Visit")),
        Code("message", _("Message")),
        Code("email", _("E-mail")),
        Code("letter", _("Letter")),
        Code("case_conference", _("Case conference")),
        Code("other", _("Other")),
        Code(OVERRIDDEN, _("Details shown against the rules of safe contact")),
    ],
    offered=frozenset({"call", "visit", "message", "email", "letter", "case_conference", "other"}),
)
# The way that a kind of contact takes where nothing else is said; a message may have gone either way.
CHANNEL_OF_KIND = {
    "call": Channel.CALL,
    "visit": Channel.VISIT,
    "email": Channel.EMAIL,
    "letter": Channel.LETTER,
}

SURVIVOR = "survivor"
WITH_WHOM = CodeList(
    [
        Code(SURVIVOR, _("Survivor")),
        Code("guardian", _("Guardian")),
        Code("partner", _("Partner organisation")),
        Code("authority", _("Authority")),
        Code("other", _("Other")),
    ]
)

THEM = "them"
BEGUN_BY = CodeList([Code("us", _("Us")), Code(THEM, _("Them"))])
