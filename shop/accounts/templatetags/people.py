"""Customers on pages of the back office, as who looks may see them."""

from typing import Any

from django import template

from shop.accounts import masking

register = template.Library()


@register.filter
def email_for(email: str, user: Any) -> str:
    """An address of a customer; masked for who may not look at people."""
    return masking.email_for(user, email)


@register.filter
def name_for(name: str, user: Any) -> str:
    """The name of a customer; its first letters for who may not look at people."""
    return name if masking.sees_people(user) else masking.masked_name(name)
