"""The end of checkout: an order is made of it once, its money is taken, and where that leads."""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from inventory.errors import OutOfStock
from orders.checkouts import placing
from orders.errors import KeyTaken, NotAllowed
from orders.models import Cart, Checkout, Order
from orders.placed import lifecycle
from payments import awaiting, processing
from payments.credit import chosen, spending
from payments.due import amount_due
from payments.errors import CreditChanged, MeansGone, NothingToPay
from payments.models import Awaited, Payment, Provider
from payments.providers.base import Method
from payments.sent import Sent
from shop.events import outbox
from shop.money import format_money
from shop.redirects import see_other

#: An amount in minor units as a page sends it back.
AMOUNT = re.compile(r"[0-9]{1,12}")

WAITING = (Payment.Status.INITIATED, Payment.Status.AUTHORIZED)


def once(
    request: HttpRequest, checkout: Checkout, act: Callable[[Sent], HttpResponse]
) -> HttpResponse:
    """What ``act`` answers, or what it answered to the same page sent before.

    The acts themselves happen once, and ``act`` may note the page with what it writes. Raises
    :class:`~orders.errors.KeyReused` for a page that was sent before with another amount.
    """
    page = Sent(request, checkout)
    if checkout.cart.status == Cart.Status.ACTIVE and _is_by_card(checkout):
        try:
            return _acted(page, act)
        except KeyTaken:
            pass
    return page.claim() or _acted(page, act)


def _acted(page: Sent, act: Callable[[Sent], HttpResponse]) -> HttpResponse:
    with outbox.waking_once():
        response = act(page)
    if isinstance(response, HttpResponseRedirect) and response.status_code == HTTPStatus.SEE_OTHER:
        # Not the way back to a step: what is missing there may be mended.
        page.keep(response.url)
    return response


def _is_by_card(checkout: Checkout) -> bool:
    at_once = checkout.payment_provider != Provider.MANUAL
    return bool(checkout.payment_method) and at_once and not chosen.is_chosen(checkout)


def place(checkout: Checkout, *, agreed_total: int, page: Sent) -> tuple[Order, Payment | None]:
    """Make the checkout's order; where only a card pays, its payment is opened with it.

    Raises what :func:`orders.checkouts.placing.place_order` raises, and
    :class:`~orders.errors.KeyTaken` to :func:`once`.
    """
    opened: list[Payment] = []

    def open_payment(order: Order) -> None:
        page.claim_along()
        if order.total:
            name, method = checkout.payment_provider, Method(**checkout.payment_method)
            opened.append(processing.open_with(order, provider_name=name, method=method))

    by_card = _is_by_card(checkout)
    order = placing.place_order(
        cart_id=checkout.cart_id,
        agreed_total=agreed_total,
        along=open_payment if by_card else None,
    )
    if not page.is_claimed:
        # Another request has made the order.
        raise KeyTaken(str(order.pk))
    return order, opened[-1] if opened else None


def take_money(
    request: HttpRequest,
    order: Order,
    checkout: Checkout,
    *,
    opened: Payment | None = None,
    page: Sent | None = None,
) -> HttpResponse:
    """Pay ``order`` as its checkout says, and go on from there; ``opened`` is its payment."""

    def when_paid() -> None:
        if page is not None:
            page.keep(order.get_absolute_url())

    if opened is not None:
        return follow(processing.charge(opened, when_paid=when_paid), order)
    try:
        order = spending.apply(order_id=order.pk, agreed_due=_agreed_due(request))
    except CreditChanged as changed:
        left = format_money(changed.due, order.currency)
        flash.warning(
            request,
            _("Your credit pays less than before. Please look again: %(left)s is left to pay.")
            % {"left": left},
        )
        return see_other("payments:review")
    if order.is_payable and not amount_due(order):
        # Discounts or credit left nothing to pay: no provider takes that.
        return _serve_unpaid(request, order)
    if not checkout.payment_method:
        return see_other("payments:payment")
    if checkout.payment_provider == Provider.MANUAL:
        return _await_money(request, order, Awaited.Kind(checkout.payment_method["token"]))
    try:
        made = processing.pay(
            order_id=order.pk,
            provider_name=checkout.payment_provider,
            method=Method(**checkout.payment_method),
            when_paid=when_paid,
        )
    except NothingToPay:
        return _nothing_to_pay(request, order)
    return follow(made, order)


def _await_money(request: HttpRequest, order: Order, kind: Awaited.Kind) -> HttpResponse:
    """The order waits for its money: its page says where to and until when."""
    try:
        awaiting.begin(order_id=order.pk, kind=kind)
    except MeansGone:
        flash.warning(request, _("This order cannot be paid like that. Please choose again."))
        return see_other("payments:payment")
    except NothingToPay:
        return _nothing_to_pay(request, order)
    return see_other(order)


def _nothing_to_pay(request: HttpRequest, order: Order) -> HttpResponse:
    """Another window paid it or is paying it, or its time is over."""
    order.refresh_from_db()
    if order.paid_at:
        return see_other(order)
    goes_on = order.payments.filter(status__in=WAITING).first()
    if goes_on is not None:
        return follow(goes_on, order)
    flash.error(request, _("The time to pay this order is over. Your cart is kept."))
    return see_other("orders:cart")


def _serve_unpaid(request: HttpRequest, order: Order) -> HttpResponse:
    """Mark an order paid that asks for no money; one that cannot be served gives credit back."""
    try:
        lifecycle.mark_paid(order.pk)
    except (NotAllowed, OutOfStock):
        lifecycle.cancel(order.pk, reason="")
        flash.error(request, _("Your order could not be kept any longer. Your cart is kept."))
        return see_other("orders:cart")
    return see_other(order)


def agreed_total(request: HttpRequest) -> int:
    """What the page said the order costs, in minor units; -1, as none does, if it said nothing."""
    shown = request.POST.get("total", "")
    return int(shown) if AMOUNT.fullmatch(shown) else -1


def _agreed_due(request: HttpRequest) -> int | None:
    """What the page said is left to pay, in minor units; None from a page without credit."""
    shown = request.POST.get("due", "")
    return int(shown) if AMOUNT.fullmatch(shown) else None


def follow(made: Payment, order: Order) -> HttpResponse:
    """Where a payment leads: to the thanks, to the bank, or back to the payment step."""
    status = made.status
    if made.is_under_way:
        return see_other("payments:challenge", made.pk)
    if status in (Payment.Status.AUTHORIZED, Payment.Status.CAPTURED, Payment.Status.SETTLED):
        return see_other(order)
    return see_other("payments:payment")
