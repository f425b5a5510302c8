"""Orders in the account of whoever placed them."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inventory import backorders
from orders.models import Order, Shipment
from orders.placed import order_page
from orders.views.order_page import render_order
from shop.accounts.models import User
from shop.middleware import private_page
from shop.pagination import numbered_page

PER_PAGE = 10
#: Pictures on a card.
THUMBS = 4


@require_safe
@login_required
@private_page
def listed(request: HttpRequest) -> HttpResponse:
    """One's own orders, newest first, by status, year and words."""
    mine = Order.objects.filter(customer=cast("User", request.user))
    wanted = _wanted(request)
    rows = _filtered(mine, wanted).annotate(waits=backorders.waits(OuterRef("pk")))
    rows = rows.prefetch_related("items", "shipments__items")
    page = numbered_page(rows, number=request.GET.get("page"), size=PER_PAGE)
    years = mine.order_by().annotate(year=ExtractYear("placed_at")).values_list("year", flat=True)
    context = {
        "cards": [_card(order) for order in page.items],
        "page": page,
        "wanted": wanted,
        "query": urlencode(wanted),
        "statuses": Order.Status.choices,
        "years": [str(year) for year in sorted(set(years.distinct()), reverse=True)],
    }
    return render(request, "orders/account_orders.html", context)


@require_safe
@login_required
@private_page
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One of one's own orders, with its payments."""
    mine = order_page.readable().filter(customer=cast("User", request.user))
    order: Any = get_object_or_404(mine.prefetch_related("payments"), number=number)
    return render_order(
        request,
        order,
        page_url=reverse("orders:account_order", args=[number]),
        template="orders/account_order.html",
        payments=[
            payment
            for payment in order.payments.all()
            if payment.captured_amount or payment.held_amount
        ],
        is_account=True,
    )


def _wanted(request: HttpRequest) -> dict[str, str]:
    """The filters of the address that mean something."""
    asked = {name: request.GET.get(name, "")[:100].strip() for name in ("status", "year", "q")}
    if asked["status"] not in Order.Status.values:
        asked["status"] = ""
    if not (asked["year"].isascii() and asked["year"].isdigit() and len(asked["year"]) == 4):
        asked["year"] = ""
    asked["q"] = asked["q"].replace("\0", "")
    return {name: value for name, value in asked.items() if value}


def _filtered(rows: "QuerySet[Order]", wanted: dict[str, str]) -> "QuerySet[Order]":
    if "status" in wanted:
        rows = rows.filter(status=wanted["status"])
    if "year" in wanted:
        rows = rows.filter(placed_at__year=int(wanted["year"]))
    if "q" in wanted:
        words = wanted["q"]
        named = Order.objects.filter(items__title__icontains=words).values("pk")
        rows = rows.filter(Q(number__icontains=words) | Q(pk__in=named))
    return rows.order_by("-placed_at", "-pk")


def _card(order: Any) -> dict[str, Any]:
    items = list(order.items.all())
    shipments = [row for row in order.shipments.all() if row.status != Shipment.Status.CANCELED]
    pictured = [item for item in items if item.picture]
    return {
        "order": order,
        "words": order_page.words_of(order, items, shipments, waits=order.waits),
        "titles": ", ".join(dict.fromkeys(item.title for item in items)),
        "thumbs": [default_storage.url(item.picture) for item in pictured[:THUMBS]],
        "more": max(len(items) - THUMBS, 0),
        "label": _("Order %(number)s") % {"number": order.number},
    }
