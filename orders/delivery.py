"""How a parcel may travel, what that costs, and when it arrives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from orders.models import CartItem, ShippingMethod
from orders.models.delivery import DELIVERY
from shop.held import Shelf

FRIDAY = 4
#: How long a process holds the methods that product pages tell of, in seconds.
SECONDS = 60

#: Those that bring parcels, by country and currency, as all requests of the process share them.
_parcels: Shelf[tuple[str, str], list[ShippingMethod]] = Shelf(most=10, seconds=SECONDS)


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
    methods = _reaching(country).filter(
        Q(max_weight_grams=None) | Q(max_weight_grams__gte=weight_grams)
    )
    return _cheapest_first(methods, goods_total, now)


def parcel_at_home(goods_total: int, *, now: datetime | None = None) -> DeliveryOption | None:
    """The cheapest parcel of any weight in the shop's own country; for pages, not to sell by.

    No query while the methods are known, else one.
    """
    key = (settings.SHOP_COUNTRY, settings.SHOP_CURRENCY)
    parcels = _parcels.one(key, lambda: _read_parcels(key[0]), versions=[DELIVERY])
    return next(iter(_cheapest_first(parcels, goods_total, now)), None)


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


def _read_parcels(country: str) -> list[ShippingMethod]:
    return list(_reaching(country).filter(kind=ShippingMethod.Kind.DELIVERY))


def _reaching(country: str) -> "QuerySet[ShippingMethod]":
    return ShippingMethod.objects.filter(
        is_active=True, countries__contains=[country], currency=settings.SHOP_CURRENCY
    )


def _cheapest_first(
    methods: Iterable[ShippingMethod], goods_total: int, now: datetime | None
) -> list[DeliveryOption]:
    found = [option_of(method, goods_total, now=now) for method in methods]
    return sorted(
        found,
        key=lambda option: (
            option.method.kind == ShippingMethod.Kind.PICK_UP,
            option.price,
            option.method.position,
        ),
    )


def _shipping_day(now: datetime) -> date:
    today = timezone.localtime(now).date()
    return today if cut_off(now) else _working_days_after(today, 1)


def _working_days_after(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() <= FRIDAY:
            count -= 1
    return day
