"""Pages of gift cards and store credit: buying, balance, and one's own credit."""

from typing import cast

from django.conf import settings
from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from catalog.content.social import social_picture
from inventory.errors import InventoryError
from orders import messages
from orders.carts import cart as carts
from orders.errors import OrdersError
from payments.credit import accounts, cards, selling
from payments.errors import CreditRefused
from payments.gift_forms import OTHER, BalanceForm, GiftCardForm
from shop.accounts.models import User
from shop.middleware import private_page
from shop.pagination import numbered_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Gift cards that one address may put into carts, and codes it may ask about, in an hour.
CARDS, CODES, HOUR = 60, 20, 3600
#: Entries on a page of one's own credit.
PER_PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def buy(request: HttpRequest) -> HttpResponse:
    """A gift card, with whom it is for; it becomes a line of the cart."""
    product = selling.product()
    if product is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    amounts = selling.offer().amounts
    usual = str(amounts[len(amounts) // 2]) if amounts else OTHER
    form = GiftCardForm(data, currency=product.currency, initial={"amount": usual})
    problems: list[str] = []
    if data is not None and form.is_valid():
        limit(request, "gift-card-buy", most=CARDS, seconds=HOUR)
        cart = carts.open_for(request)
        try:
            selling.add(cart=cart, product=product, amount=form.worth, recipient=form.recipient)
        except (OrdersError, InventoryError) as error:
            problems = messages.explain(error, items=[], currency=product.currency)
        else:
            flash.success(request, _("The gift card is in your cart."))
            response = see_other("orders:cart")
            carts.remember(response, cart)
            return response
    picture = selling.picture_of(product)
    context = {
        "product": product,
        "picture": picture,
        "social_picture": social_picture(picture),
        "form": form,
        "chosen": form["amount"].value() or usual,
        "problems": [{"text": text} for text in problems],
        "years": settings.GIFT_CARD_DAYS // 365,
        "days": settings.GIFT_CARD_DAYS,
    }
    status = 422 if data is not None else 200
    return render(request, "payments/gift_card.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
@private_page
def balance(request: HttpRequest) -> HttpResponse:
    """What is left on a card; the same answer for every code that cannot be spent."""
    form = BalanceForm(request.POST if request.method == "POST" else None)
    card = None
    if request.method == "POST":
        limit(request, "gift-card", most=CODES, seconds=HOUR, limited=_("codes"))
        if form.is_valid():
            try:
                card = cards.find(form.cleaned_data["code"])
            except CreditRefused:
                words = _("This code cannot be used. It may be mistyped, spent or ended.")
                form.add_error("code", words)
    status = 422 if request.method == "POST" and card is None else 200
    context = {"form": BalanceForm() if card else form, "card": card}
    return render(request, "payments/gift_card_balance.html", context, status=status)


@require_safe
@login_required
@private_page
def credit(request: HttpRequest) -> HttpResponse:
    """One's own store credit and how it came about."""
    user = cast("User", request.user)
    mine = list(accounts.of_person(user.pk, settings.SHOP_CURRENCY))
    page = numbered_page(accounts.statement(mine), number=request.GET.get("page"), size=PER_PAGE)
    context = {
        "balance": sum(account.balance for account in mine),
        "currency": settings.SHOP_CURRENCY,
        "entries": page.items,
        "page": page,
    }
    return render(request, "payments/account_credit.html", context)
