"""Paying an order that is placed already, by the link to it.

Orders that staff took down are paid like this, and what an edit made an order dearer by. Whoever
has the link may pay: it is as secret as the page of the order.
"""

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from orders import summary
from orders.models import Order
from orders.placed import lifecycle
from payments import awaiting, messages, processing
from payments.errors import MeansGone, NothingToPay
from payments.means import Choice
from payments.models import Awaited, Payment, Provider
from payments.owing import Owed, owed
from payments.policy import loads_providers
from payments.providers.base import Method
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Attempts from one address of the net in an hour.
TRIES, HOUR = 30, 3600
#: Where the session keeps the payments that its browser began.
BEGUN = "payments_begun"
#: Payments that a session remembers beside the last one.
MOST_REMEMBERED = 9
_DONE = (Payment.Status.AUTHORIZED, Payment.Status.CAPTURED, Payment.Status.SETTLED)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number", "security_code", "expiry")
@private_page
@loads_providers
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """What is due, and a card to pay it with."""
    order = get_object_or_404(Order.objects.prefetch_related("items"), token=token)
    due = owed(order)
    if due is None:
        if not order.paid_at:
            flash.error(request, _("The time to pay this order is over. Please call us."))
        return see_other("orders:order", token)
    choice = Choice(
        request.POST if request.method == "POST" else None,
        currency=order.currency,
        amount=due.amount,
        is_collected=due.is_all and order.pick_up_point_id is not None,
        may_wait=due.instead_of_id is None,
        user_id=request.user.pk,
        # Whoever has the link may pay; only its customer's payments keep cards.
        may_keep=order.customer_id == request.user.pk,
    )
    problem = ""
    if request.method == "POST":
        limit(request, "pay-link", most=TRIES, seconds=HOUR, limited=_("You have tried often."))
        if request.POST.get("total") != str(due.amount):
            problem = _("The amount has changed meanwhile. Please look once more.")
        elif not due.amount:
            lifecycle.mark_paid(order.pk)
            return see_other("orders:order", token)
        elif choice.is_valid() and (method := choice.take()):
            return _take(request, order, due, choice.provider_name, method)
    tried = order.payments.filter(edit=due.edit_id, instead_of=due.instead_of_id)
    failed = tried.order_by("-created_at").first()
    context = {
        "order": order,
        "due": due,
        "choice": choice,
        "awaited": getattr(order, "awaited", None) if due.edit_id else None,
        "problem": problem,
        "failure": messages.explain(failed) if failed and failed.failure_code else "",
        "summary": summary.of_order(order, list(order.items.all())),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "payments/order.html", context, status=status)


def _take(request: HttpRequest, order: Order, due: Owed, name: str, method: Method) -> HttpResponse:
    """Take the money, and remember that this browser may answer its bank."""
    try:
        if name == Provider.MANUAL and due.edit_id:
            awaiting.begin_rest(order_id=order.pk)
            return see_other("payments:order", order.token)
        if name == Provider.MANUAL:
            awaiting.begin(order_id=order.pk, kind=Awaited.Kind(method.token))
            return see_other("orders:order", order.token)
        made = processing.pay(
            order_id=order.pk,
            provider_name=name,
            method=method,
            edit_id=due.edit_id,
            instead_of_id=due.instead_of_id,
        )
    except MeansGone:
        return see_other("payments:order", order.token)
    except NothingToPay:
        return see_other("orders:order", order.token)
    begun = request.session.get(BEGUN, [])
    request.session[BEGUN] = [*begun[-MOST_REMEMBERED:], str(made.pk)]
    return follow(request, made)


def is_begun_here(request: HttpRequest, payment: Payment) -> bool:
    """Whether this browser began the payment by a link."""
    return str(payment.pk) in request.session.get(BEGUN, [])


def follow(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Where a payment begun by a link leads: to the order, to the bank, or back to the card."""
    token = payment.order.token
    if payment.is_under_way:
        return see_other("payments:challenge", payment.pk)
    if payment.status in _DONE:
        flash.success(request, _("Thank you, your payment has arrived."))
        return see_other("orders:order", token)
    return see_other("payments:order", token)
