"""What the steps of asking for a return show beside their controls."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.products.choices import read_choices
from orders import lines
from orders.models import Return, ReturnItem
from orders.returns import exchange_choices, return_page, worth
from orders.returns.exchange_choices import Choice
from orders.returns.return_page import Line, line_of
from orders.returns.worth import Worth
from shop.money import format_money

Outcome, Method = Return.Outcome, Return.Method

_METHODS = {
    Method.LABEL: (
        gettext_lazy("Print a label"),
        gettext_lazy("Stick it on the parcel and hand it in anywhere."),
        "box",
    ),
    Method.DROP_OFF: (
        gettext_lazy("Without a printer"),
        gettext_lazy("Write the number of the return on the parcel and hand it in."),
        "pin",
    ),
    Method.PICK_UP: (
        gettext_lazy("Have it collected"),
        gettext_lazy("The carrier rings at your address within two working days."),
        "truck",
    ),
    Method.STORE: (
        gettext_lazy("Bring it to us"),
        gettext_lazy("To our counter, during its hours."),
        "scissors",
    ),
}


def outcome_cards(
    order: Any, state: Mapping[str, Any], due: Worth, form: Any, *, chosen: str
) -> list[dict[str, Any]]:
    """Exchange first, where there is something to choose; then money, then store credit."""
    amount = format_money(due.total, order.currency)
    reasons = {row.get("reason") for row in state["lines"].values()}
    fits = reasons & {ReturnItem.Reason.TOO_SMALL, ReturnItem.Reason.TOO_LARGE}
    cards = []
    if form.can_exchange:
        kept = _("We keep it for you from the moment you ask.")
        cards.append(_card(Outcome.EXCHANGE, _("Another size or color"), kept, "ruler"))
    back = _("%(amount)s, the way you paid, within 14 days of our having it.")
    cards.append(_card(Outcome.REFUND, _("Money back"), back % {"amount": amount}, "card"))
    credit = _("%(amount)s to spend in the shop as soon as we have it.") % {"amount": amount}
    credit = return_page.with_account(credit, order)
    cards.append(_card(Outcome.STORE_CREDIT, _("Store credit"), credit, "heart"))
    usual = cards[0]["value"] if fits else Outcome.REFUND
    for card in cards:
        card["selected"] = card["value"] == (chosen or usual)
    return cards


def method_cards(chosen: str) -> list[dict[str, Any]]:
    """The ways that the shop offers."""
    return [
        _card(name, *map(str, _METHODS[Method(name)])) | {"selected": name == chosen}
        for name in settings.RETURN_METHODS
    ]


def preview_lines(
    items: Iterable[Any], units: Mapping[UUID, int], amounts: Mapping[UUID, int]
) -> list[Line]:
    """What each line is worth when it comes back."""
    choices = read_choices()
    return [
        line_of(item, units[item.pk], choices, amount=amounts.get(item.pk, 0)) for item in items
    ]


def confirmation(order: Any, items: Sequence[Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """Context of the last step: all that was said, and what goes back."""
    units = {item.pk: state["lines"][str(item.pk)]["quantity"] for item in items}
    said = {item.pk: state["lines"][str(item.pk)] for item in items}
    is_exchange = state["outcome"] == Outcome.EXCHANGE
    picked = _picked(order, items, said) if is_exchange else {}
    if is_exchange:
        is_whole = len(picked) == len(items)
        due = worth.of_exchange(order, units, picked) if is_whole else Worth(order, {}, {})
    else:
        due = worth.of_units(order, units)
    choices = read_choices()
    shown = [
        line_of(
            item,
            units[item.pk],
            choices,
            amount=due.by_line.get(item.pk, 0),
            reason=str(ReturnItem.Reason(said[item.pk]["reason"]).label),
            comment=said[item.pk].get("comment", ""),
            instead=(
                lines.choice(picked[item.pk].variant.option_values, choices)
                if item.pk in picked
                else ""
            ),
        )
        for item in items
    ]
    return {
        "lines": shown,
        "due": due,
        "outcome": Outcome(state["outcome"]),
        "is_exchange": is_exchange,
        "method": Method(state["method"]),
        "note": state.get("note", ""),
        "photos_kept": len(state.get("photos", [])),
        "hold_days": settings.EXCHANGE_HOLD_DAYS,
        "send_by": timezone.localdate() + timedelta(days=settings.RETURN_OPEN_DAYS),
    }


def _picked(order: Any, items: Sequence[Any], said: Mapping[UUID, Any]) -> dict[UUID, Choice]:
    """What was chosen instead of each item, as far as it is still a choice."""
    options = exchange_choices.choices(order, items)
    picked = {}
    for item in items:
        for choice in options[item.pk]:
            if str(choice.variant.pk) == said[item.pk].get("variant"):
                picked[item.pk] = choice
    return picked


def _card(value: Any, title: str, note: str, icon: str) -> dict[str, Any]:
    return {
        "value": str(value),
        "title": title,
        "note": note,
        "price": None,
        "currency": "",
        "icon": icon,
        "selected": False,
    }
