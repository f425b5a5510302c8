"""What a visitor is about to pay."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit import recording
from orders import summary
from orders.carts import cart as carts
from orders.models import Checkout, Order
from orders.shipping.delivery import needs_parcel
from orders.views.signed_out import without_cart
from payments.credit import chosen
from payments.providers.base import Method
from shop import closing


@dataclass(frozen=True)
class Purchase:
    """What is about to be paid: an open cart's checkout, or the order it already became.

    What it costs is worked out for who asks: placing the order does so under its lock.
    """

    checkout: Checkout
    order: Order | None
    cost: Callable[[], summary.Summary]

    @cached_property
    def _found(self) -> summary.Summary:
        return self.cost()

    @cached_property
    def plan(self) -> chosen.Plan:
        """What gift cards and store credit would pay; no query where none was chosen."""
        return chosen.plan(self.checkout, total=self._found.total, order=self.order)

    @cached_property
    def summary(self) -> summary.Summary:
        return self.plan.shown_in(self._found)

    @property
    def due(self) -> int:
        """What is left to pay after gift cards and store credit, in minor units."""
        return self.plan.due

    @property
    def is_collected(self) -> bool:
        if self.order is not None:
            return self.order.pick_up_point_id is not None
        return self.checkout.collected_at is not None

    @property
    def collected_where(self) -> str:
        """Name and address of the place where it is collected; "" for a parcel."""
        if self.order is not None:
            return self.order.pick_up_address
        point = self.checkout.pick_up_point
        return point.words if point is not None and self.is_collected else ""

    def keep(self, provider_name: str, method: Method) -> None:
        """Keep how it is paid. One statement."""
        keep_method(self.checkout, provider_name, method)

    @property
    def total(self) -> int:
        return self.summary.total

    @property
    def currency(self) -> str:
        return self.summary.currency


def keep_method(checkout: Checkout, provider_name: str, method: Method) -> None:
    """Keep how ``checkout`` is paid. One statement."""
    checkout.payment_provider = provider_name
    checkout.payment_method = vars(method)
    with recording.batch():
        closing.change(checkout, "payment_provider", "payment_method")


def current(request: HttpRequest) -> Purchase | HttpResponse:
    """What the visitor is about to pay, or where they must go first."""
    found = carts.contents_of(request)
    if found is not None:
        checkout, items = found.checkout, found.items
        if checkout is None:
            return redirect("orders:cart")
        if not checkout.email or not checkout.shipping_address:
            return redirect("orders:checkout")
        if not items:
            return redirect("orders:cart")
        if checkout.shipping_method is None and needs_parcel(items):
            return redirect("orders:delivery")
        return Purchase(checkout, None, partial(summary.of_checkout, checkout, items))
    done = carts.last_checked_out(request)
    order = getattr(done, "order", None)
    if done is None or order is None:
        return without_cart(request)
    if order.paid_at:
        return redirect(order)
    if not order.is_payable:
        return redirect("orders:cart")
    checkout = Checkout.objects.with_choices().get(cart=done)
    checkout.cart = done
    ordered = list(order.items.all())
    return Purchase(checkout, order, partial(summary.of_order, order, ordered))
