"""The sheet one counts on, made for a phone: find a garment, type how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from inventory import stocktakes
from inventory.approvers import MAY_APPROVE
from inventory.errors import NotCounting, NotOnSheet
from inventory.models import Stock, Stocktake, StocktakeCount
from shop.accounts.models import User
from shop.redirects import see_other

#: Rows of one page.
ROWS = 25


class CountForm(forms.Form):
    """How many units lie there; ``change`` is that of the − and + buttons."""

    stock = forms.UUIDField()
    quantity = forms.IntegerField(min_value=0, max_value=1_000_000, required=False)
    change = forms.ChoiceField(choices=[("-1", "-1"), ("1", "1")], required=False)

    @property
    def units(self) -> int | None:
        """The number to note, or None to take back what was noted."""
        typed: int | None = self.cleaned_data["quantity"]
        step = int(self.cleaned_data["change"] or 0)
        return typed if not step else max((typed or 0) + step, 0)


@dataclass(frozen=True)
class SheetRow:
    """A shelf on the sheet: what I counted, and others of the same shelf."""

    stock: Any
    mine: int | None
    others: Sequence[StocktakeCount]
    state: str = ""


class CountSheets:
    """The sheet, for the admin of stocktakes."""

    admin_site: Any
    opts: Any
    stocktake_of: Any
    message_user: Any

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<uuid:stocktake_id>/count/",
            self.admin_site.admin_view(self.count_view),
            name="inventory_stocktake_count",
        )
        return [own, *super().get_urls()]  # type: ignore[misc]

    def may_count(self, request: HttpRequest) -> bool:
        """Who counts."""
        return request.user.has_perm("inventory.add_stocktakecount")

    def sees_expected(self, request: HttpRequest, stocktake: Stocktake) -> bool:
        """Whether the shop says how many there should be: never to who counts blind."""
        return not (stocktake.is_blind and stocktake.is_open) or request.user.has_perm(MAY_APPROVE)

    def count_view(self, request: HttpRequest, stocktake_id: UUID) -> HttpResponse:
        """Rows to count, found by a code; posting one row notes it."""
        stocktake = self.stocktake_of(request, stocktake_id)
        if not self.may_count(request):
            raise PermissionDenied
        page = reverse("admin:inventory_stocktake_change", args=[stocktake.pk])
        if not stocktake.is_open:
            self.message_user(request, gettext("Nobody counts any more."), messages.ERROR)
            return see_other(page)
        if request.method == "POST":
            return self._note(request, stocktake)
        query = request.GET.get("q", "").strip().replace("\0", "")[:100]
        rows = stocktakes.to_count(stocktake)
        found = stocktakes.found_on(rows, query) if query else rows
        found = found.select_related("variant__product")
        shown = Paginator(found, ROWS).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Count"),
            "opts": self.opts,
            "stocktake": stocktake,
            "query": query,
            "page": shown,
            "rows": _rows(request, stocktake, list(shown)),
            "sees_expected": self.sees_expected(request, stocktake),
            "total": rows.count() if query else shown.paginator.count,
            "done": stocktakes.counted_shelves(stocktake),
            "back": page,
        }
        return TemplateResponse(request, "admin/inventory/stocktake/count.html", context)

    def _note(self, request: HttpRequest, stocktake: Stocktake) -> HttpResponse:
        form = CountForm(request.POST)
        is_part = bool(request.htmx)  # type: ignore[attr-defined]
        if not form.is_valid() and "stock" not in form.cleaned_data:
            raise Http404
        stock_id = form.cleaned_data["stock"]
        state = "refused"
        if form.is_valid():
            try:
                made = stocktakes.count(
                    stocktake_id=stocktake.pk,
                    stock_id=stock_id,
                    quantity=form.units,
                    actor_id=cast("User", request.user).pk,
                )
            except NotOnSheet as error:
                raise Http404 from error
            except NotCounting:
                self.message_user(request, gettext("Nobody counts any more."), messages.ERROR)
                page = reverse("admin:inventory_stocktake_change", args=[stocktake.pk])
                if is_part:
                    return HttpResponse(headers={"HX-Redirect": page})
                return see_other(page)
            state = "saved" if made else "cleared"
        if is_part:
            stock = Stock.objects.select_related("variant__product").get(pk=stock_id)
            context = {
                "row": _rows(request, stocktake, [stock], state)[0],
                "url": request.path,
                "query": request.POST.get("q", ""),
                "number": request.POST.get("page", ""),
                "sees_expected": self.sees_expected(request, stocktake),
                "total": stocktakes.to_count(stocktake).count(),
                "done": stocktakes.counted_shelves(stocktake),
            }
            return TemplateResponse(request, "admin/inventory/stocktake/_counted.html", context)
        if state == "refused":
            text = gettext("Enter a number of units; nothing was saved.")
            self.message_user(request, text, messages.ERROR)
        again = {name: request.POST.get(name, "") for name in ("q", "page")}
        return see_other(f"{request.path}?{urlencode(again)}#row-{stock_id}")


def _rows(
    request: HttpRequest, stocktake: Stocktake, stocks: Sequence[Stock], state: str = ""
) -> list[SheetRow]:
    """Rows of the sheet with what was counted so far. One query."""
    counts = StocktakeCount.objects.filter(
        stocktake=stocktake, round=stocktake.round, stock__in=stocks
    ).select_related("actor")
    by_stock: dict[UUID, list[StocktakeCount]] = {}
    for count in counts:
        by_stock.setdefault(count.stock_id, []).append(count)
    rows = []
    for stock in stocks:
        known = by_stock.get(stock.pk, [])
        mine = [count.quantity for count in known if count.actor_id == request.user.pk]
        others = [count for count in known if count.actor_id != request.user.pk]
        rows.append(SheetRow(stock, mine[0] if mine else None, others, state))
    return rows
