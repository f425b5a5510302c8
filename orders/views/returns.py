"""Sending something back: the steps of asking for it, and the page of what became of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.products.choices import read_choices
from inventory.errors import InventoryError
from orders.documents import return_label
from orders.errors import ExchangeRefused, OrdersError, ReturnNotAllowed, ReturnWindowOver
from orders.models import Order, Return
from orders.returns import (
    exchange_choices,
    requesting,
    return_page,
    windows,
    wizard,
    wizard_page,
    worth,
)
from orders.returns.forms import ItemsForm, MethodForm, OutcomeForm, ReasonsForm, SentForm
from orders.returns.wizard import State
from orders.views.order_page import pdf
from shop.middleware import private_page
from shop.qr import code_of
from shop.rate_limits import limit
from shop.redirects import see_other

#: Ways in which the number of a return is shown at a counter.
_SHOWN = (Return.Method.DROP_OFF, Return.Method.STORE)
#: Steps taken and documents asked for from one address of the net in an hour.
MOST, HOUR = 120, 3600


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def step(request: HttpRequest, token: str, name: str = "items") -> HttpResponse:
    """A step of asking for a return; each keeps what was said, the last one asks."""
    if name not in wizard.STEPS:
        raise Http404
    order: Any = get_object_or_404(windows.readable(Order.objects.all()), token=token)
    known = _asked_before(request, order) if name == "confirm" else None
    if known is not None:
        return see_other(known)
    window = windows.of_order(order)
    if not window.has_some:
        return _nothing(request, order, window)
    state = wizard.read(request, order, window)
    first = wizard.missing(state, name)
    if first is not None:
        return redirect(wizard.url(order, first))
    if request.method == "POST":
        _limited(request)
    if name == "confirm":
        return _confirm(request, order, window, state)
    form = _form(request, order, window, state, name)
    if form.is_bound and form.is_valid():
        form.answer(state)  # type: ignore[attr-defined]
        if isinstance(form, ReasonsForm):
            wizard.add_photos(state, form.cleaned_data["photos"])
        wizard.keep(request, order, state)
        return see_other(wizard.url(order, wizard.next_step(name)))
    context = _context(order, window, name) | {"form": form, **_beside(order, state, name, form)}
    status = 422 if form.is_bound else 200
    return render(request, f"orders/returns/{name}.html", context, status=status)


@require_safe
@private_page
def show(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """How far a return is, and what can be done about it."""
    asked = _find(token, number)
    context = {
        "page": return_page.of_return(asked),
        "asked": asked,
        "order": asked.order,
        "form": SentForm() if asked.has_label else None,
        "code": code_of(asked.number) if asked.method in _SHOWN else None,
    }
    return render(request, "orders/returns/show.html", context)


@require_POST
@private_page
def cancel(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """Think better of it, before anything is sent."""
    asked = _find(token, number)
    _limited(request)
    try:
        requesting.cancel(return_id=asked.pk, reason=_("Canceled by the customer"))
    except ReturnNotAllowed:
        flash.error(request, _("That is not possible any more: the return has moved on."))
    else:
        flash.success(request, _("The return is called off. You keep your pieces."))
    return see_other(asked)


@require_POST
@private_page
def sent(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The pieces are on their way, with the number of the parcel if there is one."""
    asked = _find(token, number)
    _limited(request)
    form = SentForm(request.POST)
    if form.is_valid():
        try:
            requesting.mark_sent(return_id=asked.pk, **form.cleaned_data)
        except ReturnNotAllowed:
            flash.error(request, _("That is not possible any more: the return has moved on."))
        else:
            flash.success(request, _("Thank you. We write to you when it is here."))
    return see_other(asked)


@require_safe
@private_page
def label(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The label for the parcel and the slip to put inside, as PDF."""
    asked = _find(token, number)
    if not asked.has_label:
        raise Http404
    _limited(request)
    return pdf(return_label.draw(asked), f"{asked.number}.pdf")


def _form(
    request: HttpRequest, order: Any, window: windows.Window, state: State, name: str
) -> forms.Form:
    """The form of a step, filled in or as it was left."""
    data = request.POST if request.method == "POST" else None
    if name == "items":
        return ItemsForm(data, rows=window.lines, state=state)
    items = _chosen(order, state)
    if name == "reason":
        return ReasonsForm(
            data, request.FILES if data is not None else None, items=items, state=state
        )
    if name == "outcome":
        choices = exchange_choices.choices(order, items)
        return OutcomeForm(data, items=items, choices=choices, known=read_choices(), state=state)
    known = {name: state.get(name, "") for name in ("method", "note")}
    return MethodForm(data, initial=known)


def _beside(order: Any, state: State, name: str, form: Any) -> dict[str, Any]:
    """What a step shows beside its controls."""
    if name == "reason":
        return {"photos_kept": len(state.get("photos", []))}
    if name == "outcome":
        units = {item.pk: state["lines"][str(item.pk)]["quantity"] for item in form.items}
        due = worth.of_units(order, units)
        value = form["outcome"].value() or state.get("outcome") or ""
        return {
            "cards": wizard_page.outcome_cards(order, state, due, form, chosen=value),
            "preview": wizard_page.preview_lines(form.items, units, due.by_line),
        }
    if name == "method":
        value = form["method"].value() or state.get("method") or Return.Method.LABEL
        return {"cards": wizard_page.method_cards(value)}
    return {}


def _asked_before(request: HttpRequest, order: Order) -> Return | None:
    """What the first of two clicks on the last button has asked for; the session forgot it."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        return None
    return Return.objects.filter(order=order, key=key).first()


def _confirm(
    request: HttpRequest, order: Any, window: windows.Window, state: State
) -> HttpResponse:
    """All that was said, once more; posting asks for the return."""
    if request.method == "POST":
        try:
            asked = requesting.request(
                order_id=order.pk,
                lines=wizard.wanted(state),
                outcome=Return.Outcome(state["outcome"]),
                method=Return.Method(state["method"]),
                key=wizard.key(state),
                note=state.get("note", ""),
                photos=wizard.photos(state),
            )
        except (InventoryError, ExchangeRefused):
            flash.error(request, _("What you chose was just sold. Choose something else, please."))
            return see_other(wizard.url(order, "outcome"))
        except ReturnWindowOver:
            return _nothing(request, order, window)
        except OrdersError:
            flash.error(request, _("Some of it was sent back meanwhile. Choose again, please."))
            return see_other(wizard.url(order, "items"))
        wizard.forget(request, order)
        flash.success(request, _("Your return %(number)s is noted.") % {"number": asked.number})
        return see_other(asked)
    items = _chosen(order, state)
    context = _context(order, window, "confirm") | wizard_page.confirmation(order, items, state)
    context["key"] = state["key"]
    return render(request, "orders/returns/confirm.html", context)


def _context(order: Order, window: windows.Window, name: str) -> dict[str, Any]:
    return {
        "order": order,
        "window": window,
        "kept_back": [line for line in window.lines if line.refusal],
        **wizard.stepper(order, name),
    }


def _nothing(request: HttpRequest, order: Order, window: windows.Window) -> HttpResponse:
    """Nothing may come back now: it says why, and whom to ask."""
    context = {
        "order": order,
        "window": window,
        "kept_back": [line for line in window.lines if line.refusal],
        "days": settings.SHOP_RETURN_DAYS,
    }
    return render(request, "orders/returns/closed.html", context)


def _chosen(order: Any, state: State) -> Sequence[Any]:
    return [item for item in order.items.all() if str(item.pk) in state["lines"]]


def _find(token: str, number: str) -> Any:
    rows = Return.objects.select_related("order").prefetch_related(
        "items__item__variant", "items__exchange_variant", "status_changes", "photos__media"
    )
    return get_object_or_404(rows, order__token=token, number=number)


def _limited(request: HttpRequest) -> None:
    limit(request, "returns", most=MOST, seconds=HOUR, limited=_("Returns were asked for a lot."))
