"""When a parcel would arrive, for pages of the catalog."""

from datetime import date, timedelta

from django import template
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders import summary
from orders.shipping import delivery
from shop.pieces import late

register = template.Library()


@register.simple_tag
def delivery_line(subtotal: int, leaves_on: date | None = None) -> str:
    """The cheapest delivery in the shop's own country for goods worth ``subtotal``.

    ``leaves_on`` is the day before which they are not there. As of the request that shows it, even
    in a piece that was made before; "" without a parcel.
    """
    return late(lambda: _line(subtotal, leaves_on))


def _line(subtotal: int, leaves_on: date | None) -> SafeString:
    now = timezone.now()
    option = delivery.parcel_at_home(subtotal, now=now, leaves_on=leaves_on)
    if option is None:
        return SafeString("")
    # What is not there yet leaves no sooner for being ordered today.
    closing = delivery.cut_off(now) if leaves_on is None else None
    promise = {
        "cutoff_at": closing,
        "within": _duration(closing - now) if closing else "",
        "arrives": summary.arrival(option.arrives_from, option.arrives_until),
        "cost": option.price,
        "free_from": option.method.free_from,
        "currency": option.method.currency,
    }
    # What a template rendered is escaped already.
    line = get_template("components/delivery_line.html").render({"delivery": promise})
    return SafeString(line)  # nosec B703


def _duration(left: timedelta) -> str:
    minutes = int(left.total_seconds()) // 60
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
