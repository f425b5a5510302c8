"""Form fields of the trade."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from shop.money import InvalidAmount, decimals_of, parse_amount, to_major


class MoneyField(forms.Field):
    """An amount typed as people write it (49.90), kept as an int of minor units.

    ``currency`` may be set after the field was made, before the form is validated.
    """

    default_error_messages = {
        "invalid": _("Enter an amount such as %(example)s."),
        "minimum": _("Enter an amount of at least %(minimum)s."),
    }

    def __init__(self, *, currency: str = "", minimum: int = 0, **kwargs: Any) -> None:
        self.currency = currency or settings.SHOP_CURRENCY
        self.minimum = minimum
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "size": 9}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Minor units as the text to edit; what a person typed stays as typed."""
        return self._written(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """Minor units of what was typed, or None. Raises ValidationError."""
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return parse_amount(str(value), self.currency)
        except InvalidAmount as error:
            example = self._written(10 ** decimals_of(self.currency) * 499 // 10)
            raise forms.ValidationError(
                self.error_messages["invalid"], "invalid", {"example": example}
            ) from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value < self.minimum:
            raise forms.ValidationError(
                self.error_messages["minimum"],
                "minimum",
                {"minimum": self._written(self.minimum)},
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True

    def _written(self, amount: int) -> str:
        # As parse_amount reads it back: no grouping, the separator of the language.
        decimals = decimals_of(self.currency)
        return formats.number_format(
            to_major(amount, self.currency), decimal_pos=decimals, use_l10n=True
        )
