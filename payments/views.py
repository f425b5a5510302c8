"""The last steps of checkout: payment, review, and the bank's question."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from catalog.fragments import vary_by_fragment, wanted_fragment
from inventory.errors import InventoryError
from orders import messages as words
from orders.carts import cart as carts
from orders.checkouts.steps import steps
from orders.errors import CheckoutIncomplete, KeyReused, OrdersError
from orders.models import OrderAddress
from orders.placed.ownership import is_own
from orders.views.moments import at_one_look
from payments import completion, links, messages, processing, purchases, recovery
from payments.credit_part import Refused, credit_part
from payments.means import Choice
from payments.models import Payment, PaymentTransaction
from payments.policy import loads_providers
from payments.purchases import Purchase
from payments.sent import Sent
from shop import cache
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: While many tabs wait, the provider is asked once in this time, in seconds.
CHECK_SECONDS = 2
#: Shoppers that come back from providers, from one address of the net in an hour.
RETURNS, HOUR = 60, 3600
STEPS = {"contact": "orders:checkout", "delivery": "orders:delivery", "payment": "payments:payment"}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number", "security_code", "expiry")
@private_page
@at_one_look
@loads_providers
def payment(request: HttpRequest) -> HttpResponse:
    """Step 3: choose how to pay. The card goes to the provider; we keep its token."""
    purchase = purchases.current(request)
    if isinstance(purchase, HttpResponse):
        return purchase
    if request.method == "POST" and not purchase.due:
        return see_other("payments:review")
    if request.method != "POST":
        return _render_payment(request, purchase, _choice(request, purchase))
    choice = _choice(request, purchase, request.POST)
    if choice.is_valid() and (method := choice.take()):
        purchase.keep(choice.provider_name, method)
        return see_other("payments:review")
    return _render_payment(request, purchase, choice, status=422)


def with_refused(request: HttpRequest, purchase: Purchase, refused: Refused) -> HttpResponse:
    """Step 3 once more, with what is wrong with the gift card's code."""
    choice = _choice(request, purchase)
    return _render_payment(request, purchase, choice, refused=refused, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@at_one_look
def review(request: HttpRequest) -> HttpResponse:
    """Step 4: see everything once more, and pay."""
    purchase = purchases.current(request)
    if isinstance(purchase, HttpResponse):
        return purchase
    if not purchase.checkout.payment_method and purchase.due:
        return redirect("payments:payment")
    if request.method != "POST":
        return _render_review(request, purchase)
    try:
        return completion.once(
            request, purchase.checkout, lambda page: _pay(request, purchase, page)
        )
    except KeyReused:
        problems = [_("This page was sent before with another amount. Please look once more.")]
        return _render_review(request, purchase, problems=problems, status=409)


def _pay(request: HttpRequest, purchase: Purchase, page: Sent) -> HttpResponse:
    """Place the order and take its money, or say why not."""
    agreed = completion.agreed_total(request)
    try:
        if purchase.order is not None:
            order, opened = purchase.order, None
        else:
            order, opened = completion.place(purchase.checkout, agreed_total=agreed, page=page)
    except CheckoutIncomplete as error:
        return redirect(STEPS[error.step])
    except (OrdersError, InventoryError) as error:
        items = carts.items_of(purchase.checkout.cart)
        problems = words.explain(error, items=items, currency=purchase.currency)
        return _render_review(request, purchase, problems=problems, status=409)
    return completion.take_money(request, order, purchase.checkout, opened=opened, page=page)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def challenge(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """The bank's question (3-D Secure), or the wait for a provider that did not answer."""
    rows = Payment.objects.select_related("order__cart")
    found = rows.filter(pk=payment_id).first()
    if found is None:
        raise Http404
    by_link = links.is_begun_here(request, found)
    if not by_link and not is_own(request, found.order):
        raise Http404
    if request.method == "POST":
        action = request.POST.get("action")
        if action in ("confirm", "cancel"):
            is_yes = action == "confirm" and not found.challenge_url
            found = processing.finish(found.pk, {"approved": "yes" if is_yes else "no"})
        elif action == "check":
            found = _check(found)
        if not found.is_under_way:
            return _leave(request, _follow(request, found, by_link=by_link))
    elif not found.is_under_way:
        return _follow(request, found, by_link=by_link)
    is_poll = wanted_fragment(request) == "challenge"
    if request.method == "POST" and not is_poll:
        return see_other("payments:challenge", found.pk)
    age = timezone.now() - found.created_at
    last = None
    if found.challenge_url:
        asked = found.transactions.filter(kind=PaymentTransaction.Kind.AUTHORIZE)
        last = asked.order_by("-created_at", "-pk").first()
    context = {
        "payment": found,
        "is_challenge": found.three_d_secure == Payment.ThreeDSecure.CHALLENGED,
        # They came back, and the provider did not tell us yet what became of it.
        "is_unheard": last is not None and last.result == PaymentTransaction.Result.ERROR,
        "was_refused": last is not None and last.code == "instrument_declined",
        "is_in_review": last is not None and last.code == "in_review",
        "minutes_left": max(1, (recovery.CHALLENGE_SECONDS - int(age.total_seconds())) // 60),
    }
    template = "payments/_challenge.html" if is_poll else "payments/challenge.html"
    response = render(request, template, context)
    vary_by_fragment(response)
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def challenge_return(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Where providers send the shopper back to; coming twice changes nothing.

    Some do so by a form of theirs, which the browser sends without our cookies: whose payment it
    is shows on the page after this one. What came along is a hint; the provider is asked.
    """
    found = Payment.objects.filter(pk=payment_id).exclude(challenge_url="").first()
    if found is None:
        raise Http404
    limit(request, "challenge-return", most=RETURNS, seconds=HOUR, limited=_("Please wait."))
    if found.is_under_way:
        came = {**request.GET.dict(), **request.POST.dict()}
        processing.finish(found.pk, {name: str(text) for name, text in came.items()})
    return see_other("payments:challenge", found.pk)


def _follow(request: HttpRequest, found: Payment, *, by_link: bool) -> HttpResponse:
    """Where the payment leads, for who pays an order by its link or at the end of checkout."""
    return links.follow(request, found) if by_link else completion.follow(found, found.order)


def _check(payment: Payment) -> Payment:
    """Ask the provider, but once every few seconds however many tabs are waiting."""

    def ask() -> str:
        return str(recovery.resume(payment.pk).status)

    cache.read_through("payment-checks", str(payment.pk), ask, seconds=CHECK_SECONDS)
    payment.refresh_from_db()
    return payment


def _leave(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Move the whole page when htmx polled for a part of it."""
    if wanted_fragment(request):
        return HttpResponse(headers={"HX-Redirect": response["Location"]})
    return response


def _choice(request: HttpRequest, purchase: Purchase, data: QueryDict | None = None) -> Choice:
    return Choice(
        data,
        currency=purchase.currency,
        amount=purchase.due,
        is_collected=purchase.is_collected,
        user_id=request.user.pk,
    )


def _render_payment(
    request: HttpRequest,
    purchase: Purchase,
    choice: Choice,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    failed = None
    if purchase.order is not None and status == 200:
        failed = purchase.order.payments.order_by("-created_at").first()
    context = {
        "choice": choice,
        "failure": messages.explain(failed) if failed and failed.failure_code else "",
        "purchase": purchase,
        "credit": credit_part(purchase.plan, purchase.checkout, refused=refused),
        "summary": purchase.summary,
        **steps(3, values=_values(purchase)),
    }
    return render(request, "payments/payment.html", context, status=status)


def _render_review(
    request: HttpRequest, purchase: Purchase, *, problems: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    checkout = purchase.checkout
    context = {
        "purchase": purchase,
        "key": secrets.token_urlsafe(16),
        "checkout": checkout,
        "is_ordered": purchase.order is not None,
        "shipping_address": _lines(checkout.shipping_address),
        "billing_address": _lines(checkout.billing_address),
        "method": checkout.payment_method,
        "arrives": purchase.summary.delivery_note,
        "place": purchase.collected_where,
        "problems": [{"text": text} for text in problems],
        "summary": purchase.summary,
        **steps(4, values=_values(purchase)),
    }
    return render(request, "payments/review.html", context, status=status)


def _lines(address: dict[str, str] | None) -> list[str]:
    """A stored address as the lines of a label."""
    return OrderAddress(**address).lines if address else []


def _values(purchase: Purchase) -> tuple[str, ...]:
    checkout = purchase.checkout
    method = checkout.shipping_method
    return (
        checkout.email,
        method.name if method else "",
        f"{checkout.payment_method.get('brand', '')} {checkout.payment_method.get('last4', '')}",
    )
