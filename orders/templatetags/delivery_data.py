"""What delivery costs and how long it takes, for machines that read product pages."""

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from catalog.products.structured_data import DELIVERY_ID, block_of
from orders.shipping import delivery
from shop.money import to_major

register = template.Library()


@register.simple_tag
def delivery_data(subtotal: int) -> SafeString:
    """OfferShippingDetails of the cheapest parcel for goods worth ``subtotal``; "" without one.

    No query while the methods are known.
    """
    option = delivery.parcel_at_home(subtotal)
    if option is None:
        return SafeString("")
    return block_of(
        {
            "@type": "OfferShippingDetails",
            "@id": DELIVERY_ID,
            "shippingRate": {
                "@type": "MonetaryAmount",
                "value": str(to_major(option.price, option.method.currency)),
                "currency": option.method.currency,
            },
            "shippingDestination": {
                "@type": "DefinedRegion",
                "addressCountry": settings.SHOP_COUNTRY,
            },
            "deliveryTime": {
                "@type": "ShippingDeliveryTime",
                "handlingTime": _days(0, 1),
                "transitTime": _days(option.method.min_days, option.method.max_days),
            },
        }
    )


def _days(least: int, most: int) -> dict[str, object]:
    return {"@type": "QuantitativeValue", "minValue": least, "maxValue": most, "unitCode": "DAY"}
