"""What has to be true, reckoned without a database. Amounts in minor units, times in seconds."""

from dataclasses import dataclass, field

HOLD = 5 * 60
DEADLINE = 30 * 60
GRACE = 10 * 60
CHALLENGE = 10 * 60
LINE_MAX = 10
DELIVERY, FREE_FROM = 490, 8000
COUPON_LIMIT = 2
UNPACKED = ("PENDING", "PAID")


@dataclass
class Hold:
    units: dict[str, int]
    until: float


@dataclass
class Cart:
    lines: dict[str, int] = field(default_factory=dict)
    has_code: bool = False
    is_open: bool = True
    hold: Hold | None = None


@dataclass
class Order:
    cart: int
    lines: dict[str, int]
    total: int
    placed_at: float
    due: float
    hold: Hold
    uses_code: bool
    status: str = "PENDING"
    captured: int = 0
    refunded: int = 0
    #: Units that were given back in money, by ware.
    given_back: dict[str, int] = field(default_factory=dict)
    #: When the bank was asked; None while nobody waits for its answer.
    asked_at: float | None = None


class Shop:
    """Wares by name with price and units, carts, orders, and a clock."""

    def __init__(self, prices: dict[str, int], units: int) -> None:
        self.now = 0.0
        self.prices = dict(prices)
        self.on_hand = dict.fromkeys(prices, units)
        self.carts: list[Cart] = []
        self.orders: list[Order] = []

    def held(self, ware: str, *, but: Cart | None = None) -> int:
        """Units of ``ware`` that are promised now, without what ``but`` holds for its checkout."""
        holds = [cart.hold for cart in self.carts if cart is not but]
        holds += [order.hold for order in self.orders if order.status == "PENDING"]
        return sum(hold.units.get(ware, 0) for hold in holds if hold and hold.until > self.now)

    def fits(self, cart: Cart, lines: dict[str, int]) -> bool:
        """Whether the shelves have ``lines`` beside what others were promised."""
        return all(
            units <= self.on_hand[ware] - self.held(ware, but=cart) for ware, units in lines.items()
        )

    @property
    def uses(self) -> int:
        """Orders that carry the code; one that was canceled unpaid does not any more."""
        return sum(
            order.uses_code and not (order.status == "CANCELED" and not order.captured)
            for order in self.orders
        )

    def total(self, cart: Cart) -> int:
        goods = sum(self.prices[ware] * units for ware, units in cart.lines.items())
        if cart.has_code and self.uses < COUPON_LIMIT:
            goods -= goods // 10
        return goods + (0 if goods >= FREE_FROM else DELIVERY)

    def begin(self, cart: Cart) -> None:
        cart.hold = Hold(dict(cart.lines), self.now + HOLD)

    def place(self, number: int) -> Order:
        cart = self.carts[number]
        uses_code = cart.has_code and self.uses < COUPON_LIMIT
        due = self.now + DEADLINE
        order = Order(
            cart=number,
            lines=dict(cart.lines),
            total=self.total(cart),
            placed_at=self.now,
            due=due,
            hold=Hold(dict(cart.lines), due),
            uses_code=uses_code,
        )
        cart.is_open, cart.hold = False, None
        self.orders.append(order)
        return order

    def try_to_pay(self, order: Order) -> None:
        """A try gives the order time to end it."""
        latest = order.placed_at + DEADLINE + GRACE
        order.due = max(order.due, min(self.now + GRACE, latest))
        order.hold.until = max(order.hold.until, order.due)

    def paid(self, order: Order) -> None:
        order.status, order.captured, order.asked_at = "PAID", order.total, None
        for ware, units in order.lines.items():
            self.on_hand[ware] -= units

    def cancel(self, order: Order) -> None:
        if order.status == "PENDING":
            cart = self.carts[order.cart]
            cart.is_open = True
        else:
            order.refunded = order.captured
            for ware, units in order.lines.items():
                self.on_hand[ware] += units
        order.status = "CANCELED"

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for order in self.orders:
            if order.asked_at is not None and self.now - order.asked_at > CHALLENGE:
                order.asked_at = None
            if order.status == "PENDING" and order.due <= self.now:
                self.cancel(order)
