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
class ShownSuggestion:
    """A row of the page; ``cost`` is of one unit, as text."""

    one: Suggestion
    cost: str
    location: str


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
        if request.method == "POST":
            chosen = _chosen(request.POST)
            made = reorder.make_orders(chosen, days=days, actor_id=request.user.pk)
            if not made:
                text = gettext("Nothing was drafted: no row was chosen that is still suggested.")
                self.message_user(request, text, messages.WARNING)
                return see_other(reverse("admin:inventory_purchaseorder_reorder"))
            text = ngettext("%d draft was made.", "%d drafts were made.", len(made))
            self.message_user(request, text % len(made), messages.SUCCESS)
            drafts = f"{reverse('admin:inventory_purchaseorder_changelist')}?status__exact=DRAFT"
            return see_other(drafts)
        found = reorder.suggestions(days=days)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Reorder"),
            "subtitle": None,
            "opts": self.opts,
            "groups": _groups(found),
            "is_cut": len(found) == reorder.MOST,
            "most": reorder.MOST,
            "days": days,
            "spans": SPANS,
        }
        template = "admin/inventory/purchaseorder/reorder.html"
        return TemplateResponse(request, template, context)


def _groups(found: list[Suggestion]) -> list[SupplierGroup]:
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
                [
                    ShownSuggestion(
                        one,
                        "" if one.cost is None else format_money(one.cost, one.currency),
                        places[one.location_id],
                    )
                    for one in ones
                ],
                format_money(total, currency) if currency else "",
                format_money(least, currency) if total < least else "",
            )
        )
    return groups


def _days(data: QueryDict) -> int:
    asked = data.get("days", "")
    return int(asked) if asked in map(str, SPANS) else reorder.SALES_DAYS


def _chosen(data: QueryDict) -> dict[UUID, int]:
    """Units by stock id of the ticked rows; what is no number of units is left out."""
    found = {}
    for ticked in data.getlist("row")[: reorder.MOST]:
        units = data.get(f"units-{ticked}", "")
        try:
            key = UUID(ticked)
        except ValueError:
            continue
        if _UNITS.fullmatch(units) and int(units):
            found[key] = int(units)
    return found
