"""The documents of a case, for an entry to name those that belong to it."""

from casework.case_file import CaseFile
from casework.record.choices import choices
from casework.record.fields import Code, CodeList


@choices("documents")
def documents(file: CaseFile) -> CodeList:
    """Every document, with those on offer that can still be opened."""
    found = file.attachments.all
    codes = (Code(str(each.id), each.title) for each in found)
    return CodeList(codes, offered=frozenset(str(each.id) for each in found if each.kept))
