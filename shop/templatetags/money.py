"""Writes amounts in templates: ``{{ order.total|money:order.currency }}``."""

from django import template

from shop.money import format_money

register = template.Library()


@register.filter
def money(amount: int | None, currency: str) -> str:
    """The amount (minor units) in the active language; nothing for an amount that is not there."""
    # An undefined template variable arrives as the empty string.
    if amount is None or amount == "":
        return ""
    return format_money(amount, currency)
