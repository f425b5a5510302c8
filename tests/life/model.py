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
    #: Whose it is, who may have had others before.
    person: str
    lines: dict[str, int] = field(default_factory=dict)
    has_code: bool = False
    is_open: bool = True
    hold: Hold | None = None
    #: The gift card it is paid with before anything else, and then store credit.
    card: str = ""
    uses_credit: bool = False

    @property
    def sources(self) -> list[str]:
        return [self.card] * bool(self.card) + [self.person] * self.uses_credit


@dataclass
class Line:
    """A line that was ordered, what was paid for it, and what of it went back."""

    units: int
    worth: int
    units_gone: int = 0
    amount_gone: int = 0

    @property
    def units_left(self) -> int:
        return self.units - self.units_gone

    def give(self, units: int) -> int:
        """Give the next ``units`` back; what they are worth."""
        first, last = self.units_gone, self.units_gone + units
        amount = self.worth * last // self.units - self.worth * first // self.units
        self.units_gone, self.amount_gone = last, self.amount_gone + amount
        return amount


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
    is_paid: bool = False
    captured: int = 0
    refunded: int = 0
    #: Captured money that became store credit.
    converted: int = 0
    #: What gift cards and store credit pay of it, by source.
    credit: dict[str, int] = field(default_factory=dict)
    #: The lines as money sees them, and delivery that did not go back.
    sold: dict[str, Line] = field(default_factory=dict)
    delivery: int = 0
    #: Units of which somebody said that they come back, by ware.
    returned: dict[str, int] = field(default_factory=dict)
    #: When the bank was asked; None while nobody waits for its answer.
    asked_at: float | None = None

    @property
    def to_pay(self) -> int:
        """What is left for a bank card."""
        return self.total - sum(self.credit.values())


@dataclass
class Return:
    """Units of a ware that come back; ``as_credit`` is what their money becomes."""

    order: int
    ware: str
    units: int
    as_credit: bool
    is_open: bool = True


class Shop:
    """Wares by name with price and units, carts, orders, credit, and a clock."""

    def __init__(self, prices: dict[str, int], units: int) -> None:
        self.now = 0.0
        self.prices = dict(prices)
        self.on_hand = dict.fromkeys(prices, units)
        self.carts: list[Cart] = []
        self.orders: list[Order] = []
        self.returns: list[Return] = []
        #: What gift cards and people may spend, by name.
        self.balances: dict[str, int] = {}

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

    def has_open_cart(self, person: str) -> bool:
        return any(cart.is_open for cart in self.carts if cart.person == person)

    @property
    def uses(self) -> int:
        """Orders that carry the code; one that was canceled unpaid does not any more."""
        return sum(
            order.uses_code and not (order.status == "CANCELED" and not order.is_paid)
            for order in self.orders
        )

    def total(self, cart: Cart) -> int:
        goods = sum(self.prices[ware] * units for ware, units in cart.lines.items())
        if cart.has_code and self.uses < COUPON_LIMIT:
            goods -= goods // 10
        return goods + (0 if goods >= FREE_FROM else DELIVERY)

    def begin(self, cart: Cart) -> None:
        cart.hold = Hold(dict(cart.lines), self.now + HOLD)

    def place(self, number: int, line_totals: dict[str, int]) -> Order:
        """``line_totals`` are how a discount was shared among the lines."""
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
            sold={ware: Line(units, line_totals[ware]) for ware, units in cart.lines.items()},
        )
        order.delivery = order.total - sum(line_totals.values())
        cart.is_open, cart.hold = False, None
        self.orders.append(order)
        return order

    def spend_credit(self, order: Order) -> None:
        """Let credit pay what was chosen, in place of what it paid before."""
        self.return_credit(order, sum(order.credit.values()))
        left = order.total
        for source in self.carts[order.cart].sources:
            part = min(left, self.balances[source])
            if part:
                order.credit[source] = part
            self.balances[source] -= part
            left -= part

    def return_credit(self, order: Order, amount: int) -> None:
        """What was spent last comes back first: store credit, then the gift card."""
        for source in sorted(order.credit, reverse=True):
            part = min(amount, order.credit[source])
            order.credit[source] -= part
            self.balances[source] += part
            amount -= part
        order.credit = {source: paid for source, paid in order.credit.items() if paid}

    def try_to_pay(self, order: Order) -> None:
        """A try gives the order time to end it."""
        latest = order.placed_at + DEADLINE + GRACE
        order.due = max(order.due, min(self.now + GRACE, latest))
        order.hold.until = max(order.hold.until, order.due)

    def paid(self, order: Order) -> None:
        order.status, order.is_paid, order.asked_at = "PAID", True, None
        order.captured = order.to_pay
        for ware, units in order.lines.items():
            self.on_hand[ware] -= units

    def give(self, order: Order, amount: int, *, as_credit: bool = False) -> None:
        """``amount`` goes back: the card's part first, as what is asked for, then credit."""
        by_card = min(amount, order.captured - order.refunded - order.converted)
        if as_credit:
            order.converted += by_card
            self.balances[self.carts[order.cart].person] += by_card
        else:
            order.refunded += by_card
        self.return_credit(order, amount - by_card)

    def take_in(self, asked: Return, accepted: int, *, restocks: bool) -> None:
        """What came back was looked at; with the last piece of an order goes its delivery."""
        order, asked.is_open = self.orders[asked.order], False
        if not accepted:
            order.returned[asked.ware] -= asked.units
            return
        line = order.sold[asked.ware]
        amount = line.give(min(accepted, line.units_left))
        if not any(one.units_left for one in order.sold.values()):
            amount, order.delivery = amount + order.delivery, 0
        self.give(order, amount, as_credit=asked.as_credit)
        self.on_hand[asked.ware] += accepted * restocks

    def cancel(self, order: Order) -> None:
        if order.status == "PENDING":
            cart = self.carts[order.cart]
            cart.is_open = True
        else:
            order.refunded = order.captured - order.converted
            for ware, units in order.lines.items():
                self.on_hand[ware] += units
        self.return_credit(order, sum(order.credit.values()))
        order.status = "CANCELED"

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for order in self.orders:
            if order.asked_at is not None and self.now - order.asked_at > CHALLENGE:
                order.asked_at = None
            if order.status == "PENDING" and order.due <= self.now:
                self.cancel(order)
