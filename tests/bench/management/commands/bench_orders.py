"""Places orders on several connections at once, and writes their statements down for pgbench."""

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from inventory.models import Reservation, Stock
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.checkouts import placing
from orders.models import Cart, CartItem, Checkout, ShippingMethod
from tests.bench.recording import recorded, script
from tests.bench.shopper import ADDRESS

LINES = 3
#: Scripts that pgbench takes turns with, each of another cart.
SCRIPTS = 40
WARES = 200
ENOUGH_UNITS = 50_000
#: What a connection says when its first order is placed, and when all are.
READY = "ready"
DONE = "done"


class Command(BaseCommand):
    help = "Place orders of three lines on several connections and print how long it took."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, default=400)
        parser.add_argument("--connections", type=int, default=4)
        parser.add_argument("--hot", action="store_true", help="one line of each is the same SKU")
        parser.add_argument("--scripts", type=Path, help="write scripts for pgbench here instead")
        parser.add_argument("--place", type=Path, help="place the carts named in this file")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["place"]:
            self._place(json.loads(options["place"].read_text()))
        elif options["scripts"]:
            self._write_scripts(options["scripts"], is_hot=options["hot"])
        else:
            self._measure(options["orders"], options["connections"], is_hot=options["hot"])

    def _measure(self, orders: int, connections: int, *, is_hot: bool) -> None:
        # One more for each connection: the first order of a process pays for its start.
        made = ready_carts(orders + connections, is_hot=is_hot)
        folder = Path(settings.DATA_DIR)
        workers = []
        for number in range(connections):
            file = folder / f"bench-carts-{number}.json"
            file.write_text(json.dumps(made[number::connections]))
            words = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench_orders"]
            workers.append(
                subprocess.Popen(
                    [*words, "--place", str(file)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        seconds = together(workers)
        self.stdout.write(
            json.dumps({"orders": orders, "seconds": seconds, "oversold": oversold()})
        )

    def _place(self, made: list[tuple[str, int]]) -> None:
        """Place the first, show the others, wait for a word, and place them."""
        place(*made[0])
        for cart_id, _total in made[1:]:
            show(cart_id)
        self._say(READY)
        sys.stdin.readline()
        for cart_id, total in made[1:]:
            place(cart_id, total)
        self._say(DONE)

    def _say(self, word: str) -> None:
        self.stdout.write(word)
        self.stdout.flush()

    def _write_scripts(self, folder: Path, *, is_hot: bool) -> None:
        folder.mkdir(exist_ok=True)
        [first, *rest] = ready_carts(SCRIPTS + 1, is_hot=is_hot)
        place(*first)
        counted = 0
        for number, (cart_id, total) in enumerate(rest):
            since = time.time()
            with recorded() as statements:
                order = placing.place_order(cart_id=UUID(cart_id), agreed_total=total)
            told = [
                one.replace(f"'{UUID(cart_id).hex}'::uuid", "NULL")
                if one.startswith('INSERT INTO "orders_order" ')
                else one.replace(f"cart:{cart_id}", f"cart:{cart_id[::-1]}")
                for one in statements
            ]
            renewed = [order.token, order.email, cart_id[::-1]]
            text = script(told, since=since, renewed=renewed)
            (folder / f"{number}.sql").write_text(text)
            counted = len(statements)
        self.stdout.write(json.dumps({"statements": counted}))


def together(workers: Sequence["subprocess.Popen[str]"]) -> float:
    """Let processes that say READY work at the same time; seconds until the last says DONE.

    What they take to begin and to end does not count. Raises CommandError.
    """
    for worker in workers:
        _await(worker, READY)
    started = time.perf_counter()
    for worker in workers:
        if worker.stdin is not None:
            worker.stdin.write("go\n")
            worker.stdin.flush()
    for worker in workers:
        _await(worker, DONE)
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.communicate()
    if any(worker.returncode for worker in workers):
        raise CommandError("a connection did not end as it should")
    return seconds


def _await(worker: "subprocess.Popen[str]", word: str) -> None:
    if worker.stdout is None or worker.stdout.readline() != f"{word}\n":
        raise CommandError(f"a connection did not get as far as {word!r}")


def show(cart_id: str) -> None:
    """Reckon what people agree to, as the page before the order does: prices and taxes are held."""
    cart = Cart.objects.select_related("checkout__shipping_method__zone").get(pk=cart_id)
    acts.totals_of(cart.checkout, carts.items_of(cart))


def place(cart_id: str, total: int) -> None:
    placing.place_order(cart_id=UUID(cart_id), agreed_total=total)


def ready_carts(count: int, *, is_hot: bool) -> list[tuple[str, int]]:
    """Carts at their last step, with the totals their people agreed to in minor units."""
    method = ShippingMethod.objects.filter(is_active=True, kind="DELIVERY").order_by("price")[0]
    shelves = Stock.objects.filter(
        available__gte=ENOUGH_UNITS, location__can_ship=True
    ).select_related("variant__product")
    wares = [stock.variant for stock in shelves.order_by("pk")[:WARES]]
    hot, *spread = wares
    turns = cycle(spread)
    made = []
    for number in range(count):
        cart = Cart.objects.create(currency=settings.SHOP_CURRENCY)
        chosen = [hot, *islice(turns, LINES - 1)] if is_hot else list(islice(turns, LINES))
        CartItem.objects.bulk_create(
            CartItem(cart=cart, variant=variant, quantity=1, unit_price=variant.price)
            for variant in chosen
        )
        checkout = Checkout.objects.create(
            cart=cart,
            email=f"bench-{cart.pk}-{number}@selvedge.example",
            shipping_address=ADDRESS,
            shipping_method=method,
        )
        made.append((str(cart.pk), acts.totals_of(checkout, carts.items_of(cart)).total))
    return made


def oversold() -> int:
    """Shelves on which more is promised than lies there, or other than what holds say."""
    held = Coalesce(
        Sum("reservations__quantity", filter=Q(reservations__status=Reservation.Status.ACTIVE)), 0
    )
    rows = Stock.objects.annotate(held=held)
    wrong = rows.filter(Q(reserved__gt=F("on_hand")) | ~Q(reserved=F("held")))
    return int(wrong.count())
