"""The record, declared: every section and field that a case can hold, in the order of the pages.

A new section is a module here and its name in SECTIONS; a new field is a declaration in its section.
"""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Field, Section
from casework.record.sections.child_protection import CHILD_PROTECTION
from casework.record.sections.contact_and_safety import CONTACT_AND_SAFETY
from casework.record.sections.identity import IDENTITY
from casework.record.sections.legal_status import LEGAL_STATUS
from casework.record.sections.needs import NEEDS
from casework.record.sections.notes import NOTES
from casework.record.sections.plan import PLAN
from casework.record.sections.risk_and_safety import RISK_AND_SAFETY
from casework.record.sections.trafficking_experience import TRAFFICKING_EXPERIENCE
from core.errors import Invalid, NotVisible

SECTIONS: tuple[Section, ...] = (
    IDENTITY,
    CONTACT_AND_SAFETY,
    RISK_AND_SAFETY,
    NEEDS,
    TRAFFICKING_EXPERIENCE,
    CHILD_PROTECTION,
    LEGAL_STATUS,
    PLAN,
    NOTES,
)
_BY_NAME = {section.name: section for section in SECTIONS}


def section(name: str) -> Section:
    """The section of this name.

    Raises:
        NotVisible: there is none.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise NotVisible from None


def field(path: str) -> Field:
    """The field at a path like "identity.given_name".

    Raises:
        Invalid: there is none; its `fields` names the path.
    """
    section_name, _dot, name = path.partition(".")
    declared = _BY_NAME.get(section_name)
    found = declared.get(name) if declared else None
    if found is None:
        raise Invalid({path: [_("The record has no such field.")]})
    return found
