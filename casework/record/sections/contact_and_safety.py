"""How the survivor can be reached without harm.

By channel, allowed or not, and none by default; who may answer, what may be left, a neutral sender: what casework with
survivors asks of safe contact (docs/glossary.md). `casework/safe_contact.py` keeps to it.
"""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import COUNTRIES, YES_NO_UNKNOWN
from casework.record.contact_codes import TIME_ZONES
from casework.record.fields import Field, Indexed, Kind, Section, Sensitivity

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
            indexed=Indexed.PHONE,
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
            "messaging",
            _("Messaging app"),
            _("Which app, and the name or number that they use there."),
            Sensitivity.IDENTIFYING,
        ),
        Field(
            "safe_to_message",
            _("Safe to write in a messaging app"),
            _("Nobody else opens the app, and messages don't light up where others see them."),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
        ),
        Field(
            "who_may_answer",
            _("Who may answer"),
            _("Others who may pick up or open the door, and what they believe about the call."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            about_others=True,
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
            "sender_to_give",
            _("Who to say is calling or writing"),
            _("A neutral name, such as a library or a shop. If empty, give no name but your first one."),
            Sensitivity.IDENTIFYING,
        ),
        Field(
            "code_word",
            _("Code word"),
            _("A word agreed with the survivor, by which each knows the other. It never leaves the case."),
            Sensitivity.IDENTIFYING,
            shareable=False,
        ),
        Field(
            "time_zone",
            _("Time zone"),
            _("Where they are now: by its clock the times not to contact them are kept."),
            Sensitivity.QUASI,
            Kind.CODE,
            TIME_ZONES,
        ),
        Field(
            "times_to_avoid",
            _("Times to avoid"),
            _("In words, what days and hours can't say. Days and hours are entered as times not to contact."),
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
            about_others=True,
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
        Field(
            "safe_to_write",
            _("Safe to write a letter"),
            _("A letter to this address is safe: nobody else opens it or asks who wrote."),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
        ),
        Field(
            "safe_to_visit",
            _("Safe to visit"),
            _("A visit to this address is safe: nobody is there, or asks, who must not know you."),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
        ),
    ),
)
