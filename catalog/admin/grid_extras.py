"""Columns of the grid of variants that are not needed every day: shown when asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.forms import MoneyField

#: Beyond this a weight is a slip of the keyboard.
MOST_GRAMS = 1_000_000


@dataclass(frozen=True)
class Extra:
    """A further cell of each line: ``name`` in the form, ``column`` of the table."""

    name: str
    column: str
    label: str | Promise
    is_amount: bool = True

    def typed(self, held: Any, currency: str) -> str:
        """What stands in the cell of ``held``, a variant or the product that a new one follows."""
        value = getattr(held, self.column, 0)
        if not self.is_amount:
            return str(value)
        return "" if value is None else str(_field(currency).prepare_value(value))

    def read(self, typed: str, currency: str) -> int | None:
        """Minor units, or grams; None for a blank amount. Raises ValidationError."""
        if self.is_amount:
            return _field(currency).clean(typed)
        if not typed:
            return 0
        if (grams := whole(typed, MOST_GRAMS)) is not None:
            return grams
        raise forms.ValidationError(gettext("Enter a whole number."))


RECOMMENDED = Extra("recommended", "compare_at_price", _("Recommended price"))
COST = Extra("cost", "cost", _("Cost"))
WEIGHT = Extra("weight", "weight_grams", _("Weight in grams"), is_amount=False)


def whole(typed: str, most: int) -> int | None:
    """The number in ``typed``; None where it is none from 0 to ``most``."""
    # Thousands of digits are more than int() takes.
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 20
    return int(typed) if is_number and int(typed) <= most else None


def extras_for(*, may_price: bool) -> tuple[Extra, ...]:
    """The further cells that a person may write."""
    return (RECOMMENDED, COST, WEIGHT) if may_price else (WEIGHT,)


def read(
    extras: tuple[Extra, ...], typed: Mapping[str, str], currency: str
) -> tuple[dict[str, int | None], dict[str, str]]:
    """Values by column, and what is wrong by name."""
    values, errors = dict[str, int | None](), dict[str, str]()
    for extra in extras:
        try:
            values[extra.column] = extra.read(typed[extra.name], currency)
        except forms.ValidationError as error:
            errors[extra.name] = " ".join(error.messages)
    return values, errors


def _field(currency: str) -> MoneyField:
    return MoneyField(currency=currency, required=False)
