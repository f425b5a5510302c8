"""What the pages of a return show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import formats
from django.utils.translation import gettext as _

from catalog.products.choices import Choices, read_choices
from orders import lines
from orders.models import Order, OrderItem, Return, ReturnItem
from orders.returns.preview import preview
from orders.returns.worth import Worth
from shop.money import format_money

Status, Outcome = Return.Status, Return.Outcome


@dataclass(frozen=True)
class Line:
    """A line that comes back; ``amount`` in minor units, ``instead`` what is taken for it."""

    title: str
    choice: str
    picture: str
    quantity: int
    amount: int
    reason: str = ""
    comment: str = ""
    instead: str = ""
    verdict: str = ""


def line_of(item: OrderItem, units: int, choices: Choices, *, amount: int = 0, **said: str) -> Line:
    """``units`` of what was ordered; ``said`` are further fields of the line."""
    return Line(
        title=item.title,
        choice=lines.choice(item.option_values, choices),
        picture=picture_of(item),
        quantity=units,
        amount=amount,
        **said,
    )


@dataclass(frozen=True)
class ReturnPage:
    """See ``templates/orders/returns/show.html``; amounts in minor units."""

    words: str
    timeline: list[dict[str, Any]]
    lines: list[Line]
    goods: int
    shipping: int
    photos: list[str]
    is_final: bool

    @property
    def total(self) -> int:
        return self.goods + self.shipping


def of_return(asked: Any) -> ReturnPage:
    """The page of a return that was read with its order, lines and steps."""
    is_settled = asked.status == Status.SETTLED
    due = Worth(asked.order, {}, {}) if not asked.is_open else preview(asked)
    amounts = {row.item_id: row.amount for row in asked.items.all()} if is_settled else due.by_line
    return ReturnPage(
        words=words_of(asked),
        timeline=timeline(asked),
        lines=_lines(asked, amounts),
        goods=asked.goods_amount if is_settled else due.goods,
        shipping=asked.shipping_amount if is_settled else due.shipping,
        photos=[photo.media.fallback_url(320) for photo in asked.photos.all()],
        is_final=not asked.is_open,
    )


def words_of(asked: Return) -> str:
    """How far it is, in a sentence."""
    match asked.status:
        case Status.REQUESTED:
            return _("We look at it and write to you; please wait with sending it.")
        case Status.APPROVED if asked.sent_at:
            return _("On its way to us.")
        case Status.APPROVED if asked.is_brought:
            facts = {"day": formats.date_format(asked.send_by), "address": settings.SHOP_ADDRESS}
            return _("Please bring it to us by %(day)s: %(address)s.") % facts
        case Status.APPROVED:
            return _("We wait for your parcel.")
        case Status.RECEIVED:
            return _("It is here. We look at it next.")
        case Status.INSPECTED:
            return _("We looked at it, and settle it now.")
        case Status.REJECTED:
            return _("We could not take it back.")
        case Status.CANCELED:
            return _("Called off.")
    return _settled_words(asked)


def timeline(asked: Any) -> list[dict[str, Any]]:
    """The return's life for ``timeline.html``: what was, what is, what comes."""
    done = [
        {"name": row.get_to_status_display(), "state": "done", "at": row.created_at, "note": ""}
        for row in asked.status_changes.all()
    ]
    if asked.sent_at:
        sent = {"name": _("On its way to us"), "state": "done", "at": asked.sent_at, "note": ""}
        done = sorted([*done, sent], key=lambda step: step["at"])
    if asked.status in Return.VOID:
        done[-1] |= {"state": "problem", "note": asked.answer}
        return done
    if asked.status == Status.SETTLED:
        return done
    done[-1]["state"] = "current"
    order = [Status.REQUESTED, Status.APPROVED, Status.RECEIVED, Status.INSPECTED, Status.SETTLED]
    later = order[order.index(Status(asked.status)) + 1 :]
    return [*done, *({"name": status.label, "state": "future", "at": None} for status in later)]


def step(asked: Any) -> dict[str, Any]:
    """A return as a step of its order's life."""
    facts = {"number": asked.number, "status": asked.get_status_display()}
    times = (asked.settled_at, asked.ended_at, asked.inspected_at, asked.received_at, asked.sent_at)
    return {
        "name": _("Return %(number)s: %(status)s") % facts,
        "state": "problem" if asked.status == Status.REJECTED else "done",
        "at": next(filter(None, times), asked.created_at),
        "icon": "return",
    }


def short(asked: Any) -> dict[str, Any]:
    """A return as the page of its order lists it."""
    return {
        "number": asked.number,
        "url": asked.get_absolute_url(),
        "words": words_of(asked),
        "status": asked.get_status_display(),
        "kind": "ok" if asked.status == Status.SETTLED else "" if not asked.is_open else "info",
        "is_withdrawal": asked.is_withdrawal,
    }


def _settled_words(asked: Return) -> str:
    total = asked.goods_amount + asked.shipping_amount
    amount = format_money(total, asked.order.currency)
    if asked.exchange_order_id:
        said = _("Done. Your exchange is being packed.")
        if not total:
            return said
        return said + " " + _("%(amount)s goes back to you.") % {"amount": amount}
    if asked.outcome == Outcome.STORE_CREDIT:
        said = _("Done. %(amount)s is yours as store credit.") % {"amount": amount}
        return with_account(said, asked.order)
    return _("Done. %(amount)s goes back the way you paid.") % {"amount": amount}


def with_account(said: str, order: Order) -> str:
    """What is ``said`` of store credit; a guest needs an account to spend it."""
    if order.customer_id is not None:
        return said
    return said + " " + _("You spend it with an account for %(email)s.") % {"email": order.email}


def _lines(asked: Any, amounts: Mapping[UUID, int]) -> list[Line]:
    choices = read_choices()
    return [
        line_of(
            row.item,
            row.quantity,
            choices,
            amount=amounts.get(row.item_id, 0),
            reason=str(row.get_reason_display()),
            comment=row.comment,
            instead=(
                lines.choice(row.exchange_variant.option_values, choices)
                if row.exchange_variant
                else ""
            ),
            verdict=_verdict(row),
        )
        for row in asked.items.all()
    ]


def _verdict(row: ReturnItem) -> str:
    if not row.rejected:
        return ""
    facts = {"accepted": row.accepted, "quantity": row.quantity}
    return _("%(accepted)d of %(quantity)d accepted") % facts


def picture_of(item: Any) -> str:
    """Address of the picture of an order line; empty without one."""
    return default_storage.url(item.picture) if item.picture else ""
