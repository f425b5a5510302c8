"""Promotions in force, for pages of the catalog."""

from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from orders.promotions import advertised
from shop.pieces import late

register = template.Library()


@register.simple_tag
def promotion_lines(product: Any, price: Any = None) -> str:
    """What is given for ``product`` now, and "" where nothing is.

    As of the request that shows it, even in a piece that was made before. ``price`` as the
    page shows it tells whether the product is reduced already.
    """
    if product.is_gift_card:
        # Money is not had for less money.
        return ""
    product_id, is_on_sale = product.pk, bool(getattr(price, "was", None))
    return late(lambda: _lines(advertised.of_product(product_id, is_on_sale=is_on_sale)))


def _lines(told: list[str]) -> SafeString:
    if not told:
        return SafeString("")
    # What a template rendered is escaped already.
    lines = get_template("components/promotion_lines.html").render({"promotions": told})
    return SafeString(lines)  # nosec B703
