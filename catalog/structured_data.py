"""Structured data for search engines (schema.org), as the text of a JSON-LD block."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from catalog.goods import Goods
from catalog.tree import Crumb
from shop.money import to_major

Absolute = Callable[[str], str]

# Inside a script element only these could end it or begin a comment.
_ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


def breadcrumb_data(crumbs: Sequence[Crumb], absolute: Absolute) -> SafeString:
    """A BreadcrumbList; ``absolute`` makes a path a full address."""
    return _block(
        {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "name": crumb.title,
                    "item": absolute(crumb.url),
                }
                for position, crumb in enumerate(crumbs, start=1)
            ],
        }
    )


def product_data(
    goods: Goods, *, description: str, pictures: Sequence[str], absolute: Absolute
) -> SafeString:
    """A Product with one offer per variant."""
    product = goods.product
    url = absolute(product.get_absolute_url())
    data: dict[str, Any] = {
        "@type": "Product",
        "name": product.title,
        "url": url,
        "description": description,
        "image": list(pictures),
        "offers": [
            {
                "@type": "Offer",
                "sku": variant.sku,
                "url": url,
                "price": str(to_major(variant.price, product.currency)),
                "priceCurrency": product.currency,
                "itemCondition": "https://schema.org/NewCondition",
                "availability": "https://schema.org/"
                + ("InStock" if goods.can_buy(variant) else "OutOfStock"),
            }
            for variant in goods.variants
        ],
    }
    if product.brand:
        data["brand"] = {"@type": "Brand", "name": product.brand.name}
    if product.rating_average is not None and product.rating_count:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(product.rating_average),
            "reviewCount": product.rating_count,
        }
    return _block(data)


def shop_data(*, name: str, email: str, absolute: Absolute) -> SafeString:
    """The shop itself, as an Organization."""
    return _block(
        {"@type": "Organization", "name": name, "email": email, "url": absolute("/")},
    )


def _block(data: dict[str, Any]) -> SafeString:
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 # nosec B308 B703
