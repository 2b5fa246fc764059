"""How the survivor can be reached without harm."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import COUNTRIES, YES_NO_UNKNOWN
from casework.record.fields import Field, Kind, Section, Sensitivity

CONTACT_AND_SAFETY = Section(
    "contact_and_safety",
    _("Contact and safety"),
    _("How to reach the survivor without harm. What is empty has not been asked: don't use that way."),
    (
        Field(
            "safety_concerns",
            _("Immediate safety concerns"),
            _("What could happen today or this week, from whom, and what is already being done."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
        ),
        Field(
            "phone",
            _("Phone"),
            _("With the country code, for example +40 and the number."),
            Sensitivity.IDENTIFYING,
            Kind.PHONE,
            htcds="prs_MobilePhone",
        ),
        Field(
            "safe_to_call",
            _("Safe to call"),
            _("A call to this number is safe: nobody else answers, listens or sees the list of calls."),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
        ),
        Field(
            "safe_to_text",
            _("Safe to text"),
            _("A message to this number is safe: nobody else reads the phone."),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
        ),
        Field(
            "message_to_leave",
            _("What may be left as a message"),
            _("The exact words, and who may be told them. If empty, leave no message."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
        ),
        Field(
            "code_word",
            _("Code word"),
            _("A word agreed with the survivor, by which each knows the other. It never leaves the case."),
            Sensitivity.IDENTIFYING,
            shareable=False,
        ),
        Field(
            "times_to_avoid",
            _("Times to avoid"),
            _("Days and hours when contact is not safe, in their local time."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
        ),
        Field(
            "email",
            _("E-mail"),
            _("An address that nobody else can open."),
            Sensitivity.IDENTIFYING,
            Kind.EMAIL,
            htcds="prs_Email",
        ),
        Field(
            "safe_to_email",
            _("Safe to e-mail"),
            _("An e-mail is safe: nobody else knows the password or uses the device."),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
        ),
        Field(
            "must_not_be_contacted",
            _("Who must not be contacted"),
            _("People, organisations, consulates or authorities that must not learn of this case, and why."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=5_000,
        ),
        Field(
            "street",
            _("Street and house"),
            _("Where they stay now. For a shelter, write only the name that the team uses for it."),
            Sensitivity.IDENTIFYING,
            htcds="prs_MailingStreet",
        ),
        Field(
            "postal_code",
            _("Postal code"),
            _("Of the place where they stay now."),
            Sensitivity.IDENTIFYING,
            htcds="prs_MailingPostalCode",
        ),
        Field(
            "city",
            _("Town or village"),
            _("Where they stay now."),
            Sensitivity.IDENTIFYING,
            htcds="prs_MailingCity",
        ),
        Field(
            "country",
            _("Country"),
            _("Where they stay now."),
            Sensitivity.QUASI,
            Kind.CODE,
            COUNTRIES,
            htcds="prs_MailingCountry",
        ),
    ),
)
