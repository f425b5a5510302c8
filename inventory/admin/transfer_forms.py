"""The forms of a transfer: its lines, and the steps that move it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.errors import (
    BelowReserved,
    EmptyTransfer,
    InventoryError,
    MoreThanSent,
    OutOfStock,
    TransferNotAllowed,
)
from inventory.models import Transfer, TransferLine
from shop.back_office import VersionedForm

Status = Transfer.Status


class TransferForm(VersionedForm):
    """From where to where, and when."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        source = cleaned.get("source")
        if source is not None and source == cleaned.get("destination"):
            self.add_error("destination", gettext("The goods are there already."))
        return cleaned


class LineForm(forms.ModelForm):
    """A SKU, as typed or scanned, and how many units."""

    class Meta:
        model = TransferLine
        fields = ("variant", "quantity")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "variant" not in self.fields:
            return
        variant = cast("forms.ModelChoiceField", self.fields["variant"])
        variant.to_field_name = "sku"
        variant.label = _("SKU")
        variant.widget = AdminTextInputWidget(attrs={"aria-label": _("SKU")})
        variant.error_messages["invalid_choice"] = gettext("There is no such SKU.")
        self.fields["quantity"].widget.attrs["aria-label"] = _("Quantity")
        if self.instance.variant_id:
            self.initial["variant"] = self.instance.variant.sku


class StepForm(forms.Form):
    """What a step needs to know besides the version of the transfer that the person saw."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, transfer: Transfer, lines: list[TransferLine], data: Any = None) -> None:
        super().__init__(data, initial={"seen_version": transfer.version})
        self.lines = lines

    def facts(self) -> dict[str, Any]:
        """What the act takes besides the version and the person."""
        return {}

    def plain_fields(self) -> Iterator[forms.BoundField]:
        """Fields that belong to no line."""
        return (field for field in self.visible_fields() if not field.name.startswith("line-"))

    def rows(self) -> Iterator[tuple[TransferLine, forms.BoundField | None]]:
        """The lines, each with the field for what arrived of it, if the step has one."""
        for line in self.lines:
            name = f"line-{line.pk}"
            yield line, self[name] if name in self.fields else None

    def words_for(self, error: InventoryError) -> str:
        """What was refused, as a sentence."""
        by_variant = {line.variant_id: line.variant.sku for line in self.lines}
        match error:
            case OutOfStock():
                return " ".join(
                    gettext("%(sku)s: %(wanted)d wanted, %(free)d free.")
                    % {
                        "sku": by_variant.get(shortage.variant_id, ""),
                        "wanted": shortage.wanted,
                        "free": shortage.available,
                    }
                    for shortage in error.shortages
                )
            case BelowReserved():
                return gettext("Units that are promised to shoppers stay where they are.")
            case MoreThanSent():
                return gettext("More has arrived than was sent.")
            case EmptyTransfer():
                return gettext("There is nothing to send. Add goods first.")
            case TransferNotAllowed():
                return gettext("%(number)s has moved on meanwhile.") % {"number": error.number}
        raise error


class ReceiveForm(StepForm):
    """How many units of each line have arrived now."""

    is_last = forms.BooleanField(
        label=_("Nothing more will come"),
        required=False,
        help_text=_("Ends the transfer; what is missing is noted."),
    )
    difference = forms.CharField(
        label=_("What became of the rest"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, transfer: Transfer, lines: list[TransferLine], data: Any = None) -> None:
        super().__init__(transfer, lines, data)
        for line in lines:
            self.fields[f"line-{line.pk}"] = forms.IntegerField(
                min_value=0,
                max_value=line.missing,
                required=False,
                initial=line.missing,
                widget=forms.NumberInput(
                    attrs={
                        "class": "vIntegerField",
                        "inputmode": "numeric",
                        "aria-label": gettext("Arrived now: %s") % line.variant.sku,
                    }
                ),
            )

    def facts(self) -> dict[str, Any]:
        arrived: dict[UUID, int] = {
            line.pk: self.cleaned_data[f"line-{line.pk}"] or 0 for line in self.lines
        }
        return {
            "arrived": arrived,
            "is_last": self.cleaned_data["is_last"],
            "difference": self.cleaned_data["difference"],
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        is_rest = any((cleaned.get(f"line-{line.pk}") or 0) < line.missing for line in self.lines)
        if cleaned.get("is_last") and is_rest and not cleaned.get("difference"):
            self.add_error("difference", _("Say what became of what is missing."))
        return cleaned


@dataclass(frozen=True)
class Step:
    """A step of a transfer, possible in the statuses ``before``."""

    before: tuple[Transfer.Status, ...]
    label: str | Promise
    consequence: str | Promise
    icon: str
    form_class: type[StepForm] = StepForm
    is_destructive: bool = False


STEPS = {
    "send": Step(
        (Status.DRAFT,),
        _("Send"),
        _("The units leave the shelves they lie on and are under way from now on."),
        "truck",
    ),
    "receive": Step(
        (Status.SENT,),
        _("Receive"),
        _("What has arrived is put on the shelves and can be sold at once."),
        "check",
        ReceiveForm,
    ),
    "cancel": Step(
        (Status.DRAFT, Status.SENT),
        _("Cancel the transfer"),
        _("What has not arrived lies on the shelves it came from again."),
        "close",
        is_destructive=True,
    ),
}


def refusal(transfer: Transfer) -> str:
    """That the transfer has moved on."""
    text = gettext("Nothing was changed: %(number)s is %(status)s, where this is not possible.")
    return text % {"number": transfer.number, "status": transfer.get_status_display()}
