"""Asking to send something back, and thinking better of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from audit import recording
from catalog.pictures.uploads import Upload, store
from inventory import reservations
from orders.errors import (
    NothingToReturn,
    ReturnNotAllowed,
    ReturnWindowOver,
    TooManyReturned,
)
from orders.models import Order, Return, ReturnItem, ReturnPhoto
from orders.returns import exchange_choices, history, windows
from shop.conflicts import retried

Status, Outcome, Method = Return.Status, Return.Outcome, Return.Method
#: Photos that a customer may add.
MOST_PHOTOS = 4


@dataclass(frozen=True)
class Wanted:
    """Units of a line that come back: why, in which words, and for what they are exchanged."""

    quantity: int
    reason: str = ""
    comment: str = ""
    variant_id: UUID | None = None


@retried
def request(
    *,
    order_id: UUID,
    lines: Mapping[UUID, Wanted],
    outcome: Return.Outcome,
    method: Return.Method = Method.LABEL,
    key: UUID,
    note: str = "",
    photos: Sequence[Upload] = (),
    is_withdrawal: bool = False,
    is_goodwill: bool = False,
    approves: bool | None = None,
    actor_id: UUID | None = None,
) -> Return:
    """Ask to send ``lines`` (by order line) back; what is exchanged is held from now on.

    The same ``key`` again returns what was asked for before. ``approves`` overrides
    RETURNS_APPROVED_AT_ONCE; a withdrawal needs nobody's approval. Goodwill knows no window, and
    whether a withdrawal is in time is for its caller to say: the day it was declared counts.
    Raises :class:`ReturnWindowOver`, :class:`NothingToReturn`, :class:`TooManyReturned`,
    :class:`ExchangeRefused` and :class:`~inventory.errors.OutOfStock`; then nothing is written.
    Locks the order, then stock.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        known = Return.objects.filter(key=key, order=order).first()
        if known is not None:
            return known
        (read,) = windows.readable(Order.objects.filter(pk=order_id))
        window = windows.of_order(read, is_withdrawal=is_withdrawal)
        if not (window.is_open or is_withdrawal or is_goodwill):
            raise ReturnWindowOver(window.until)
        wanted = {item_id: row for item_id, row in lines.items() if row.quantity > 0}
        if not wanted:
            raise NothingToReturn
        if any(row.quantity > window.left.get(item_id, 0) for item_id, row in wanted.items()):
            raise TooManyReturned(window.left)
        items = {line.item.pk: line.item for line in window.lines}
        days = settings.SHOP_WITHDRAWAL_DAYS if is_withdrawal else settings.RETURN_OPEN_DAYS
        asked = Return(
            order=order,
            key=key,
            outcome=outcome,
            method=method,
            is_withdrawal=is_withdrawal,
            send_by=timezone.localdate() + timedelta(days=days),
            customer_note=note,
        )
        if outcome == Outcome.EXCHANGE:
            _refuse_exchange(order, items, wanted)
        asked.save()
        ReturnItem.objects.bulk_create(_items(asked, wanted))
        _keep_photos(asked, photos)
        if outcome == Outcome.EXCHANGE:
            hold(asked, _exchanged(wanted))
        history.emit(asked, "requested")
        if is_withdrawal or (settings.RETURNS_APPROVED_AT_ONCE if approves is None else approves):
            history.move(asked, Status.APPROVED, actor_id=actor_id)
        history.write_to_customer(asked, "requested")
        return asked


@retried
def mark_sent(*, return_id: UUID, carrier: str, tracking_number: str) -> Return:
    """The customer says that the pieces are on their way; again it changes the way.

    Raises :class:`ReturnNotAllowed` unless they may be sent.
    """
    with recording.batch():
        _order, asked = history.locked(return_id)
        if asked.status != Status.APPROVED:
            raise ReturnNotAllowed(asked, Status.RECEIVED)
        asked.carrier, asked.tracking_number = carrier, tracking_number.strip()
        asked.sent_at = asked.sent_at or timezone.now()
        asked.save(update_fields=["carrier", "tracking_number", "sent_at"])
        return asked


@retried
def cancel(
    *, return_id: UUID, reason: str, actor_id: UUID | None = None, tells: bool = False
) -> Return:
    """Call the return off before anything is sent; what was held for it is free again.

    Canceling twice changes nothing. Raises :class:`ReturnNotAllowed` afterwards. Locks the order,
    the return, then stock.
    """
    with recording.batch():
        _order, asked = history.locked(return_id)
        if asked.status == Status.CANCELED:
            return asked
        if not asked.is_cancelable:
            raise ReturnNotAllowed(asked, Status.CANCELED)
        history.move(asked, Status.CANCELED, actor_id=actor_id, reason=reason)
        reservations.release_checkout(asked.owner)
        if tells:
            history.write_to_customer(asked, "canceled")
        return asked


def hold(asked: Return, quantities: Mapping[UUID, int]) -> datetime:
    """Keep ``quantities`` (units by variant) for an exchange; until when.

    Raises :class:`~inventory.errors.OutOfStock`.
    """
    day = timezone.localdate() + timedelta(days=settings.EXCHANGE_HOLD_DAYS + 1)
    until = timezone.make_aware(datetime.combine(day, time.min))
    reservations.hold(owner=asked.owner, quantities=quantities, until=until)
    return until


def _refuse_exchange(
    order: Order, items: Mapping[UUID, Any], wanted: Mapping[UUID, Wanted]
) -> None:
    picked = {items[item_id]: row.variant_id for item_id, row in wanted.items() if row.variant_id}
    if len(picked) < len(wanted):
        raise NothingToReturn
    exchange_choices.chosen(order, picked)


def _items(asked: Return, wanted: Mapping[UUID, Wanted]) -> list[ReturnItem]:
    """In key order: the database locks each line."""
    is_exchange = asked.outcome == Outcome.EXCHANGE
    return [
        ReturnItem(
            request=asked,
            item_id=item_id,
            quantity=row.quantity,
            reason=row.reason,
            comment=row.comment,
            exchange_variant_id=row.variant_id if is_exchange else None,
        )
        for item_id, row in sorted(wanted.items())
    ]


def _exchanged(wanted: Mapping[UUID, Wanted]) -> dict[UUID, int]:
    units: dict[UUID, int] = {}
    for row in wanted.values():
        if row.variant_id:
            units[row.variant_id] = units.get(row.variant_id, 0) + row.quantity
    return units


def _keep_photos(asked: Return, photos: Sequence[Upload], *, by_staff: bool = False) -> None:
    alt_text = gettext("Photo of return %(number)s") % {"number": asked.number}
    for photo in photos[:MOST_PHOTOS]:
        media = store(photo, alt_text=alt_text)
        ReturnPhoto.objects.get_or_create(
            request=asked, media=media, defaults={"by_staff": by_staff}
        )


def add_staff_photos(asked: Return, photos: Sequence[Upload]) -> None:
    """Keep what staff photographed, in the caller's transaction."""
    _keep_photos(asked, photos, by_staff=True)
