"""When a parcel would arrive, for pages of the catalog."""

from datetime import timedelta
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import delivery, summary
from orders.models.delivery import DELIVERY
from shop.making import made_of

register = template.Library()


@register.inclusion_tag("components/delivery_line.html")
def delivery_line(subtotal: int) -> dict[str, Any]:
    """The cheapest delivery in the shop's own country for goods worth ``subtotal``."""
    made_of(DELIVERY)
    now = timezone.now()
    options = delivery.options(
        country=settings.SHOP_COUNTRY, goods_total=subtotal, weight_grams=0, now=now
    )
    parcels = [option for option in options if option.method.kind == "DELIVERY"]
    if not parcels:
        return {"delivery": None}
    option = parcels[0]
    closing = delivery.cut_off(now)
    return {
        "delivery": {
            "cutoff_at": closing,
            "within": _duration(closing - now) if closing else "",
            "arrives": summary.arrival(option.arrives_from, option.arrives_until),
            "cost": option.price,
            "free_from": option.method.free_from,
            "currency": option.method.currency,
        }
    }


def _duration(left: timedelta) -> str:
    minutes = int(left.total_seconds()) // 60
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
