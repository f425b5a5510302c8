"""The forms of bank statements: the file, its columns, the order of a line."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.admin.forms import WIDE
from payments.bank.columns import Columns
from payments.bank.files import MAX_BYTES


class StatementForm(forms.Form):
    """A file of the bank."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Up to 2 MB, as your bank exports it (CAMT as CSV, or its own)."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 2 MB. Export fewer days at once.")
            )
        return file


class ColumnsForm(forms.Form):
    """What each column says, where the header is not known."""

    day = forms.ChoiceField(label=_("Day"))
    amount = forms.ChoiceField(label=_("Amount"))
    text = forms.MultipleChoiceField(
        label=_("Text of the transfer"),
        help_text=_("All columns that may hold the reference."),
        widget=forms.CheckboxSelectMultiple,
    )
    name = forms.ChoiceField(label=_("Sender"), required=False)
    account = forms.ChoiceField(label=_("Sender's account"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    direction = forms.ChoiceField(label=_("Debit or credit"), required=False)
    status = forms.ChoiceField(label=_("Booked or pending"), required=False)

    def __init__(self, data: Any = None, *, cells: list[str], header: int) -> None:
        super().__init__(data)
        self._header = header
        places = [(str(place), cell or f"{place + 1}") for place, cell in enumerate(cells)]
        for name, field in self.fields.items():
            of_columns = cast("forms.ChoiceField", field)
            of_columns.choices = places if name == "text" else [("", "–"), *places]

    def columns(self) -> Columns:
        """What a valid form says."""
        data = self.cleaned_data
        found = Columns(header=self._header, text=[int(place) for place in data["text"]])
        for role in ("day", "amount", "name", "account", "currency", "direction", "status"):
            if data[role]:
                found[role] = int(data[role])
        return found


class OrderNumberForm(forms.Form):
    """The order that a line belongs to."""

    number = forms.CharField(
        label=_("Order number"), max_length=20, widget=forms.TextInput(attrs=WIDE)
    )
