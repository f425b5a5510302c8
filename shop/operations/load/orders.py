"""Orders of a load, told by seed and number: who bought what when, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from random import Random
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.crypto import salted_hmac

from inventory.models import Movement, Reservation
from orders.models import Order, OrderAddress, ShippingMethod
from orders.shipping import delivery
from shop.money import tax_included
from shop.operations.load import attempts, parcels, people, tables
from shop.operations.load.copying import NULL, Lines, Table, escaped, row
from shop.operations.load.goods import AFTER_SALES, AHEAD, Assortment, Intake, Piece
from shop.operations.load.keys import own_key, timed_key
from shop.operations.seeds.base import CURRENCY
from shop.operations.seeds.orders import PENDING_LIFE

Status = Order.Status

YEARS = 2
#: How orders gather in the later part of that time: 1 is evenly, less is later.
GROWTH = 0.6
#: Orders on their way, the newest first, as a part of all; one of each at least.
ON_THE_WAY = (
    (Status.PENDING, 0.002),
    (Status.PAID, 0.004),
    (Status.FULFILLED, 0.003),
    (Status.SHIPPED, 0.009),
)
#: What a paid order goes through, each with the shortest and longest time since the one before.
STEPS = (
    (Status.PAID, timedelta(seconds=20), timedelta(minutes=4)),
    (Status.FULFILLED, timedelta(hours=2), timedelta(hours=30)),
    (Status.SHIPPED, timedelta(hours=1), timedelta(hours=10)),
    (Status.DELIVERED, timedelta(days=1), timedelta(days=4)),
)
#: One order of so many is never paid; one of so many is the first of a new member.
UNPAID_OF, NEW_MEMBER_OF = 16, 4
BY_GUEST = 0.4
#: Lines of an order and units of a line, with their odds, added up, in percent.
LINES, LINE_ODDS = (1, 2, 3, 4), (55, 82, 94, 100)
UNITS, UNIT_ODDS = (1, 2, 3), (88, 98, 100)
_AT_HOME, _AT_HOME_ODDS = ("standard", "express", "pick-up"), (75, 88, 100)
_ABROAD = "europe"


@dataclass(frozen=True)
class Rates:
    """What delivery and tax are reckoned by: methods by code, basis points by country."""

    methods: Mapping[str, ShippingMethod]
    taxes: Mapping[str, int]


class OrderMaker:
    """Makes the rows of the orders ``numbers``, the oldest first, as lines of text by table.

    ``first_in_shop`` is the shop's own number of the first one. Times lie before ``now``. Without
    ``has_members`` all buyers are guests. Chunks have to be made in their order, as :attr:`intake`
    gathers what the shelves need for them.
    """

    def __init__(
        self,
        *,
        seed: int,
        numbers: range,
        now: datetime,
        assortment: Assortment,
        rates: Rates,
        first_in_shop: int,
        has_members: bool = True,
    ) -> None:
        self.seed, self.numbers, self.now = seed, numbers, now
        self.has_members = has_members
        self.assortment, self.rates, self.first_in_shop = assortment, rates, first_in_shop
        self.intake = Intake()
        self._since = max(now - timedelta(days=365 * YEARS), assortment.opened_at)
        counts = [max(1, round(part * len(numbers))) for _status, part in ON_THE_WAY]
        self._ends = list(accumulate(counts))

    def lines(self, numbers: range) -> Lines:
        """The rows of the orders of these numbers, and of members who are new with them."""
        lines: Lines = {table.name: [] for table in tables.OF_ORDERS}
        for number in numbers:
            _Making(self, number, lines).make()
        return lines

    def placed_at(self, number: int, random: Random) -> datetime:
        """Later for a higher number; more and more in the same time."""
        part = (number - self.numbers.start + random.random()) / len(self.numbers)
        return self._since + part**GROWTH * (self.now - self._since)

    def status(self, number: int) -> Order.Status:
        """How far the order has come by now."""
        newer = self.numbers.stop - 1 - number
        for (status, _part), end in zip(ON_THE_WAY, self._ends, strict=True):
            if newer < end:
                return status
        return Status.CANCELED if number % UNPAID_OF == UNPAID_OF - 1 else Status.DELIVERED

    def buyer(self, number: int, random: Random) -> people.Person:
        """A member who has joined by then, or a guest."""
        if not self.has_members:
            return people.neighbor(self.seed, random.randrange(number + 1))
        first, newest = -(-self.numbers.start // NEW_MEMBER_OF), number // NEW_MEMBER_OF
        if self.is_first_of_member(number):
            return people.member(self.seed, newest)
        if newest < first or random.random() < BY_GUEST:
            return people.guest(self.seed, random.randrange(number + 1))
        return people.member(self.seed, random.randrange(first, newest + 1))

    def is_first_of_member(self, number: int) -> bool:
        """Whether the order is the first one of a new member."""
        return self.has_members and number % NEW_MEMBER_OF == 0


class _Making:
    """One order while its rows are made."""

    def __init__(self, maker: OrderMaker, number: int, lines: Lines) -> None:
        self.maker, self.number, self.lines = maker, number, lines
        self.random = Random(f"order {maker.seed} {number}")  # noqa: S311
        self.key = self._key(tables.ORDERS)
        self.at = maker.placed_at(number, self.random)
        self.status = maker.status(number)
        self.buyer = maker.buyer(number, self.random)
        self.shop_number = (
            f"ORD-{self.at.year}-{maker.first_in_shop + number - maker.numbers.start:06d}"
        )
        self.times = self._times()
        #: The lines of the order with their units.
        self.pieces: list[tuple[str, int]] = []
        self.due_at = self.at + timedelta(seconds=settings.PAYMENT_DEADLINE_SECONDS)
        if self.status == Status.PENDING:
            self.due_at = maker.now + PENDING_LIFE

    def make(self) -> None:
        if self.maker.is_first_of_member(self.number):
            self._join()
        self._order()
        self._tell()

    def _times(self) -> dict[Order.Status, datetime]:
        """When the order came into each status."""
        last = self.at
        times = {Status.PENDING: last}
        if self.status == Status.CANCELED:
            overdue = last + timedelta(seconds=settings.PAYMENT_DEADLINE_SECONDS)
            times[Status.CANCELED] = min(overdue, self.maker.now)
        if self.status in (Status.PENDING, Status.CANCELED):
            return times
        for status, shortest, longest in STEPS:
            last += shortest + self.random.random() * (longest - shortest)
            times[status] = last = min(last, self.maker.now)
            if status == self.status:
                break
        return times

    def _join(self) -> None:
        buyer = self.buyer
        name = buyer.email.partition("@")[0]
        self._add(
            tables.MEMBERS, buyer.key, self.at, buyer.email, name, UNUSABLE_PASSWORD_PREFIX,
            buyer.first_name, buyer.last_name,
        )  # fmt: skip
        home = self._key(tables.HOMES)
        self._add(tables.HOMES, home, self.at, buyer.key, "Home", "t", *buyer.label)

    def _order(self) -> None:
        maker, buyer, key = self.maker, self.buyer, self.key
        rate = maker.rates.taxes.get(buyer.country, 0)
        subtotal, tax = self._sell(rate)
        method = self._method()
        shipping = method.price_for(subtotal)
        arrival = delivery.option_of(method, subtotal, now=self.at)
        token = salted_hmac("shop.operations.load", key, algorithm="sha256").hexdigest()
        self._add(
            tables.ORDERS, key, self.at, self.shop_number, token, buyer.key or NULL, buyer.email,
            self.status, CURRENCY, subtotal, shipping, tax + tax_included(shipping, rate),
            subtotal + shipping, method.pk.hex, escaped(method.name), arrival.arrives_from,
            arrival.arrives_until, self.at, self.due_at,
            *(self.times.get(status, NULL) for status, _shortest, _longest in STEPS),
            self.times.get(Status.CANCELED, NULL),
        )  # fmt: skip
        for place, kind in enumerate(OrderAddress.Type.values):
            address = self._key(tables.ADDRESSES, place)
            self._add(tables.ADDRESSES, address, self.at, key, kind, *buyer.label)
        attempts.add(self.lines, self.random, self._purchase(subtotal + shipping))
        parcels.add(
            self.lines,
            seed=maker.seed,
            number=self.number,
            order=key,
            times=self.times,
            status=self.status,
            arrives=arrival.arrives_until,
            pieces=self.pieces,
        )

    def _sell(self, rate: int) -> tuple[int, int]:
        """The lines of the order; gives their sum and the tax in it."""
        random = self.random
        count = random.choices(LINES, cum_weights=LINE_ODDS)[0]
        pieces = [self.maker.assortment.draw(random, self.at) for _line in range(count)]
        subtotal = tax = 0
        for place, piece in enumerate({piece.variant: piece for piece in pieces}.values()):
            units = random.choices(UNITS, cum_weights=UNIT_ODDS)[0]
            price = piece.price_at(self.at)
            if not place:
                # What is cheap is not sold alone.
                units = max(units, -(-settings.ORDER_SUBTOTAL_MIN // price))
            line_tax = tax_included(price * units, rate)
            item = self._key(tables.ITEMS, place)
            self.pieces.append((item, units))
            self._add(
                tables.ITEMS, item, self.at, self.key, piece.variant, piece.sku, piece.title,
                piece.options, piece.picture, units, price, line_tax, rate, price * units,
            )  # fmt: skip
            self._take(piece, place, units)
            subtotal += price * units
            tax += line_tax
        return subtotal, tax

    def _take(self, piece: Piece, place: int, units: int) -> None:
        """Hold the units; sell those of a paid order, and give back those of a canceled one."""
        paid_at, delivered_at = self.times.get(Status.PAID), self.times.get(Status.DELIVERED)
        hold = Reservation.Status.COMMITTED if paid_at else Reservation.Status.ACTIVE
        if self.status == Status.CANCELED:
            hold = Reservation.Status.RELEASED
        else:
            coming = self._timed_key(tables.SALES, self.at - AHEAD, AFTER_SALES + place)
            self.maker.intake.add(
                piece.stock, coming, self.at - AHEAD, units,
                is_held=self.status == Status.PENDING,
            )  # fmt: skip
        self._add(
            tables.HOLDS, self._key(tables.HOLDS, place), self.at, piece.variant, piece.stock,
            units, f"user:{UUID(self.buyer.key)}" if self.buyer.key else f"order:{UUID(self.key)}",
            self.key, hold, self.due_at,
        )  # fmt: skip
        if paid_at:
            sale = self._timed_key(tables.SALES, paid_at, place)
            self._add(
                tables.SALES, sale, paid_at, piece.stock, Movement.Kind.SALE, -units,
                NULL if piece.cost is None else piece.cost, self.key, "",
            )  # fmt: skip
        if delivered_at:
            self._add(
                tables.PURCHASES, self._key(tables.PURCHASES, place), delivered_at, piece.variant,
                self.buyer.key or NULL, self.buyer.email, self.shop_number, units, delivered_at,
            )  # fmt: skip

    def _tell(self) -> None:
        """The history of the order."""
        told = [("", Status.PENDING), *pairwise(self.times)]
        for place, (before, after) in enumerate(told):
            by = "" if before else self.buyer.key
            reason = "Not paid in time" if after == Status.CANCELED else ""
            self._add(
                tables.HISTORY, self._key(tables.HISTORY, place), self.times[after], self.key,
                before, after, by or NULL, reason,
            )  # fmt: skip

    def _purchase(self, amount: int) -> attempts.Purchase:
        maker = self.maker
        return attempts.Purchase(
            seed=maker.seed,
            number=self.number,
            order=self.key,
            buyer=self.buyer.key,
            amount=amount,
            placed_at=self.at,
            paid_at=self.times.get(Status.PAID),
        )

    def _method(self) -> ShippingMethod:
        if self.buyer.country != settings.SHOP_COUNTRY:
            return self.maker.rates.methods[_ABROAD]
        code = self.random.choices(_AT_HOME, cum_weights=_AT_HOME_ODDS)[0]
        return self.maker.rates.methods[code]

    def _key(self, table: Table, place: int = 0) -> str:
        return own_key(table, self.maker.seed, self.number, place)

    def _timed_key(self, table: Table, at: datetime, place: int) -> str:
        return timed_key(table, at, self.maker.seed, self.number, place)

    def _add(self, table: Table, row_key: str, at: datetime, *values: object) -> None:
        written = str(at)
        self.lines[table.name].append(row(row_key, written, written, *values))
