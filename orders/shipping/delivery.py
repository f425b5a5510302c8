"""How a parcel may travel, what that costs, and when it arrives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from inventory.models.locations import LOCATIONS
from orders.models import CartItem, PickUpPoint, ShippingMethod
from orders.models.delivery import DELIVERY, plain_code
from shop.held import Shelf

FRIDAY = 4
#: How long a process holds what is offered, in seconds; a change ends it at once.
SECONDS = 60

#: Methods offered, by currency, as all requests of the process share them.
_offered: Shelf[str, list[ShippingMethod]] = Shelf(most=10, seconds=SECONDS)
#: Where orders are collected.
_points: Shelf[str, list[PickUpPoint]] = Shelf(most=1, seconds=SECONDS)


@dataclass(frozen=True)
class DeliveryOption:
    """A method with its price in minor units and the days it arrives on."""

    method: ShippingMethod
    price: int
    arrives_from: date
    arrives_until: date


def options(
    *,
    address: Mapping[str, str],
    goods_total: int,
    weight_grams: int,
    now: datetime | None = None,
    leaves_on: date | None = None,
) -> list[DeliveryOption]:
    """Methods of the zone that ``address`` is in, for that weight, cheapest parcel first.

    ``address`` has a country, and a region and a postal code as far as they are known. Pick-up
    comes last: who does not live nearby should not have to notice it to get a parcel. ``leaves_on``
    is the day before which the goods are not all there. No query while the methods are known, else
    one.
    """
    methods = [row for row in _reaching(address) if row.carries(weight_grams)]
    return _cheapest_first(methods, goods_total, weight_grams, now, leaves_on)


def points(near: Mapping[str, str]) -> list[PickUpPoint]:
    """Where orders can be collected, those nearest to the postal code first.

    Near is what shares most digits from the left; there is no map behind it. No query while the
    places are known, else one.
    """
    versions = [DELIVERY, LOCATIONS]
    found = _points.one("", lambda: list(PickUpPoint.objects.offered()), versions=versions)
    return sorted(found, key=lambda point: _distance(point, near))


def parcel_at_home(
    goods_total: int, *, now: datetime | None = None, leaves_on: date | None = None
) -> DeliveryOption | None:
    """The cheapest parcel of any weight in the shop's own country; for pages, not to sell by.

    No query while the methods are known, else one.
    """
    found = _reaching({"country": settings.SHOP_COUNTRY})
    parcels = [method for method in found if method.kind == ShippingMethod.Kind.DELIVERY]
    return next(iter(_cheapest_first(parcels, goods_total, 0, now, leaves_on)), None)


def option_of(
    method: ShippingMethod,
    goods_total: int,
    weight_grams: int = 0,
    *,
    now: datetime | None = None,
    leaves_on: date | None = None,
) -> DeliveryOption:
    """What ``method`` costs and when it arrives if the order is placed now.

    Goods that are not there before ``leaves_on`` leave on the first working day from then.
    """
    sent = _shipping_day(now or timezone.now())
    if leaves_on is not None:
        sent = max(sent, _working_days_after(leaves_on - timedelta(days=1), 1))
    return DeliveryOption(
        method=method,
        price=method.price_for(goods_total, weight_grams),
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


def needs_parcel(items: Iterable[CartItem]) -> bool:
    """Whether anything of the items has to be sent; gift cards travel by e-mail."""
    return any(not item.variant.product.is_gift_card for item in items)


def reached_countries() -> list[str]:
    """ISO codes of the countries that some offered method reaches, in order.

    No query while they are known, else one.
    """
    zones = [method.zone.countries for method in _methods()]
    return sorted({code for codes in zones for code in codes})


def known_method(key: UUID | None) -> ShippingMethod | None:
    """A method by its id: as it is held while it is offered, else read."""
    if key is None:
        return None
    found = next((method for method in _methods() if method.pk == key), None)
    return found or ShippingMethod.objects.select_related("zone").filter(pk=key).first()


def known_point(key: UUID | None) -> PickUpPoint | None:
    """A place to collect by its id: as it is held while it is offered, else read."""
    if key is None:
        return None
    found = next((point for point in points({}) if point.pk == key), None)
    return found or PickUpPoint.objects.select_related("location").filter(pk=key).first()


def _methods() -> list[ShippingMethod]:
    currency = settings.SHOP_CURRENCY

    def read() -> list[ShippingMethod]:
        rows = ShippingMethod.objects.filter(is_active=True, currency=currency)
        return list(rows.select_related("zone"))

    return _offered.one(currency, read, versions=[DELIVERY])


def _reaching(address: Mapping[str, str]) -> list[ShippingMethod]:
    """The methods of the first zone that has the address."""
    reaching = [method for method in _methods() if method.reaches(address)]
    zones = {method.zone_id: (method.zone.position, method.zone.code) for method in reaching}
    nearest = min(zones, key=zones.__getitem__, default=None)
    return [method for method in reaching if method.zone_id == nearest]


def _distance(point: PickUpPoint, near: Mapping[str, str]) -> tuple[bool, int, int, str]:
    here, there = plain_code(near.get("postal_code", "")), plain_code(point.postal_code)
    shared = next(
        (n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b),
        min(len(here), len(there)),
    )
    are_numbers = here.isdigit() and there.isdigit()
    return (
        point.country != near.get("country", ""),
        -shared,
        abs(int(here) - int(there)) if are_numbers else 0,
        there,
    )


def _cheapest_first(
    methods: Iterable[ShippingMethod],
    goods_total: int,
    weight_grams: int,
    now: datetime | None,
    leaves_on: date | None,
) -> list[DeliveryOption]:
    found = [
        option_of(method, goods_total, weight_grams, now=now, leaves_on=leaves_on)
        for method in methods
    ]
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
