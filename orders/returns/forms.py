"""What a shopper fills in to send something back, step by step, and to withdraw."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.products.choices import Choices, read_choices
from catalog.reviewing.forms import PhotosField
from orders import lines
from orders.models import Return, ReturnItem, Shipment
from orders.returns import return_page
from orders.returns.exchange_choices import Choice
from orders.returns.windows import Line

Outcome, Method = Return.Outcome, Return.Method
Data = Mapping[str, Any] | None
#: Units up to which a choice says how many are left.
FEW = 3


class ItemsForm(forms.Form):
    """Which pieces come back, in units by line."""

    def __init__(self, data: Data = None, *, rows: Sequence[Line], state: Any) -> None:
        super().__init__(data)
        self.rows = [row for row in rows if row.units]
        known = state.get("lines", {})
        only_one = len(self.rows) == 1 and self.rows[0].units == 1
        self.choices = read_choices()
        for row in self.rows:
            key = str(row.item.pk)
            most = row.units
            self.fields[f"units_{key}"] = forms.TypedChoiceField(
                label=_("How many of %(title)s?") % {"title": lines.title(row.item, self.choices)},
                choices=[(count, str(count)) for count in range(most + 1)],
                coerce=int,
                initial=known.get(key, {}).get("quantity", 1 if only_one else 0),
                error_messages={
                    "required": _("Choose how many, up to %d") % most,
                    "invalid_choice": _("Choose how many, up to %d") % most,
                },
            )

    def bound_rows(self) -> list[tuple[return_page.Line, forms.BoundField]]:
        """Each line, with the units that may come back, and its control."""
        return [
            (return_page.line_of(row.item, row.units, self.choices), self[f"units_{row.item.pk}"])
            for row in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            raise ValidationError(_("Choose at least one piece"))
        return cleaned

    def answer(self, state: dict[str, Any]) -> None:
        """Keep what was chosen, and what was said of it before."""
        known = state.get("lines", {})
        state["lines"] = {
            name.removeprefix("units_"): {
                **known.get(name.removeprefix("units_"), {}),
                "quantity": units,
            }
            for name, units in self.cleaned_data.items()
            if units
        }


class ReasonsForm(forms.Form):
    """Why each piece comes back, with photos where they help."""

    photos = PhotosField(
        label=_("Photos"),
        required=False,
        help_text=_("Up to 4, where they show what is wrong. Place and camera data are removed."),
    )

    def __init__(
        self, data: Data = None, files: Any = None, *, items: Sequence[Any], state: Any
    ) -> None:
        super().__init__(data, files)
        self.items = list(items)
        known = state.get("lines", {})
        own: dict[str, forms.Field] = {}
        choices = read_choices()
        for item in self.items:
            title = lines.title(item, choices)
            said = known.get(str(item.pk), {})
            own[f"reason_{item.pk}"] = forms.ChoiceField(
                label=_("Why does %(title)s come back?") % {"title": title},
                choices=[("", _("Choose a reason")), *ReturnItem.Reason.choices],
                initial=said.get("reason", ""),
                error_messages={"required": _("Choose a reason for %(title)s") % {"title": title}},
            )
            own[f"comment_{item.pk}"] = forms.CharField(
                label=_("In a few words"),
                max_length=500,
                required=False,
                initial=said.get("comment", ""),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.fields = own | self.fields

    def bound_rows(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        """Each line with its controls."""
        return [
            (item, self[f"reason_{item.pk}"], self[f"comment_{item.pk}"]) for item in self.items
        ]

    def answer(self, state: dict[str, Any]) -> None:
        """Keep reasons and words; photos are kept by who knows where."""
        for item in self.items:
            said = state["lines"][str(item.pk)]
            said["reason"] = self.cleaned_data[f"reason_{item.pk}"]
            said["comment"] = self.cleaned_data[f"comment_{item.pk}"]


class OutcomeForm(forms.Form):
    """What the shopper wants instead: another size or color first, money, or store credit."""

    outcome = forms.ChoiceField(
        choices=Outcome.choices,
        error_messages={"required": _("Choose what you would like")},
    )

    def __init__(
        self,
        data: Data = None,
        *,
        items: Sequence[Any],
        choices: Mapping[UUID, Sequence[Choice]],
        known: Choices,
        state: Any,
    ) -> None:
        super().__init__(data)
        self.items = list(items)
        self.choices = choices
        self.state = state
        for item in self.items:
            options = [
                (str(choice.variant.pk), _in_words(choice, known))
                for choice in choices[item.pk]
                if self.is_to_be_had(item, choice)
            ]
            said = state["lines"].get(str(item.pk), {})
            self.fields[f"variant_{item.pk}"] = forms.ChoiceField(
                label=_("Instead of %(title)s") % {"title": lines.title(item, known)},
                choices=options,
                required=False,
                widget=forms.RadioSelect,
                initial=said.get("variant") or self._next_size(item),
                error_messages={"invalid_choice": _("Choose one that is in stock")},
            )

    @property
    def can_exchange(self) -> bool:
        """Whether each piece could be exchanged for something that is there."""
        return all(self.fields[f"variant_{item.pk}"].choices for item in self.items)  # type: ignore[attr-defined]

    def is_to_be_had(self, item: Any, choice: Choice) -> bool:
        """Whether there are as many units of ``choice`` as come back, at no higher price."""
        wanted: int = self.state["lines"][str(item.pk)]["quantity"]
        return not choice.is_dearer and choice.units >= wanted

    def bound_rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Each line with what it may be exchanged for."""
        return [(item, self[f"variant_{item.pk}"]) for item in self.items]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == Outcome.EXCHANGE:
            for item in self.items:
                name = f"variant_{item.pk}"
                if not cleaned.get(name) and name not in self.errors:
                    text = gettext("Choose what you want instead of %(title)s")
                    self.add_error(name, text % {"title": lines.title(item)})
        return cleaned

    def answer(self, state: dict[str, Any]) -> None:
        """Keep what was chosen."""
        state["outcome"] = self.cleaned_data["outcome"]
        for item in self.items:
            state["lines"][str(item.pk)]["variant"] = self.cleaned_data[f"variant_{item.pk}"]

    def _next_size(self, item: Any) -> str:
        """One size up for what was too small, one down for what was too large."""
        reason = self.state["lines"][str(item.pk)].get("reason", "")
        step = {"TOO_SMALL": 1, "TOO_LARGE": -1}.get(reason)
        if step is None:
            return ""
        color = item.option_values.get("color")
        rows = [
            choice.variant
            for choice in self.choices[item.pk]
            if choice.variant.option_values.get("color") == color
            and self.is_to_be_had(item, choice)
        ]
        place = (item.variant.position, item.variant.sku)
        larger = [row for row in rows if (row.position, row.sku) > place]
        smaller = [row for row in rows if (row.position, row.sku) < place]
        near = larger[:1] if step > 0 else smaller[-1:]
        return str(near[0].pk) if near else ""


class MethodForm(forms.Form):
    """How the pieces travel."""

    method = forms.ChoiceField(
        choices=Method.choices,
        error_messages={"required": _("Choose how it comes to us")},
    )
    note = forms.CharField(
        label=_("Anything we should know?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def answer(self, state: dict[str, Any]) -> None:
        """Keep what was chosen."""
        state["method"] = self.cleaned_data["method"]
        state["note"] = self.cleaned_data["note"]


class SentForm(forms.Form):
    """By whom the parcel travels."""

    carrier = forms.ChoiceField(
        label=_("Carrier"), choices=Shipment.Carrier.choices, initial=Shipment.Carrier.OTHER
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class WithdrawalForm(forms.Form):
    """Who withdraws from which contract; nothing else is asked."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        error_messages={"required": _("Enter your name")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    number = forms.CharField(
        label=_("Order number"),
        max_length=40,
        help_text=_("It stands in the mail we sent: ORD, a year and six digits."),
        error_messages={"required": _("Enter the number of your order")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The one you ordered with. The receipt goes there."),
        error_messages={
            "required": _("Enter your e-mail address"),
            "invalid": _("Enter an e-mail address such as name@example.com"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    part = forms.CharField(
        label=_("Only for some of the goods? Name them"),
        max_length=500,
        required=False,
        help_text=_("Leave it empty to withdraw from the whole contract."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LinesForm(forms.Form):
    """Which lines of a known order are withdrawn from; none means all."""

    lines = forms.MultipleChoiceField(
        label=_("Only these goods"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Data = None, *, items: Sequence[Any]) -> None:
        super().__init__(data)
        self.fields["lines"] = forms.MultipleChoiceField(
            label=_("Only these goods"),
            help_text=_("Tick none to withdraw from the whole contract."),
            choices=[(str(item.pk), f"{item.quantity} × {lines.title(item)}") for item in items],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )


def _in_words(choice: Choice, known: Choices) -> str:
    """ "Navy, L", with the units where they are few."""
    words = lines.choice(choice.variant.option_values, known)
    if choice.units > FEW:
        return words
    left = ngettext("%(count)d left", "%(count)d left", choice.units) % {"count": choice.units}
    return f"{words} · {left}"
