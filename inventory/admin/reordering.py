"""What should be ordered, by supplier, and drafts of the chosen rows in one go."""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext

from inventory import reorder
from inventory.models import Location
from inventory.reorder import Suggestion
from shop.money import format_money
from shop.redirects import see_other

#: Days of sales to choose from.
SPANS = (30, 60, 90)
_UNITS = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class Asked:
    """What was posted: the stock ids of the ticked rows, and the units of all rows as typed."""

    ticked: frozenset[UUID]
    data: QueryDict

    @property
    def chosen(self) -> dict[UUID, int]:
        """Units by stock id of the ticked rows that have a number of them."""
        return {key: int(self.units(key)) for key in self.ticked if self._is_number(key)}

    def units(self, stock_id: UUID, default: str = "") -> str:
        """The units of a row as typed; ``default`` if the page had no such row."""
        return self.data.get(f"units-{stock_id}", default).strip()[:20]

    def problem(self, one: Suggestion) -> str:
        """What to mend in a row; "" if it can be ordered, or is not to be."""
        if one.stock_id not in self.ticked or self._is_number(one.stock_id):
            return ""
        return gettext("Enter units of %(sku)s from 1 to 999999, or untick it.") % {"sku": one.sku}

    def _is_number(self, stock_id: UUID) -> bool:
        units = self.units(stock_id)
        return bool(_UNITS.fullmatch(units)) and int(units) > 0


@dataclass(frozen=True)
class ShownSuggestion:
    """A row of the page; ``cost`` is of one unit, as text; ``units`` as typed or as suggested."""

    one: Suggestion
    cost: str
    location: str
    is_ticked: bool
    units: str
    problem: str


@dataclass(frozen=True)
class SupplierGroup:
    """Rows that one supplier would get; without a name nobody is known to deliver them."""

    name: str
    rows: list[ShownSuggestion]
    total: str
    #: What the supplier asks for at least, where the rows come to less.
    minimum: str


class Reordering:
    """The page of suggestions, for the admin of purchase orders."""

    admin_site: Any
    opts: Any
    message_user: Any

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "reorder/",
            self.admin_site.admin_view(self.reorder_view),
            name="inventory_purchaseorder_reorder",
        )
        return [own, *super().get_urls()]  # type: ignore[misc]

    def reorder_view(self, request: HttpRequest) -> HttpResponse:
        """Suggestions by supplier; posting drafts orders of those that are ticked."""
        if not request.user.has_perm("inventory.add_purchaseorder"):
            raise PermissionDenied
        days = _days(request.POST or request.GET)
        asked = _asked(request.POST) if request.method == "POST" else None
        found = reorder.suggestions(days=days)
        problems = [(one.stock_id, asked.problem(one)) for one in found] if asked else []
        problems = [(stock_id, text) for stock_id, text in problems if text]
        if asked is not None and not problems:
            return self._draft(request, asked.chosen, days)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Reorder"),
            "subtitle": None,
            "opts": self.opts,
            "groups": _groups(found, asked),
            "problems": problems,
            "is_cut": len(found) == reorder.MOST,
            "most": reorder.MOST,
            "days": days,
            "spans": SPANS,
        }
        template = "admin/inventory/purchaseorder/reorder.html"
        return TemplateResponse(request, template, context, status=422 if problems else 200)

    def _draft(self, request: HttpRequest, chosen: dict[UUID, int], days: int) -> HttpResponse:
        made = reorder.make_orders(chosen, days=days, actor_id=request.user.pk)
        if not made:
            text = gettext("Nothing was drafted: no row was chosen that is still suggested.")
            self.message_user(request, text, messages.WARNING)
            return see_other(f"{reverse('admin:inventory_purchaseorder_reorder')}?days={days}")
        text = ngettext("%d draft was made.", "%d drafts were made.", len(made))
        self.message_user(request, text % len(made), messages.SUCCESS)
        return see_other(
            f"{reverse('admin:inventory_purchaseorder_changelist')}?status__exact=DRAFT"
        )


def _groups(found: list[Suggestion], asked: Asked | None) -> list[SupplierGroup]:
    places = {row.pk: str(row) for row in Location.objects.all()}
    # The sort keeps the most urgent first within a supplier; those without one come last.
    in_turn = sorted(found, key=lambda one: (one.supplier_id is None, one.supplier))
    groups = []
    for (_is_unknown, name), rows in groupby(
        in_turn, key=lambda one: (one.supplier_id is None, one.supplier)
    ):
        ones = list(rows)
        currency = ones[0].currency
        total = sum(one.quantity * (one.cost or 0) for one in ones)
        least = ones[0].minimum_order
        groups.append(
            SupplierGroup(
                name,
                [_shown(one, places[one.location_id], asked) for one in ones],
                format_money(total, currency) if currency else "",
                format_money(least, currency) if total < least else "",
            )
        )
    return groups


def _shown(one: Suggestion, location: str, asked: Asked | None) -> ShownSuggestion:
    suggested = str(one.quantity)
    return ShownSuggestion(
        one,
        cost="" if one.cost is None else format_money(one.cost, one.currency),
        location=location,
        is_ticked=asked is None or one.stock_id in asked.ticked,
        units=suggested if asked is None else asked.units(one.stock_id, suggested),
        problem="" if asked is None else asked.problem(one),
    )


def _days(data: QueryDict) -> int:
    asked = data.get("days", "")
    return int(asked) if asked in map(str, SPANS) else reorder.SALES_DAYS


def _asked(data: QueryDict) -> Asked:
    ticked = set()
    for text in data.getlist("row")[: reorder.MOST]:
        try:
            ticked.add(UUID(text))
        except ValueError:
            continue
    return Asked(frozenset(ticked), data)
