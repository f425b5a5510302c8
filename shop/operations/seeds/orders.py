"""A few orders in every status, made by the same acts as a shopper's and the staff's own."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from catalog.models import ProductVariant
from inventory import reservations
from orders.carts import cart as carts
from orders.checkouts import checkout, placing
from orders.models import Cart, Order, OrderNote, Shipment, ShippingMethod
from orders.placed import fulfillment, lifecycle, notes
from payments import processing
from payments.models import Provider
from payments.providers import names, provider
from payments.providers.base import Card, Method
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.actor import Actor, ActorType, acting_as
from shop.models import new_id
from shop.operations.demo import DEMO_ACCOUNTS
from shop.operations.seeds import aging
from shop.operations.seeds.base import CURRENCY

Status = Order.Status

#: How long the demo's unpaid orders stay unpaid before the shop cancels them.
PENDING_LIFE = timedelta(days=14)
GOOD_CARD = "4242 4242 4242 4242"
OTHER_GOOD_CARD = "5555 5555 5555 4444"
EMPTY_CARD = "4000 0000 0000 9995"


def _send(order_id: UUID, *, actor_id: UUID) -> None:
    """Hand the order's parcels to the carrier."""
    for parcel in Shipment.objects.filter(order=order_id, status=Shipment.Status.PACKED):
        tracking = f"JD01{parcel.pk.int % 10**14:014d}"
        way = fulfillment.Way(carrier=Shipment.Carrier.DHL, tracking_number=tracking)
        fulfillment.send(shipment_id=parcel.pk, way=way, actor_id=actor_id)


def _send_dearest_line(order: Order, *, actor_id: UUID) -> None:
    """A part of the order leaves, the rest waits; colleagues say why."""
    item = order.items.order_by("-unit_price")[0]
    way = fulfillment.Way(carrier=Shipment.Carrier.DHL, tracking_number=f"JD02{order.number[4:]}")
    fulfillment.ship(
        order_id=order.pk, quantities={item.pk: 1}, key=new_id(), way=way, actor_id=actor_id
    )
    text = "The tote needs new handles; it follows on its own."
    kind = OrderNote.Kind.INTERNAL
    notes.write(order_id=order.pk, kind=kind, text=text, key=new_id(), actor_id=actor_id)
    notes.tag(order_id=order.pk, names=["two parcels"], actor_id=actor_id)


#: What happens to a paid order, in order, and after what time.
STEPS = (
    (Status.FULFILLED, lifecycle.mark_fulfilled, timedelta(hours=19)),
    (Status.SHIPPED, _send, timedelta(hours=3)),
    (Status.DELIVERED, lifecycle.mark_delivered, timedelta(days=2, hours=1)),
)
#: Time until a customer thinks better of it, while the order still waits for its money.
SECOND_THOUGHTS = timedelta(minutes=20)


@dataclass(frozen=True)
class DemoOrder:
    """Who bought how many of which products, how they paid, and how far the order came.

    It was placed ``days_ago``; without, all of it happens now.
    """

    name: str
    email: str
    products: dict[str, int]
    status: str
    method: str = "standard"
    cards: tuple[str, ...] = (GOOD_CARD,)
    note: str = ""
    is_partly_sent: bool = False
    days_ago: int = 0


CLARA = "customer@selvedge.example"
ORDERS = (
    DemoOrder("01", CLARA, {"everyday-tee": 2, "chore-jacket": 1}, Status.DELIVERED, days_ago=12),
    DemoOrder(
        "02",
        CLARA,
        {"fisher-cable-jumper": 1},
        Status.SHIPPED,
        cards=(OTHER_GOOD_CARD,),
        days_ago=3,
    ),
    DemoOrder(
        "03",
        CLARA,
        {"wrap-dress": 1, "canvas-tote": 1},
        Status.PAID,
        method="express",
        is_partly_sent=True,
        days_ago=1,
    ),
    DemoOrder("04", CLARA, {"merino-beanie": 1}, Status.PENDING, cards=()),
    DemoOrder(
        "05",
        "jonas.albrecht@mail.example",
        {"straight-selvedge-jeans": 1, "oxford-shirt": 2},
        Status.DELIVERED,
        cards=(EMPTY_CARD, GOOD_CARD),
        days_ago=9,
    ),
    DemoOrder(
        "06", "leonie.brandt@mail.example", {"merino-cardigan": 1}, Status.FULFILLED, days_ago=1
    ),
    DemoOrder(
        "07",
        "emre.yilmaz@mail.example",
        {"loopback-hoodie": 1, "fisher-beanie": 2},
        Status.PAID,
        note="Please leave it with the neighbors on the first floor.",
    ),
    DemoOrder(
        "08",
        "hannah.steiner@mail.example",
        {"melton-overcoat": 1},
        Status.SHIPPED,
        method="europe",
        days_ago=4,
    ),
    DemoOrder(
        "09",
        "camille.roux@mail.example",
        {"harbor-breton": 2},
        Status.FULFILLED,
        method="europe",
        days_ago=1,
    ),
    DemoOrder(
        "10",
        "pieter.devries@mail.example",
        {"garden-linen-shirt": 1, "deck-shorts": 1},
        Status.CANCELED,
        method="europe",
        cards=(),
        days_ago=6,
    ),
    DemoOrder(
        "11",
        "aoife.brennan@mail.example",
        {"waxed-tote": 1},
        Status.DELIVERED,
        method="europe",
        days_ago=7,
    ),
    DemoOrder(
        "12",
        "nora.feldmann@mail.example",
        {"high-rise-jeans": 1, "fine-rib-tee": 1},
        Status.CANCELED,
        cards=(EMPTY_CARD,),
        days_ago=5,
    ),
    DemoOrder("13", "nora.feldmann@mail.example", {"a-line-denim-skirt": 1}, Status.PAID),
    DemoOrder(
        "14",
        "leonie.brandt@mail.example",
        {"everyday-chinos": 1},
        Status.PENDING,
        method="pick-up",
        cards=(EMPTY_CARD,),
    ),
)


def plant_orders() -> int:
    """Those of :data:`ORDERS` that are not there yet; returns how many.

    The sandbox takes the money; a shop that does not offer it begins without orders.
    """
    if Provider.SANDBOX not in names():
        return 0
    known = set(
        Order.objects.filter(metadata__has_key="demo").values_list("metadata__demo", flat=True)
    )
    staff = next(account.email for account in DEMO_ACCOUNTS if account.role == Role.EMPLOYEE)
    employee = User.objects.get_by_natural_key(staff)
    missing = [order for order in ORDERS if order.name not in known]
    for wanted in missing:
        shopper = User.objects.get_by_natural_key(wanted.email)
        with acting_as(Actor(ActorType.CUSTOMER, shopper.pk)):
            order = _place(wanted, shopper)
            for card in wanted.cards:
                processing.pay(
                    order_id=order.pk, provider_name=Provider.SANDBOX, method=_method(card)
                )
        with acting_as(Actor(ActorType.STAFF, employee.pk)):
            past = _Past(order.pk, timedelta(days=wanted.days_ago))
            _carry_on(order, wanted, employee, past)
            past.end()
    return len(missing)


def _place(wanted: DemoOrder, shopper: User) -> Order:
    cart, _created = Cart.objects.get_or_create(
        user=shopper, status=Cart.Status.ACTIVE, defaults={"currency": CURRENCY}
    )
    # The shopper's last order was canceled, so its lines are back in the cart.
    for item in cart.items.all():
        carts.set_quantity(cart=cart, item_id=item.pk, quantity=0)
    variants = ProductVariant.objects.select_related("product").filter(is_primary=True)
    for slug, quantity in wanted.products.items():
        carts.add(cart=cart, variant=variants.get(product__slug=slug), quantity=quantity)
    details = checkout.begin(cart=cart)
    home = shopper.addresses.get(is_default=True)
    details.shipping_address = {
        "full_name": home.full_name,
        "line1": home.line1,
        "line2": home.line2,
        "city": home.city,
        "postal_code": home.postal_code,
        "country": home.country.code,
    }
    details.shipping_method = ShippingMethod.objects.get_by_natural_key(wanted.method)
    details.customer_note = wanted.note
    details.save()
    agreed = checkout.totals_of(details, carts.items_of(cart)).total
    order = placing.place_order(cart_id=cart.pk, agreed_total=agreed)
    order.metadata = {"demo": wanted.name}
    order.save(update_fields=["metadata"])
    return order


class _Past:
    """The time that an order has behind it, as far as it has not passed yet."""

    def __init__(self, order_id: UUID, left: timedelta) -> None:
        self.order_id, self.left = order_id, left

    def let_pass(self, time: timedelta) -> None:
        time = min(time, self.left)
        if time:
            aging.pass_time(Order.objects.get(pk=self.order_id), time)
            self.left -= time

    def end(self) -> None:
        self.let_pass(self.left)


def _carry_on(order: Order, wanted: DemoOrder, employee: User, past: _Past) -> None:
    if wanted.status == Status.CANCELED:
        past.let_pass(SECOND_THOUGHTS)
        lifecycle.cancel(order.pk, reason="The customer changed their mind.", actor_id=employee.pk)
        return
    if wanted.status == Status.PENDING:
        order.refresh_from_db()
        order.payment_due_at = timezone.now() + PENDING_LIFE
        order.save(update_fields=["payment_due_at"])
        reservations.extend_order(order.pk, until=order.payment_due_at)
        return
    if wanted.is_partly_sent:
        _send_dearest_line(order, actor_id=employee.pk)
    for status, move, after in STEPS:
        order.refresh_from_db()
        if order.status == wanted.status:
            return
        past.let_pass(after)
        move(order.pk, actor_id=employee.pk)
        if status == wanted.status:
            return


def _method(number: str) -> Method:
    card = Card(
        number=number,
        expiry_month=12,
        expiry_year=date.today().year + 2,
        security_code="123",
    )
    return provider(Provider.SANDBOX).tokenize(card)
