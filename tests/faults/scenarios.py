"""What each crowd does, and what has to be true afterwards.

A scenario sets its own shelves up, so that any number can follow each other in one database.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core import mail
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import override_settings

from catalog.models import ProductVariant
from catalog.tests.factories import ProductFactory
from inventory import reservations
from inventory.models import Stock
from inventory.stock import adjust
from orders.mailing import mails
from orders.models import CouponUsage, Order, OrderMail
from orders.tests.factories import standard_delivery
from orders.tests.offers import coupon
from payments.models import Payment, SandboxCharge
from shop.events.relay import deliver_due
from shop.models import new_id
from shop.operations.invariants.checking import violations
from tests.bench.shopper import Ware
from tests.faults import buyers
from tests.faults.buyers import Errand, Told
from tests.faults.unguarded import constraints_dropped

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@dataclass(frozen=True)
class Size:
    """How large a crowd is. ``more`` units come while it buys."""

    buyers: int = 200
    at_once: int = 32
    units: int = 25
    more: int = 10
    #: Of the control run, which shows more than it has to with few, and what they compete for.
    unguarded: int = 60
    unguarded_units: int = 25
    coupon_buyers: int = 50
    coupon_limit: int = 5
    resent: int = 20
    resent_later: int = 3
    #: Purchases in which the web workers are killed.
    killed: int = 30


@dataclass
class Result:
    """How one run went; ``misses`` says in words what should not have been."""

    scenario: str
    buyers: int
    told: Told
    paid: int
    seconds: float
    misses: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ports:
    """Where the shop listens, with its guards and, for control runs, without."""

    guarded: int
    unguarded: int = 0
    #: The process that opened the first.
    pid: int = 0


def r1_crowd(ports: Ports, size: Size) -> Result:
    """Everybody wants one unit of the same SKU."""
    wares = on_shelves(1, size.units)
    errands = crowd_of(size.buyers, lambda _number: wares)
    with timed() as clock:
        told = buyers.shop(ports.guarded, errands, at_once=size.at_once)
    return judged("R1 one SKU", errands, told, clock, wanted=size.units, supply=size.units)


def r1_crossed(ports: Ports, size: Size) -> Result:
    """Everybody wants one unit of each of two SKUs, half of them in the other order."""
    wares = on_shelves(2, size.units)
    errands = crowd_of(size.buyers, lambda number: wares[:: 1 if number % 2 else -1])
    with timed() as clock:
        told = buyers.shop(ports.guarded, errands, at_once=size.at_once)
    return judged("R1 crossed carts", errands, told, clock, wanted=size.units, supply=size.units)


def r1_restock(ports: Ports, size: Size) -> Result:
    """More units come while the crowd buys: one half is in the shop then, the other enters."""
    wares = on_shelves(1, size.units)
    errands = crowd_of(size.buyers, lambda _number: wares)
    middle, at_once = size.buyers // 2, size.at_once // 2
    with timed() as clock, ThreadPoolExecutor(1) as aside:
        early = aside.submit(buyers.shop, ports.guarded, errands[:middle], at_once=at_once)
        while not early.done() and paid_orders(wares).count() < size.units // 2:
            time.sleep(0.01)
        [stock] = shelves(wares)
        adjust(stock_id=stock.pk, quantity_change=size.more, note="Delivery")
        told = buyers.shop(ports.guarded, errands[middle:], at_once=at_once)
        told.add(early.result())
    supply = size.units + size.more
    return judged("R1 restocked", errands, told, clock, wanted=supply, supply=supply)


def r1_unguarded(ports: Ports, size: Size) -> Result:
    """The control run: without the guard the same crowd has to get more than there is."""
    wares = on_shelves(1, size.unguarded_units)
    errands = crowd_of(size.unguarded, lambda _number: wares)
    with constraints_dropped(), timed() as clock:
        told = buyers.shop(ports.unguarded, errands, at_once=size.at_once)
        paid = paid_orders(wares).count()
        [stock] = shelves(wares)
        if stock.on_hand < 0:
            adjust(stock_id=stock.pk, quantity_change=-stock.on_hand, note="Control run")
    result = Result("R1 without guard", len(errands), told, paid, clock())
    if paid <= size.unguarded_units:
        few = f"{paid} of {size.unguarded_units}"
        result.misses.append(f"not oversold: {few}, so the crowd was none")
    result.misses += reasons(told)
    return result


def r2_coupon(ports: Ports, size: Size) -> Result:
    """A code that a few orders may carry, given by everybody."""
    wares = on_shelves(1, size.coupon_buyers)
    made = coupon(f"FEW-{new_id().hex[-8:]}".upper(), usage_limit=size.coupon_limit)
    errands = crowd_of(size.coupon_buyers, lambda _number: wares, code=made.code)
    with timed() as clock:
        told = buyers.shop(ports.guarded, errands, at_once=size.coupon_buyers)
    carried = CouponUsage.objects.filter(coupon=made, released_at=None)
    wanted = size.coupon_buyers - told.code_gone
    result = judged("R2 coupon", errands, told, clock, wanted=wanted, supply=size.coupon_buyers)
    result.paid = carried.filter(order__paid_at__isnull=False).count()
    made.refresh_from_db()
    if not carried.count() == result.paid == made.uses == size.coupon_limit:
        result.misses.append(
            f"{carried.count()} orders carry the code, {result.paid} of them paid,"
            f" {made.uses} counted; its limit is {size.coupon_limit}"
        )
    return result


def r3_same_checkout(ports: Ports, size: Size) -> Result:
    """The last step of one purchase, sent many times at once and again later."""
    wares = on_shelves(1, size.units)
    [errand] = crowd_of(1, lambda _number: wares)
    with timed() as clock:
        told = buyers.resend(ports.guarded, errand, times=size.resent, later=size.resent_later)
    sent = size.resent + size.resent_later
    orders = paid_orders(wares)
    result = Result("R3 same checkout", sent, told, orders.count(), clock())
    payments = Payment.objects.filter(order__in=orders)
    charges = SandboxCharge.objects.filter(
        idempotency_key__in=[str(pk) for pk in payments.values_list("pk", flat=True)]
    )
    found = {
        "orders": Order.objects.filter(email=errand.email).count(),
        "payments": payments.count(),
        "charges": charges.filter(captured_amount__gt=0).count(),
        "letters": len(letters_to(errand.email)),
        "thanks pages": len(set(told.thanked)),
    }
    result.misses += [f"{count} {what}" for what, count in found.items() if count != 1]
    result.misses += reasons(told)
    if len(told.thanked) != sent:
        result.misses.append(f"{len(told.thanked)} of {sent} answers led to the order")
    result.misses += broken()
    return result


Scenario = Callable[[Ports, Size], Result]


def on_shelves(count: int, units: int) -> list[ProductVariant]:
    """``count`` garments of one size and color, ``units`` of each."""
    standard_delivery()
    name = new_id().hex[-8:]
    products = [
        ProductFactory(
            title=f"Crowd {name} {number}",
            slug=f"crowd-{name}-{number}",
            sizes=("m",),
            stock=units,
        )
        for number in range(count)
    ]
    return [product.variants.get() for product in products]


def crowd_of(
    count: int, wanted: Callable[[int], Sequence[ProductVariant]], *, code: str = ""
) -> list[Errand]:
    name = new_id().hex[-8:]

    def ware(variant: ProductVariant) -> Ware:
        product = variant.product
        return Ware(product.get_absolute_url(), product.slug, dict(variant.option_values))

    return [
        Errand(
            email=f"buyer-{name}-{number}@shop.example",
            address=f"10.0.{number // 250}.{number % 250 + 1}",
            wares=[ware(variant) for variant in wanted(number)],
            code=code,
        )
        for number in range(count)
    ]


def judged(
    name: str,
    errands: Sequence[Errand],
    told: Told,
    clock: Callable[[], float],
    *,
    wanted: int,
    supply: int,
) -> Result:
    """The run held against the database: ``wanted`` paid orders out of ``supply`` units."""
    slugs = {ware.slug for errand in errands for ware in errand.wares}
    wares = list(ProductVariant.objects.filter(product__slug__in=slugs))
    paid = set(paid_orders(wares).values_list("token", flat=True))
    result = Result(name, len(errands), told, len(paid), clock())
    if len(paid) != wanted:
        result.misses.append(f"{len(paid)} paid orders instead of {wanted}")
    if paid != set(told.thanked) or len(told.thanked) != len(paid):
        result.misses.append(f"{len(told.thanked)} thanks for {len(paid)} paid orders")
    refused = len(errands) - wanted
    if told.sold_out + told.code_gone != refused:
        result.misses.append(f"{told.sold_out} read sold out instead of {refused}")
    for stock in shelves(wares):
        # Whose code was gone at the last step still has five minutes to buy without it.
        if stock.on_hand != supply - len(paid) or stock.reserved > told.code_gone:
            result.misses.append(f"{stock}: {stock.on_hand} on hand, {stock.reserved} reserved")
    result.misses += reasons(told) + broken()
    return result


def reasons(told: Told) -> list[str]:
    return [f"{count} × {why}" for why, count in told.failed.most_common(5)]


def broken() -> list[str]:
    """Invariants of the shop that do not hold, where holds end as its worker would end them."""
    reservations.expire()
    return [
        f"{found.invariant.number} {found.invariant.says}: {'; '.join(found.named)}"
        for found in violations(most_named=3)
    ]


def shelves(wares: Sequence[ProductVariant]) -> list[Stock]:
    return list(Stock.objects.filter(variant__in=wares).select_related("variant", "location"))


def paid_orders(wares: Sequence[ProductVariant]) -> "QuerySet[Order]":
    rows = Order.objects.filter(items__variant__in=wares, paid_at__isnull=False)
    return rows.distinct()


def letters_to(email: str) -> list[str]:
    """Subjects of what is sent to ``email`` when all jobs run, each of them twice."""
    with override_settings(EMAIL_BACKEND=LOCMEM):
        mail.outbox = []
        for _time in range(2):
            deliver_due()
            for pk in OrderMail.objects.filter(order__email=email).values_list("pk", flat=True):
                mails.send(pk)
        return [letter.subject for letter in mail.outbox if email in letter.to]


def deadlocks() -> int:
    """Deadlocks that the database has ended since it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """A clock in seconds, which stands still after the block."""
    started = time.monotonic()
    ended: list[float] = []
    yield lambda: (ended[0] if ended else time.monotonic()) - started
    ended.append(time.monotonic())
