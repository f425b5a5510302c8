"""Cost and margin: a list of products with what they earn, and the same as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from audit.models import AuditLog
from audit.recording import record
from catalog.models import Product
from orders.prices.margins import SALES_DAYS, Margin, margins
from shop.money import format_money, to_major
from shop.spreadsheets import csv_lines

MAY_SEE_COSTS = ("inventory.view_cost", "catalog.view_product")
#: Products of one page.
ROWS = 50
_CHUNK = 200


@dataclass(frozen=True)
class ShownMargin:
    """A row of the page, in words."""

    one: Margin
    price: str
    cost: str
    margin: str
    share: str
    value: str
    revenue: str
    earned: str


def margins_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The newest products first, so many on a page, found by title or SKU."""
    _check(request)
    query = request.GET.get("q", "").strip().replace("\0", "")[:100]
    rows = _found(query)
    if last := _key(request.GET.get("after", "")):
        rows = rows.filter(pk__lt=last)
    found = list(rows[: ROWS + 1])
    context = {
        **site.each_context(request),
        "title": gettext("Cost and margin"),
        "rows": [_shown(one) for one in margins(found[:ROWS])],
        "query": query,
        "next": found[ROWS - 1].pk if len(found) > ROWS else None,
        "days": SALES_DAYS,
    }
    return TemplateResponse(request, "admin/margins.html", context)


def margins_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All products that the page would show, as a file; that it was taken is written down."""
    _check(request)
    query = request.GET.get("q", "").strip().replace("\0", "")[:100]
    record(AuditLog.Action.EXPORT, Product, "margins", {}, {"query": query})
    name = f"margins-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        csv_lines(_lines(query)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _check(request: HttpRequest) -> None:
    if not request.user.has_perms(MAY_SEE_COSTS):
        raise PermissionDenied


def _found(query: str) -> "QuerySet[Product]":
    rows: QuerySet[Product] = Product.objects.order_by("-pk")
    if query:
        by_sku = Product.objects.filter(variants__sku__istartswith=query).values("pk")
        rows = rows.filter(title__icontains=query) | rows.filter(pk__in=by_sku)
    return rows


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _shown(one: Margin) -> ShownMargin:
    def span(amounts: tuple[int, ...]) -> str:
        return "–".join(format_money(amount, one.currency) for amount in amounts)

    def money(amount: int | None) -> str:
        return "" if amount is None else format_money(amount, one.currency)

    return ShownMargin(
        one=one,
        price=span(one.prices),
        cost=span(one.costs),
        margin=span(one.margins),
        share="–".join(gettext("%d %%") % round(share * 100) for share in one.shares),
        value=money(one.value),
        revenue=money(one.revenue),
        earned=money(one.earned),
    )


def _lines(query: str) -> Iterator[list[object]]:
    yield [
        gettext("Product"),
        gettext("Currency"),
        gettext("Lowest price, net"),
        gettext("Highest cost"),
        gettext("Lowest margin"),
        gettext("On hand"),
        gettext("To come"),
        gettext("Value at cost"),
        gettext("Sold in %d days") % SALES_DAYS,
        gettext("Revenue, net"),
        gettext("Earned"),
    ]
    rows, last = _found(query), None
    while True:
        chunk = list((rows.filter(pk__lt=last) if last else rows)[:_CHUNK])
        if not chunk:
            return
        last = chunk[-1].pk
        for one in margins(chunk):
            amounts = (
                one.prices[0] if one.prices else None,
                one.costs[-1] if one.costs else None,
                one.margins[0] if one.margins else None,
            )
            yield [
                one.product.title,
                one.currency,
                *(_major(amount, one.currency) for amount in amounts),
                one.on_hand,
                one.coming,
                _major(one.value, one.currency),
                one.sold,
                _major(one.revenue, one.currency),
                _major(one.earned, one.currency),
            ]


def _major(amount: int | None, currency: str) -> object:
    return "" if amount is None else to_major(amount, currency)
