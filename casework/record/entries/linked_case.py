"""Another case that this one belongs with. It lies in both; only who sees the other one is told its number."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList, EntryKind, Field, Kind, Sensitivity

RELATIONS = CodeList(
    (
        Code("family", _("Family")),
        Code("household", _("Same household")),
        Code("same_situation", _("Exploited in the same place or by the same people")),
        Code("other", _("Other")),
    )
)
LINKED_CASE = EntryKind(
    "linked_case",
    _("Linked case"),
    _("A case that belongs with this one. The link stands in both."),
    (
        Field(
            "case",
            _("Case"),
            _("The other case."),
            Sensitivity.IDENTIFYING,
            Kind.CODE,
            chosen_from="linked_cases",
            required=True,
            shareable=False,
        ),
        Field(
            "relation",
            _("How they belong together"),
            _("What holds for both."),
            Sensitivity.IDENTIFYING,
            Kind.CODE,
            RELATIONS,
            required=True,
            shareable=False,
        ),
        Field(
            "note",
            _("Note"),
            _("It stands in both cases: write nothing that one of the two must not learn of the other."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Ended on"),
            _("When the two were found not to belong together any more."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            shareable=False,
        ),
    ),
    title="case",
    append_only=True,
    by_verb=True,
    about_others=True,
)
