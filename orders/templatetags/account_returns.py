"""Returns on the overview of the account, which stands below orders and knows none."""

from typing import Any

from django import template

from orders.models import Return
from orders.returns import return_page
from shop.accounts.models import User

register = template.Library()
#: Returns shown on the overview.
MOST = 3


@register.simple_tag
def open_returns(user: User) -> list[dict[str, Any]]:
    """The person's returns that are not over, newest first. One query."""
    rows = Return.objects.filter(order__customer=user, status__in=Return.OPEN)
    newest = rows.select_related("order").order_by("-created_at", "-pk")
    return [return_page.short(row) for row in newest[:MOST]]
