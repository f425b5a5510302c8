"""Store credit on the account's first page, which stands below payments and knows none."""

from django import template
from django.conf import settings

from payments.credit import accounts
from shop.accounts.models import User
from shop.money import format_money

register = template.Library()


@register.simple_tag
def store_credit(user: User) -> str:
    """What the person can spend, as an amount in words; "" without any. One query."""
    currency = settings.SHOP_CURRENCY
    balance = accounts.balance_of(user.pk, currency)
    return format_money(balance, currency) if balance else ""
