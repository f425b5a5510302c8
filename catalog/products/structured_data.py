"""Structured data for search engines (schema.org), as the text of a JSON-LD block."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from catalog.content.pages import Question
from catalog.goods import Goods, Variant
from catalog.models import Brand, ContentPage, Product
from catalog.pricing.schedules import end_of_price
from catalog.products.fabric import care_of, cloth_of, materials_of
from catalog.reviewing.review_rows import Shown
from catalog.tree import Crumb
from shop.money import to_major

Absolute = Callable[[str], str]

#: The node of a product page that says what delivery costs and how long it takes.
DELIVERY_ID = "#delivery"

# Inside a script element only these could end it or begin a comment.
_ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


def breadcrumb_data(crumbs: Sequence[Crumb], absolute: Absolute) -> SafeString:
    """A BreadcrumbList; ``absolute`` makes a path a full address."""
    return block_of(
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
    goods: Goods,
    *,
    description: str,
    pictures: Sequence[str],
    absolute: Absolute,
    reviews: Sequence[Shown] = (),
) -> SafeString:
    """A Product with one offer per variant, its rating and the reviews that the page shows.

    Delivery is described by who knows of it, in the block that :data:`DELIVERY_ID` names.
    """
    product = goods.product
    url = absolute(product.get_absolute_url())
    data: dict[str, Any] = {
        "@type": "Product",
        "name": product.title,
        "url": url,
        "description": description,
        "image": list(pictures),
        "offers": [
            # The policy is told once; the other offers point at it.
            _offer(goods, variant, absolute)
            | {"hasMerchantReturnPolicy": {"@id": "#returns"} if place else _return_policy()}
            for place, variant in enumerate(goods.variants)
        ],
    }
    data |= _fabric(product)
    if product.brand:
        data["brand"] = {"@type": "Brand", "name": product.brand.name}
        if product.brand.maker_name:
            data["manufacturer"] = _maker(product.brand)
    if product.rating_average is not None and product.rating_count:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(product.rating_average),
            "reviewCount": product.rating_count,
        }
        data["review"] = [_review(one) for one in reviews]
    return block_of(data)


def _fabric(product: Product) -> dict[str, Any]:
    """What the label says. There is no property of its own for care or a product passport yet."""
    data: dict[str, Any] = {}
    more = [(cloth.part, cloth.text) for cloth in cloth_of(product.fibers)[1:]]
    more += [(gettext("Care"), mark.text) for mark in care_of(product.care)]
    if product.passport_url:
        more.append((gettext("Digital product passport"), product.passport_url))
    if product.fibers:
        data["material"] = materials_of(product.fibers)
    if product.origin:
        data["countryOfOrigin"] = {"@type": "Country", "name": product.origin.code}
    if more:
        data["additionalProperty"] = [
            {"@type": "PropertyValue", "name": name, "value": value} for name, value in more
        ]
    return data


def _maker(brand: Brand) -> dict[str, Any]:
    maker = {"@type": "Organization", "name": brand.maker_name}
    told = {"address": " ".join(brand.maker_address.split()), "email": brand.maker_email}
    return maker | {name: value for name, value in told.items() if value}


def _return_policy() -> dict[str, Any]:
    return {
        "@type": "MerchantReturnPolicy",
        "@id": "#returns",
        "applicableCountry": settings.SHOP_COUNTRY,
        "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": settings.SHOP_RETURN_DAYS,
        "returnMethod": "https://schema.org/ReturnByMail",
    }


def _review(review: Shown) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@type": "Review",
        "author": {"@type": "Person", "name": review.display_name},
        "datePublished": review.created_at.date().isoformat(),
        "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5},
        "reviewBody": review.content,
    }
    if review.title:
        data["name"] = review.title
    return data


def _offer(goods: Goods, variant: Variant, absolute: Absolute) -> dict[str, Any]:
    product = goods.product
    offer: dict[str, Any] = {
        "@type": "Offer",
        "sku": variant.sku,
        "url": absolute(goods.url_of(variant)),
        "price": str(to_major(variant.price, product.currency)),
        "priceCurrency": product.currency,
        "itemCondition": "https://schema.org/NewCondition",
        "availability": f"https://schema.org/{_availability(goods, variant)}",
        "shippingDetails": {"@id": DELIVERY_ID},
    }
    ends_at = end_of_price(product, variant.id)
    if ends_at is not None:
        offer["priceValidUntil"] = ends_at.isoformat()
    return offer


def _availability(goods: Goods, variant: Variant) -> str:
    if not goods.can_buy(variant):
        return "OutOfStock"
    return "InStock" if variant.units > 0 else "BackOrder"


def shop_data(*, name: str, email: str, absolute: Absolute) -> SafeString:
    """The shop itself: an Organization, and a WebSite that can be searched."""
    home = absolute("/")
    search = f"{absolute(reverse('catalog:search'))}?q={{search_term_string}}"
    organization = {
        "@type": "Organization",
        "@id": f"{home}#organization",
        "name": name,
        "email": email,
        "url": home,
        "logo": absolute(static("img/touch-icon.png")),
    }
    website = {
        "@type": "WebSite",
        "@id": f"{home}#website",
        "name": name,
        "url": home,
        "publisher": {"@id": organization["@id"]},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search},
            "query-input": "required name=search_term_string",
        },
    }
    return block_of({"@graph": [organization, website]})


def article_data(page: ContentPage, *, picture: str, absolute: Absolute) -> SafeString:
    """An Article of the journal; ``picture`` is the address of one in pixels."""
    data: dict[str, Any] = {
        "@type": "Article",
        "headline": page.title,
        "description": page.seo_description or page.summary,
        "mainEntityOfPage": absolute(page.get_absolute_url()),
        "image": [absolute(picture)],
        "author": {"@type": "Organization", "name": settings.SHOP_NAME, "url": absolute("/")},
        "publisher": {"@type": "Organization", "name": settings.SHOP_NAME, "url": absolute("/")},
    }
    if page.published_at:
        data["datePublished"] = page.published_at.isoformat()
        data["dateModified"] = (page.revised_at or page.published_at).isoformat()
    return block_of(data)


def questions_data(questions: Sequence[Question]) -> SafeString:
    """A FAQPage of questions with their answers."""
    return block_of(
        {
            "@type": "FAQPage",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": question.title,
                    "acceptedAnswer": {"@type": "Answer", "text": question.answer.strip()},
                }
                for question in questions
            ],
        }
    )


def block_of(data: dict[str, Any]) -> SafeString:
    """The text of a block for ``data``, which cannot leave its script element."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 # nosec B308 B703
