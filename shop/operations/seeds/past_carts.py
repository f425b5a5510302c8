"""Carts of the demo shop's past, so that its figures of carts have one.

Each past order gets the cart it came from; others were begun on the same days and left. Nobody is
behind them, and nothing is in them: days tell how many there were.
"""

from collections import Counter
from datetime import datetime, time, timedelta
from random import Random

from django.conf import settings
from django.utils import timezone

from orders.carts import cart_metrics
from orders.models import Cart, CartChange, CartMetric, Checkout, Order
from shop.operations.seeds.base import CURRENCY

#: From putting something into a cart to the order, at most.
_HESITATION = timedelta(minutes=40)
#: Carts that were left, for each that was ordered and beside those.
_LEFT_FOR_EACH, _LEFT_BESIDE = 1.2, (1, 4)
#: Of the carts that were left, those whose checkout was begun.
_BEGUN = 0.3


def plant_past_carts() -> int:
    """The carts of the days that are counted, and the figures of those days; how many carts."""
    if CartMetric.objects.exists():
        return 0
    today = timezone.localdate()
    first = today - timedelta(days=settings.CART_METRIC_DAYS)
    start, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (first, today))
    random = Random(first.toordinal())  # noqa: S311 - nobody has to guess this  # nosec B311
    orders = list(Order.objects.filter(cart=None, placed_at__gte=start, placed_at__lt=end))
    for order in orders:
        order.cart = _cart(order.placed_at - random.random() * _HESITATION, Cart.Status.CHECKED_OUT)
    sold = [order.cart for order in orders if order.cart]
    left = _left(orders, start, random)
    carts = [*sold, *left]
    begun = [*sold, *(cart for cart in left if random.random() < _BEGUN)]
    Cart.objects.bulk_create(carts)
    Order.objects.bulk_update(orders, ["cart"])
    Checkout.objects.bulk_create(
        [Checkout(cart=cart, created_at=cart.created_at) for cart in begun]
    )
    CartChange.objects.bulk_create(
        [CartChange(units=random.choice((1, 1, 2)), created_at=cart.created_at) for cart in carts]
    )
    CartMetric.objects.bulk_create(cart_metrics.count(first, today))
    cart_metrics.roll_up()
    return len(carts)


def _left(orders: list[Order], start: datetime, random: Random) -> list[Cart]:
    """Carts of each day that nobody ordered; the older ones are closed."""
    bought = Counter(timezone.localdate(order.placed_at) for order in orders)
    carts = []
    for past in range(settings.CART_METRIC_DAYS):
        day = start + timedelta(days=past)
        count = round(bought[timezone.localdate(day)] * _LEFT_FOR_EACH)
        for _each in range(count + random.randint(*_LEFT_BESIDE)):
            carts.append(_cart(day + random.random() * timedelta(hours=23), Cart.Status.ABANDONED))
    return carts


def _cart(at: datetime, status: Cart.Status) -> Cart:
    ends = at + timedelta(days=settings.CART_LIFE_DAYS)
    return Cart(currency=CURRENCY, status=status, created_at=at, expires_at=ends)
