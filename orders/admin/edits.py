"""Changing the lines of an order: filled in, previewed, applied."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.products.choices import read_choices
from inventory.errors import InventoryError
from orders import lines
from orders.admin.edit_forms import ADDED, UNITS, LinesForm, keys_of
from orders.admin.variant_search import by_key, find
from orders.edits import edits
from orders.edits.edits import Refusal
from orders.edits.reckoning import Outcome
from orders.errors import EditRefused
from orders.models import Order
from shop.money import format_money
from shop.redirects import see_other

MAY_EDIT = "orders.add_orderedit"

_WORDS: dict[Refusal, str | Promise] = {
    Refusal.PACKED: _("a parcel is packed"),
    Refusal.ENDED: _("it is canceled, or its time to be paid is over"),
    Refusal.BEING_PAID: _("it is being paid at this moment"),
    Refusal.LAPSED: _("its money lapsed and has to be paid again"),
    Refusal.REFUNDED: _("some of it was refunded"),
    Refusal.UNCHANGED: _("no line is another one"),
    Refusal.EMPTY: _("no line would be left; cancel the order instead"),
    Refusal.NOT_FOR_SALE: _("something added is not for sale"),
    Refusal.DIGITAL: _("gift cards stay as they were ordered"),
    Refusal.TOO_MUCH: _("an order cannot be that large"),
    Refusal.PACKED_ONCE: _("a line that goes was in a parcel once; leave one unit of it"),
    Refusal.OTHER_TOTAL: _("prices have changed meanwhile; look at the new sum"),
}


@dataclass(frozen=True)
class Row:
    """A line of the page: what it is, and the field for its units."""

    title: str
    note: str
    price: str
    before: int | None
    field: forms.BoundField


def refusal_words(order: Any) -> str:
    """Why no line can be changed; empty when it can."""
    reason = edits.refusal_of(order)
    return str(_WORDS[reason]) if reason else ""


class EditPages:
    """The page, for the admin of orders."""

    admin_site: Any
    opts: Any
    message_user: Any
    _order: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.edit_view)
        own = path("<path:object_id>/lines/", view, name="orders_order_lines")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Posting previews; posting what was previewed applies it."""
        order = self._order(request, object_id)
        if not request.user.has_perm(MAY_EDIT):
            raise PermissionDenied
        page = reverse("admin:orders_order_change", args=[order.pk])
        refused = refusal_words(order)
        if refused:
            self._say(request, order, refused)
            return see_other(page)
        data = request.POST if request.method == "POST" else None
        query = request.POST.get("find", "").replace("\0", "")[:100]
        step = request.POST.get("step", "")
        hits = find(query) if step == "find" else []
        kept = {key for key in keys_of(request.POST) if request.POST.get(f"{ADDED}{key}")}
        shown = by_key(kept - {hit.variant.pk for hit in hits}) + hits
        form = LinesForm(data, items=order.items.all(), variants=shown)
        found, problem = None, ""
        if step in ("preview", "apply") and form.is_valid():
            try:
                found = edits.preview(order, form.wanted)
                if step == "apply":
                    self._apply(request, order, form)
                    return see_other(page)
            except EditRefused as error:
                problem = str(_WORDS[Refusal(error.reason)])
            except InventoryError:
                problem = gettext("there are not so many units")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Edit lines"),
            "subtitle": order.number,
            "opts": self.opts,
            "order": order,
            "form": form,
            "asked_for": query,
            "searched": step == "find",
            "rows": _rows(order, form, shown),
            "preview": _preview(order, found) if found else None,
            "problem": problem,
        }
        invalid = problem or (step in ("preview", "apply") and form.errors)
        template = "admin/orders/order/lines.html"
        return TemplateResponse(request, template, context, status=422 if invalid else 200)

    def _apply(self, request: HttpRequest, order: Order, form: LinesForm) -> None:
        agreed = request.POST.get("agreed_total", "")
        user_id: UUID | None = request.user.pk
        edit = edits.apply(
            order_id=order.pk,
            wanted=form.wanted,
            agreed_total=int(agreed) if agreed.isdecimal() and len(agreed) < 13 else -1,
            reason=form.cleaned_data["reason"],
            key=form.cleaned_data["key"],
            actor_id=user_id,
        )
        text = gettext("The lines are changed; the total is now %(total)s (%(difference)s).")
        order.refresh_from_db()
        facts = {
            "total": format_money(order.total, order.currency),
            "difference": edits.words_of(edit.difference, order.currency),
        }
        self.message_user(request, text % facts, messages.SUCCESS)

    def _say(self, request: HttpRequest, order: Order, reason: str) -> None:
        text = gettext("Nothing was changed: %(order)s, %(reason)s.")
        facts = {"order": order.number, "reason": reason}
        self.message_user(request, text % facts, messages.ERROR)


def _rows(order: Any, form: LinesForm, shown: Any) -> list[Row]:
    choices = read_choices()
    rows = [
        Row(
            title=lines.title(item, choices),
            note=item.sku,
            price=format_money(item.unit_price, order.currency),
            before=item.quantity,
            field=form[f"{UNITS}{item.pk}"],
        )
        for item in order.items.all()
    ]
    return rows + [
        Row(
            title=f"{hit.variant.product.title}, {hit.choice}",
            note=f"{hit.variant.sku} · {_stock_words(hit)}",
            price=format_money(hit.variant.price, order.currency),
            before=None,
            field=form[f"{ADDED}{hit.variant.pk}"],
        )
        for hit in shown
    ]


def _stock_words(hit: Any) -> str:
    if not hit.is_for_sale:
        return gettext("not for sale")
    return gettext("%(units)d in stock") % {"units": hit.units}


def _preview(order: Order, found: Outcome) -> dict[str, Any]:
    """Lines that change and the sums, in words."""
    due, given_back = edits.settlement(order, found)
    currency = order.currency
    names = (
        (gettext("Subtotal"), order.subtotal, found.subtotal),
        (gettext("Discount"), -order.discount, -found.discount),
        (gettext("Delivery"), order.shipping, order.shipping),
        (gettext("Total"), order.total, found.total),
    )
    return {
        "lines": [
            (
                f"{'+' if line.units > 0 else '−'}{abs(line.units)} × {lines.title(line.item)}",
                edits.words_of((1 if line.units > 0 else -1) * line.change.total, currency)
                if line.change
                else "",
            )
            for line in found.changed
        ],
        "sums": [
            (name, format_money(before, currency), format_money(after, currency))
            for name, before, after in names
        ],
        "total": found.total,
        "difference": edits.words_of(found.difference, currency),
        "due": format_money(due, currency) if due else "",
        "given_back": format_money(given_back, currency) if given_back else "",
        "is_paid": order.paid_at is not None,
    }
