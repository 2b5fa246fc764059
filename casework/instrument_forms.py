"""The form in which an organisation adds an instrument of its own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.instruments import InstrumentError
from casework.xlsform import instrument_from_xlsform, is_xlsx

_LARGEST = 1_000_000  # bytes


class InstrumentFileForm(forms.Form):
    """A YAML file, or an XLSForm that becomes one."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("An instrument file (.yaml) or an XLSForm (.xlsx), at most 1 MB."),
        error_messages={"required": _("Choose a file of at most 1 MB.")},
        widget=forms.FileInput({"accept": ".yaml,.yml,.xlsx"}),
    )

    def clean_file(self) -> str:
        """The instrument as YAML. What its first bytes are decides, not its name."""
        upload = self.cleaned_data["file"]
        if upload.size > _LARGEST:
            raise forms.ValidationError(_("Choose a file of at most 1 MB."))
        content = upload.read()
        try:
            return instrument_from_xlsform(content) if is_xlsx(content) else content.decode("utf-8")
        except InstrumentError as error:
            raise forms.ValidationError(
                f"{error.place}: {error.reason}" if error.place else error.reason
            ) from None
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This is neither a text in UTF-8 nor an XLSForm.")) from None
