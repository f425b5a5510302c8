"""Returns in the account of whoever asked for them."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.models import Return
from orders.returns import return_page
from shop.accounts.models import User
from shop.middleware import private_page
from shop.pagination import numbered_page

PER_PAGE = 20


@require_safe
@login_required
@private_page
def listed(request: HttpRequest) -> HttpResponse:
    """One's own returns, newest first."""
    mine = Return.objects.filter(order__customer=cast("User", request.user))
    rows = mine.select_related("order").order_by("-created_at", "-pk")
    page = numbered_page(rows, number=request.GET.get("page"), size=PER_PAGE)
    cards = [return_page.short(row) | {"asked": row} for row in page.items]
    return render(request, "orders/account_returns.html", {"cards": cards, "page": page})
