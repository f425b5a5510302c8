"""How a parcel may travel, what that costs, and when it arrives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from orders.models import CartItem, ShippingMethod

FRIDAY = 4


@dataclass(frozen=True)
class DeliveryOption:
    """A method with its price in minor units and the days it arrives on."""

    method: ShippingMethod
    price: int
    arrives_from: date
    arrives_until: date


def options(
    *, country: str, goods_total: int, weight_grams: int, now: datetime | None = None
) -> list[DeliveryOption]:
    """Methods that reach ``country`` with that weight, cheapest parcel first. One query.

    Pick-up comes last: who does not live nearby should not have to notice it to get a parcel.
    """
    methods = ShippingMethod.objects.filter(
        Q(max_weight_grams=None) | Q(max_weight_grams__gte=weight_grams),
        is_active=True,
        countries__contains=[country],
        currency=settings.SHOP_CURRENCY,
    )
    found = [option_of(method, goods_total, now=now) for method in methods]
    return sorted(
        found,
        key=lambda option: (
            option.method.kind == ShippingMethod.Kind.PICK_UP,
            option.price,
            option.method.position,
        ),
    )


def option_of(
    method: ShippingMethod, goods_total: int, *, now: datetime | None = None
) -> DeliveryOption:
    """What ``method`` costs and when it arrives if the order is placed now."""
    sent = _shipping_day(now or timezone.now())
    return DeliveryOption(
        method=method,
        price=method.price_for(goods_total),
        arrives_from=_working_days_after(sent, method.min_days),
        arrives_until=_working_days_after(sent, method.max_days),
    )


def cut_off(now: datetime | None = None) -> datetime | None:
    """Until when an order placed today leaves today; None when nothing leaves today any more."""
    local = timezone.localtime(now)
    closing = datetime.combine(local.date(), time(settings.SHOP_CUT_OFF_HOUR), local.tzinfo)
    return closing if local < closing and local.weekday() <= FRIDAY else None


def weight(items: Iterable[CartItem]) -> int:
    """Grams of all the items."""
    return sum(item.variant.weight_grams * item.quantity for item in items)


def _shipping_day(now: datetime) -> date:
    today = timezone.localtime(now).date()
    return today if cut_off(now) else _working_days_after(today, 1)


def _working_days_after(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() <= FRIDAY:
            count -= 1
    return day
