"""What the letters about an order say."""

from collections import Counter
from collections.abc import Iterable
from email.mime.image import MIMEImage
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from orders import lines, shown_lines, summary
from orders.edits import differences, edits
from orders.mailing import mail_pictures, return_letters
from orders.models import (
    Order,
    OrderAddress,
    OrderEdit,
    OrderItem,
    OrderMail,
    Shipment,
    ShipmentItem,
)
from orders.placed import addresses, order_page, refund_words
from shop import mail

Kind = OrderMail.Kind

#: Lines that show a picture; a letter with dozens would be refused for its size.
MOST_PICTURES = 8
_PAGES = ("withdrawal", "terms", "returns")


def compose(letter: OrderMail) -> EmailMultiAlternatives:
    """The letter as it is true now, in the language in which the order was placed.

    Its Message-ID is that of the row: sent twice, it is one letter to a mail program.
    """
    order = letter.order
    items = list(order.items.all())
    with translation.override(order.language or settings.LANGUAGE_CODE):
        context = _order(order) | _lines(order, items) | _occasion(letter, items)
        made = mail.compose(
            template=f"order_{letter.kind.lower()}",
            to=order.email,
            subject=_subject(letter, is_part=bool(context.get("coming"))),
            context=context | {"summary": summary.of_order(order, items)},
        )
    made.extra_headers["Message-ID"] = f"<order-mail-{letter.pk}@{_domain()}>"
    made.mixed_subtype = "related"
    for picture in context["pictures"]:
        made.attach(picture)
    if letter.kind == Kind.RETURN and (label := return_letters.label(letter)):
        made.attach(label)
    return made


def _subject(letter: OrderMail, *, is_part: bool) -> str:
    if letter.kind == Kind.RETURN:
        return return_letters.subject(letter)
    words = {
        Kind.PLACED: _("Your order %(number)s"),
        Kind.PAID: _("We have your payment for order %(number)s"),
        Kind.SHIPPED: _("Order %(number)s is on its way"),
        Kind.DELIVERED: _("Order %(number)s has arrived"),
        Kind.CANCELED: _("Order %(number)s was canceled"),
        Kind.TO_PAY: _("Your order %(number)s, ready to be paid"),
        Kind.EDITED: _("Order %(number)s was changed"),
        Kind.REFUNDED: _("Your money for order %(number)s is on its way back"),
    }
    if letter.is_reminder:
        words[Kind.TO_PAY] = _("Your order %(number)s waits for your payment")
    if letter.is_lapse:
        words[Kind.TO_PAY] = _("Your order %(number)s has to be paid again")
    if letter.order.is_pick_up:
        words |= _collecting(is_part=is_part)
    elif is_part:
        words[Kind.SHIPPED] = _("A part of order %(number)s is on its way")
        words[Kind.DELIVERED] = _("A part of order %(number)s has arrived")
    return words[Kind(letter.kind)] % {"number": letter.order.number}


def _collecting(*, is_part: bool) -> dict[Kind, str]:
    """Subjects about an order that is collected, or a part of it."""
    if is_part:
        return {
            Kind.SHIPPED: _("A part of order %(number)s is ready to collect"),
            Kind.DELIVERED: _("You have collected a part of order %(number)s"),
        }
    return {
        Kind.SHIPPED: _("Order %(number)s is ready to collect"),
        Kind.DELIVERED: _("You have collected order %(number)s"),
    }


def _order(order: Order) -> dict[str, Any]:
    shipping = addresses.newest(order.addresses.all()).get(OrderAddress.Type.SHIPPING)
    return {
        "order": order,
        "is_paid": order.paid_at is not None,
        "awaited": order_page.awaited_of(order),
        "track_url": urljoin(settings.SHOP_URL, reverse("orders:order", args=[order.token])),
        "address": shipping.lines if shipping else [],
        "collected_at": order.pick_up_address,
        "pages": {
            name: urljoin(settings.SHOP_URL, reverse("pages:page", args=[name])) for name in _PAGES
        },
        "return_days": settings.SHOP_RETURN_DAYS,
    }


def _lines(order: Order, items: list[OrderItem]) -> dict[str, Any]:
    """The lines for a letter, whether one of them waits, and the pictures that travel along."""
    pictures: dict[UUID, MIMEImage] = {}
    for item in items[:MOST_PICTURES]:
        picture = mail_pictures.attachment(item.picture, f"line-{item.pk.hex}")
        if picture is not None:
            pictures[item.pk] = picture
    shown = shown_lines.order_lines(order, items)
    return {
        "lines": [
            {
                "title": line.title,
                "variant": line.variant,
                "quantity": line.quantity,
                "amount": line.price.current,
                "ships_on": line.stock.ships_on if line.stock else None,
                "cid": f"line-{item.pk.hex}" if item.pk in pictures else "",
            }
            for item, line in zip(items, shown, strict=True)
        ],
        "waits": any(line.stock for line in shown),
        "pictures": list(pictures.values()),
    }


def _occasion(letter: OrderMail, items: list[OrderItem]) -> dict[str, Any]:
    """What only this kind of letter tells."""
    if letter.kind == Kind.RETURN:
        return return_letters.context(letter)
    if letter.kind in (Kind.TO_PAY, Kind.EDITED):
        return _to_pay(letter)
    if letter.kind == Kind.REFUNDED:
        return _refund(letter)
    if letter.kind in (Kind.SHIPPED, Kind.DELIVERED):
        return _parcel(letter, items)
    return {}


def _to_pay(letter: OrderMail) -> dict[str, Any]:
    """What is to be paid now and where; of an edit also what it changed."""
    order = letter.order
    edit_id = letter.facts.get("edit")
    edit = OrderEdit.objects.get(pk=edit_id) if edit_id else None
    awaited = differences.awaited(order)
    lapsed = differences.lapsed(order)
    due = max(0, order.total - order.credit_applied) if order.is_payable else 0
    if lapsed is not None:
        due = lapsed.lapsed_amount
    return {
        "is_reminder": letter.is_reminder,
        "due": awaited.due if awaited and lapsed is None else due,
        "has_lapsed": lapsed is not None,
        "pay_url": urljoin(settings.SHOP_URL, reverse("payments:order", args=[order.token])),
        "changes": edits.changes_of(edit) if edit else [],
        "given_back": edit.given_back if edit else 0,
    }


def _refund(letter: OrderMail) -> dict[str, Any]:
    """How much goes back, by which way, and when it is there."""
    order: Any = letter.order
    refunds = order.refunds.prefetch_related("parts__payment")
    refund = refunds.filter(pk=letter.facts.get("refund")).first()
    return {
        "refunded": letter.facts["amount"],
        "ways": refund_words.ways_of(refund, names_card=True) if refund else [],
        "arrives": refund_words.arrival(refund) if refund else "",
    }


def _parcel(letter: OrderMail, items: list[OrderItem]) -> dict[str, Any]:
    """What is in the parcel, and what is still to come."""
    parcel = Shipment.objects.get(pk=letter.facts["shipment"], order=letter.order)
    inside = Counter(dict(parcel.items.values_list("item_id", "quantity")))
    gone = Counter[UUID]()
    status = Shipment.Status
    sent = (
        [status.DELIVERED] if letter.kind == Kind.DELIVERED else [status.SHIPPED, status.DELIVERED]
    )
    rows = ShipmentItem.objects.filter(
        shipment__order=letter.order, shipment__status__in=sent
    ).values_list("item_id", "quantity")
    for item_id, units in rows:
        gone[item_id] += units
    coming = {item.pk: item.quantity - gone[item.pk] for item in items}
    return {
        "parcel": parcel,
        "parcel_name": str(parcel),
        "point": letter.order.pick_up_point,
        "expected": summary.arrival(parcel.estimated_delivery, parcel.estimated_delivery)
        or summary.arrival(letter.order.delivery_from, letter.order.delivery_until),
        "inside": _units(items, inside),
        "coming": _units(items, coming),
    }


def _units(items: Iterable[OrderItem], units: "Counter[UUID] | dict[UUID, int]") -> list[str]:
    """ "2 × Linen shirt, Sage, M" for each line that has units."""
    return [f"{units[item.pk]} × {lines.title(item)}" for item in items if units[item.pk] > 0]


def _domain() -> str:
    return settings.SHOP_EMAIL.rpartition("@")[2] or "localhost"
