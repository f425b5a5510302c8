"""How a parcel may travel, what that costs, and when it arrives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from orders.models import CartItem, PickUpPoint, ShippingMethod
from orders.models.delivery import DELIVERY, plain_code
from shop.held import Shelf

FRIDAY = 4
#: How long a process holds the methods that product pages tell of, in seconds.
SECONDS = 60

#: Those that bring parcels, by country and currency, as all requests of the process share them.
_parcels: Shelf[tuple[str, str], list[ShippingMethod]] = Shelf(most=10, seconds=SECONDS)
#: Countries that are reached, by currency.
_reached: Shelf[str, list[str]] = Shelf(most=10, seconds=SECONDS)


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
) -> list[DeliveryOption]:
    """Methods of the zone that ``address`` is in, for that weight, cheapest parcel first.

    ``address`` has a country, and a region and a postal code as far as they are known. Pick-up
    comes last: who does not live nearby should not have to notice it to get a parcel. One query.
    """
    methods = [row for row in _reaching(address) if row.carries(weight_grams)]
    return _cheapest_first(methods, goods_total, weight_grams, now)


def points(near: Mapping[str, str]) -> list[PickUpPoint]:
    """Where orders can be collected, those nearest to the postal code first. One query.

    Near is what shares most digits from the left; there is no map behind it.
    """
    found = PickUpPoint.objects.offered()
    return sorted(found, key=lambda point: _distance(point, near))


def parcel_at_home(goods_total: int, *, now: datetime | None = None) -> DeliveryOption | None:
    """The cheapest parcel of any weight in the shop's own country; for pages, not to sell by.

    No query while the methods are known, else one.
    """
    key = (settings.SHOP_COUNTRY, settings.SHOP_CURRENCY)
    parcels = _parcels.one(key, lambda: _read_parcels(key[0]), versions=[DELIVERY])
    return next(iter(_cheapest_first(parcels, goods_total, 0, now)), None)


def option_of(
    method: ShippingMethod,
    goods_total: int,
    weight_grams: int = 0,
    *,
    now: datetime | None = None,
) -> DeliveryOption:
    """What ``method`` costs and when it arrives if the order is placed now."""
    sent = _shipping_day(now or timezone.now())
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


def reached_countries() -> list[str]:
    """ISO codes of the countries that some offered method reaches, in order.

    No query while they are known, else one.
    """
    return _reached.one(settings.SHOP_CURRENCY, _read_reached, versions=[DELIVERY])


def _read_reached() -> list[str]:
    offered = ShippingMethod.objects.filter(is_active=True, currency=settings.SHOP_CURRENCY)
    zones = offered.order_by().values_list("zone__countries", flat=True).distinct()
    return sorted({code for codes in zones for code in codes})


def _read_parcels(country: str) -> list[ShippingMethod]:
    found = _reaching({"country": country})
    return [method for method in found if method.kind == ShippingMethod.Kind.DELIVERY]


def _reaching(address: Mapping[str, str]) -> list[ShippingMethod]:
    """The methods of the first zone that has the address."""
    methods = ShippingMethod.objects.filter(
        is_active=True,
        zone__countries__contains=[address.get("country", "")],
        currency=settings.SHOP_CURRENCY,
    ).select_related("zone")
    reaching = [method for method in methods if method.reaches(address)]
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
    methods: Iterable[ShippingMethod], goods_total: int, weight_grams: int, now: datetime | None
) -> list[DeliveryOption]:
    found = [option_of(method, goods_total, weight_grams, now=now) for method in methods]
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
