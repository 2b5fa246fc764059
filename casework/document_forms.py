"""The forms of documents."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from casework.models import Document


class DocumentForm(forms.Form):
    """A file, and what it is."""

    file = forms.FileField(label=_("File"), max_length=200)
    kind = forms.ChoiceField(label=_("What it is"), choices=Document.Kind.choices, widget=forms.RadioSelect)
    description = forms.CharField(
        label=_("Description"),
        help_text=_("What somebody should know who looks for it: whose it is, who brought it and when."),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["file"].help_text = _("At most %(most)d MB.") % {"most": settings.DOCUMENT_MAX_MB}


class RemovalForm(forms.Form):
    """Why a document is removed."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stays in the document's log. Write no more about a person than is needed."),
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )
