"""Proof of no oversell: many buyers at once on the last units, in a scratch copy of the shop.

Each buyer is a process of its own, which places and pays an order by the acts of the shop. The
control run leaves the guard out, reads, thinks and writes, and has to oversell: else the crowd was
no crowd and the proof shows nothing.
"""

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, ProgrammingError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from catalog.models import Product, ProductVariant
from inventory.errors import OutOfStock
from inventory.models import Location, Reservation, Stock
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.checkouts import placing
from orders.models import Cart, Checkout, ShippingMethod, ShippingZone, TaxRate
from orders.placed import lifecycle

#: Constraints that refuse what no code should ask for; the control run drops them.
GUARDS = ("stock_on_hand_not_negative", "stock_reserved_within_on_hand")
#: A cache that is not there: the buyers must not touch the pages of the running shop.
_NO_CACHE = "redis://127.0.0.1:1/0"
_FORK = multiprocessing.get_context("fork")
#: How long the tables of the scratch database may take, in seconds.
_MIGRATION_SECONDS = 300
#: How long a buyer of the control run thinks between reading and writing, in seconds.
_THOUGHT = 0.5
_GUARD_SQL = """
    SELECT c.conname AS name, pg_get_constraintdef(c.oid) AS body FROM pg_constraint c
    WHERE c.conrelid IN (to_regclass('inventory_stock'), to_regclass('inventory_movement'))
    AND c.contype = 'c'
    UNION ALL
    SELECT t.tgname, pg_get_functiondef(t.tgfoid) FROM pg_trigger t
    WHERE t.tgrelid IN (to_regclass('inventory_stock'), to_regclass('inventory_movement'))
    AND NOT t.tgisinternal AND t.tgenabled <> 'D'
    ORDER BY 1
"""


class NoScratchDatabase(Exception):
    """The role of the shop may not make a database."""


class NoAnswer(Exception):
    """The crowd was not done in time, or broke down."""


@dataclass(frozen=True)
class Outcome:
    """What a crowd of ``buyers`` made of ``units``."""

    buyers: int
    units: int
    sold: int
    refused: int
    failed: int
    seconds: float

    @property
    def oversold(self) -> int:
        """Units that were promised and are not there."""
        return max(self.sold - self.units, 0)


@dataclass(frozen=True)
class Proof:
    """Both runs, and the guards by name that the running shop lacks or has otherwise.

    ``is_explained``: the ledger and the holds of the guarded run say the same as its shelves.
    """

    guarded: Outcome
    unguarded: Outcome
    differing: list[str]
    is_explained: bool


def prove(*, buyers: int, units: int, seconds: int) -> Proof:
    """Let the crowd compete in a scratch database, which is dropped whatever happens.

    All of it happens in a process of its own, so that nothing of it stays in this one. Each run
    takes up to ``seconds``. Raises :class:`NoScratchDatabase` and :class:`NoAnswer`.
    """
    guards = _guards()
    name = f"prove_stock_{os.getpid()}"
    try:
        with _outside() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    except ProgrammingError as error:
        raise NoScratchDatabase from error
    connections.close_all()
    told = _FORK.SimpleQueue()

    def stage() -> None:
        _forget_inherited_connections()
        connections[DEFAULT_DB_ALIAS].settings_dict["NAME"] = name
        _leave_the_cache_alone()
        call_command("migrate", verbosity=0, interactive=False)
        differing = sorted(guard for guard, _body in _guards() ^ guards)
        sold = guarded(buyers=buyers, units=units, seconds=seconds)
        is_explained = _is_explained(sold)
        control = unguarded(buyers=buyers, units=units, seconds=seconds)
        told.put(Proof(sold, control, differing, is_explained))

    process = _FORK.Process(target=stage)
    try:
        process.start()
        process.join(_MIGRATION_SECONDS + 2 * seconds)
        if process.is_alive():
            process.kill()
            process.join()
        if told.empty():
            raise NoAnswer
        proof: Proof = told.get()
        return proof
    finally:
        with _outside() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def guarded(*, buyers: int, units: int, seconds: int) -> Outcome:
    """``buyers`` processes place and pay an order each for one of ``units``, all at once."""
    variant = _shelf(units, "guarded")
    ready = [_cart(variant, number) for number in range(buyers)]
    total = acts.totals_of(ready[0], carts.items_of(ready[0].cart)).total

    def buy(number: int) -> None:
        order = placing.place_order(cart_id=ready[number].cart_id, agreed_total=total)
        lifecycle.mark_paid(order.pk)

    outcome, took = _crowd(buy, buyers, seconds)
    on_hand, reserved = Stock.objects.values_list("on_hand", "reserved").get(variant=variant)
    return Outcome(buyers, units, units - on_hand + reserved, *outcome, took)


def unguarded(*, buyers: int, units: int, seconds: int) -> Outcome:
    """The same crowd where nobody locks and nothing refuses: the control run."""
    variant = _shelf(units, "unguarded")
    stock_id: UUID = Stock.objects.values_list("pk", flat=True).get(variant=variant)
    with connection.cursor() as cursor:
        for guard in GUARDS:
            cursor.execute(f"ALTER TABLE inventory_stock DROP CONSTRAINT {guard}")

    def buy(number: int) -> None:
        if Stock.objects.get(pk=stock_id).available < 1:
            raise OutOfStock([])
        time.sleep(_THOUGHT)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE inventory_stock SET reserved = reserved + 1 WHERE id = %s", [stock_id]
            )

    outcome, took = _crowd(buy, buyers, seconds)
    reserved: int = Stock.objects.values_list("reserved", flat=True).get(pk=stock_id)
    return Outcome(buyers, units, reserved, *outcome, took)


def _is_explained(outcome: Outcome) -> bool:
    """Whether the ledger and the holds of the guarded run say the same as its shelves."""
    sold = Reservation.objects.filter(status=Reservation.Status.COMMITTED).count()
    return sold == outcome.sold and outcome.sold + outcome.refused == outcome.buyers


def _crowd(buy: Callable[[int], None], buyers: int, seconds: int) -> tuple[tuple[int, int], float]:
    """Run ``buy`` in as many processes; returns (refused, failed) and the seconds it took."""
    gate, answers = _FORK.Barrier(buyers), _FORK.SimpleQueue()
    connections.close_all()

    def run(number: int) -> None:
        connections.close_all()
        try:
            connection.ensure_connection()
            gate.wait(timeout=seconds)
            buy(number)
            answers.put("sold")
        except OutOfStock:
            answers.put("refused")
        except Exception as error:
            answers.put(type(error).__name__)
        finally:
            connections.close_all()

    started = time.monotonic()
    people = [_FORK.Process(target=run, args=(number,)) for number in range(buyers)]
    for person in people:
        person.start()
    for person in people:
        person.join(max(started + seconds - time.monotonic(), 0.1))
        if person.is_alive():
            person.kill()
            person.join()
    took = time.monotonic() - started
    told = Counter[str]()
    while not answers.empty():
        told[answers.get()] += 1
    return (told["refused"], buyers - told["sold"] - told["refused"]), took


def _shelf(units: int, name: str) -> ProductVariant:
    with transaction.atomic():
        product = Product.objects.create(
            title=f"Proof {name}", slug=f"proof-{name}", status="ACTIVE", price=4990
        )
        variant: ProductVariant = ProductVariant.objects.create(
            product=product, sku=f"PROOF-{name}", title="M", price=4990, is_primary=True
        )
        place = Location.objects.get_or_create(code="proof", defaults={"name": "Proof"})[0]
        Stock.objects.create(variant=variant, location=place, opening_balance=units)
    return variant


def _cart(variant: ProductVariant, number: int) -> Checkout:
    cart = Cart.objects.create(currency=settings.SHOP_CURRENCY)
    carts.add(cart=cart, variant=variant, quantity=1)
    TaxRate.objects.get_or_create(name="Proof", country="DE", rate_basis_points=1900)
    zone = ShippingZone.objects.get_or_create(
        code="proof", defaults={"name": "Proof", "countries": ["DE"]}
    )[0]
    method = ShippingMethod.objects.get_or_create(
        code="proof",
        defaults={
            "name": "Proof",
            "zone": zone,
            "currency": settings.SHOP_CURRENCY,
            "price": 490,
            "min_days": 1,
            "max_days": 2,
        },
    )[0]
    address = {
        "full_name": "A Buyer",
        "line1": "Street 1",
        "city": "Berlin",
        "postal_code": "10969",
        "country": "DE",
    }
    checkout: Checkout = Checkout.objects.create(
        cart=cart,
        email=f"buyer-{number}@shop.invalid",
        shipping_address=address,
        shipping_method=method,
    )
    return checkout


def _guards() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_GUARD_SQL)
        return set(cursor.fetchall())


@contextmanager
def _outside() -> Iterator[CursorWrapper]:
    """A cursor on the server outside of the shop's database."""
    with connection._nodb_cursor() as cursor:
        yield cursor


def _forget_inherited_connections() -> None:
    """What was open when this process began belongs to the other one, which may still use it.

    Closed in another context, where an event loop ran, is not closed in this one: there it was
    another connection.
    """
    for inherited in connections.all(initialized_only=True):
        del connections[inherited.alias]


def _leave_the_cache_alone() -> None:
    holder: Any = caches
    holder.settings["default"]["LOCATION"] = _NO_CACHE
    if holder.all(initialized_only=True):
        del holder["default"]
