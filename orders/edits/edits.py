"""Changing the lines of a placed order, before any of it is packed.

An edit is written down with the lines before and after it; the database lets lines change only in
a transaction that has done so. Units follow: an unpaid order holds what it has now, a paid one
sells what came and takes back what went. Less money goes back by ``order.reduced``, more is
awaited (:mod:`orders.edits.differences`), and until it is here nothing is packed.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import ProtectedError
from django.utils import timezone

from audit import recording
from catalog.models import Product, ProductVariant
from inventory import backorders, reservations, returns
from orders import lines
from orders.carts import cart as carts
from orders.edits import differences
from orders.edits.reckoning import EditedLine, Outcome, Wanted, outcome
from orders.errors import EditRefused
from orders.models import Order, OrderEdit, OrderEvent, OrderItem, Shipment
from orders.placed import announcements, status
from shop.conflicts import retried
from shop.money import format_money, share

Status = Order.Status
#: What an edit changes of a line.
_FIELDS = ("quantity", "backordered", "unit_price", "discount", "tax", "line_total", "price_trace")
#: Units that an edit puts into a paid order are held for a moment, then sold; in seconds.
_HOLD_SECONDS = 60


class Refusal(StrEnum):
    """Why lines cannot be changed, or not like this."""

    PACKED = "PACKED"
    ENDED = "ENDED"
    BEING_PAID = "BEING_PAID"
    LAPSED = "LAPSED"
    REFUNDED = "REFUNDED"
    UNCHANGED = "UNCHANGED"
    EMPTY = "EMPTY"
    NOT_FOR_SALE = "NOT_FOR_SALE"
    DIGITAL = "DIGITAL"
    TOO_MUCH = "TOO_MUCH"
    PACKED_ONCE = "PACKED_ONCE"
    OTHER_TOTAL = "OTHER_TOTAL"


def refusal_of(order: Any) -> Refusal | None:
    """Why nothing of ``order`` can be changed; None when something can. Up to four queries."""
    if order.status not in (Status.PENDING, Status.PAID):
        return Refusal.PACKED if order.status != Status.CANCELED else Refusal.ENDED
    if order.status == Status.PENDING and not order.is_payable:
        return Refusal.ENDED
    if any(parcel.status != Shipment.Status.CANCELED for parcel in order.shipments.all()):
        return Refusal.PACKED
    if differences.is_being_paid(order):
        return Refusal.BEING_PAID
    if differences.lapsed(order) is not None:
        return Refusal.LAPSED
    if any(_counts(made) for made in order.refunds.all()):
        return Refusal.REFUNDED
    return None


def _counts(refund: Any) -> bool:
    """Whether ``refund`` gives back some of what was ordered."""
    return refund.reason != "EDITED" and (refund.status != "FAILED" or refund.given > 0)


def preview(order: Any, wanted: Wanted) -> Outcome:
    """What the order would be. Raises :class:`EditRefused`; nothing is held or promised."""
    reason = refusal_of(order)
    if reason is not None:
        raise EditRefused(reason)
    found = outcome(order, wanted)
    _check(found)
    return found


@retried
def apply(
    *,
    order_id: UUID,
    wanted: Wanted,
    agreed_total: int,
    reason: str,
    key: UUID,
    actor_id: UUID | None = None,
) -> OrderEdit:
    """Give the order the ``wanted`` lines, once for each ``key``.

    ``agreed_total`` is what staff were shown, in minor units. Raises :class:`EditRefused` and
    :class:`~inventory.errors.OutOfStock`; then nothing is written. Locks the order, then stock.
    """
    with recording.batch():
        rows = Order.objects.select_related("pick_up_point").select_for_update(of=("self",))
        order = rows.get(pk=order_id)
        known: OrderEdit | None = order.edits.filter(key=key).first()
        if known is not None:
            return known
        found = preview(order, wanted)
        if found.total != agreed_total:
            raise EditRefused(Refusal.OTHER_TOTAL)
        due, given_back = settlement(order, found)
        edit: OrderEdit = OrderEdit.objects.create(
            order=order,
            key=key,
            actor_id=actor_id,
            reason=reason,
            before=_snapshot(order, [line.before for line in found.lines if line.before]),
            after=_snapshot(found, [line.item for line in found.lines if line.quantity]),
            difference=found.difference,
            due=due,
            given_back=given_back,
        )
        if order.status == Status.PAID:
            waiting = _follow_paid(order, found, actor_id)
        else:
            waiting = _follow_unpaid(order, found)
        _write_lines(found, waiting)
        _write_totals(order, found)
        note = f"{', '.join(changes_of(edit))}: {reason}"
        status.happened(order, OrderEvent.Kind.EDITED, actor_id=actor_id, note=note)
        announcements.announce(order, "edited", edit=str(edit.pk))
        if given_back:
            announcements.announce(
                order,
                "reduced",
                edit=str(edit.pk),
                lines=_given_back(found, given_back),
                shipping=0,
            )
        return edit


def settlement(order: Order, found: Outcome) -> tuple[int, int]:
    """What the customer has to pay after the edit, and what goes back; minor units. One query.

    A paid order may still wait for what an edit before this one made it dearer by.
    """
    if order.status == Status.PENDING:
        return 0, max(0, order.credit_applied - found.total)
    awaited = differences.awaited(order)
    balance = (awaited.due if awaited else 0) + found.difference
    return max(0, balance), max(0, -balance)


def changes_of(edit: OrderEdit) -> list[str]:
    """What came and what went, line by line: "+1 × Linen shirt"."""
    before = {row["sku"]: row for row in edit.before["lines"]}
    after = {row["sku"]: row for row in edit.after["lines"]}
    found = []
    for sku, row in {**before, **after}.items():
        units = after.get(sku, {"quantity": 0})["quantity"]
        units -= before.get(sku, {"quantity": 0})["quantity"]
        if units:
            sign = "+" if units > 0 else "−"
            found.append(f"{sign}{abs(units)} × {row['title']}")
    return found


def _check(found: Outcome) -> None:
    if not found.changed:
        raise EditRefused(Refusal.UNCHANGED)
    if not found.units:
        raise EditRefused(Refusal.EMPTY)
    if any(line.quantity < 0 for line in found.lines):
        raise EditRefused(Refusal.UNCHANGED)
    variants = _variants(found)
    if any(
        line.item.is_digital or variants[line.item.variant_id].product.is_gift_card
        for line in found.changed
    ):
        raise EditRefused(Refusal.DIGITAL)
    if any(
        line.units > 0 and not carts.is_for_sale(variants[line.item.variant_id])
        for line in found.changed
    ):
        raise EditRefused(Refusal.NOT_FOR_SALE)
    grows = any(line.units > 0 for line in found.changed)
    if grows and (
        found.units > settings.ORDER_QUANTITY_MAX or found.subtotal > settings.ORDER_SUBTOTAL_MAX
    ):
        raise EditRefused(Refusal.TOO_MUCH)


def _variants(found: Outcome) -> dict[UUID, ProductVariant]:
    rows = ProductVariant.all_objects.select_related("product")
    return rows.in_bulk([line.item.variant_id for line in found.changed])


def _follow_unpaid(order: Order, found: Outcome) -> dict[UUID, int]:
    """Hold what the order has now; returns the units that are not there, by variant."""
    reservations.release_order(order.pk)
    wanted = {line.item.variant_id: line.quantity for line in found.lines if line.quantity}
    held = _hold(order, wanted, seconds=None)
    return {key: units - held.get(key, 0) for key, units in wanted.items()}


def _follow_paid(order: Order, found: Outcome, actor_id: UUID | None) -> dict[UUID, int]:
    """Sell what came and take back what went; returns what is back-ordered of changed lines."""
    taken_out = {line.item.variant_id: -line.units for line in found.lines if line.units < 0}
    waiting = Counter(
        {line.item.variant_id: line.before.backordered for line in found.lines if line.before}
    )
    fewer = backorders.wait_less(order.pk, taken_out)
    back = {}
    for variant_id, units in taken_out.items():
        # Before its back-order was noted, the line knows what it waits for.
        less = fewer[variant_id] or (0 if variant_id in fewer else min(waiting[variant_id], units))
        waiting[variant_id] -= less
        back[variant_id] = units - less
    returns.take_back(order_id=order.pk, note=order.number, quantities=back, actor_id=actor_id)
    put_in = {line.item.variant_id: line.units for line in found.lines if line.units > 0}
    if put_in:
        held = _hold(order, put_in, seconds=_HOLD_SECONDS)
        reservations.commit_order(order.pk)
        short = {key: units - held.get(key, 0) for key, units in put_in.items()}
        short = {key: units for key, units in short.items() if units}
        backorders.wait_more(order.pk, short)
        waiting.update(short)
    return dict(waiting)


def _hold(order: Order, quantities: Mapping[UUID, int], *, seconds: int | None) -> dict[UUID, int]:
    """Hold units for the order, until it must be paid unless ``seconds`` are given."""
    short = ProductVariant.objects.filter(
        pk__in=quantities, product__inventory_policy=Product.InventoryPolicy.CONTINUE
    )
    until = timezone.now() + timedelta(seconds=seconds) if seconds else order.payment_due_at
    return reservations.hold(
        owner=f"order:{order.pk}",
        quantities=quantities,
        until=until,
        order_id=order.pk,
        first_at=order.pick_up_point.location_id if order.pick_up_point else None,
        may_fall_short=list(short.values_list("pk", flat=True)),
    )


def _write_lines(found: Outcome, waiting: Mapping[UUID, int]) -> None:
    for line in found.lines:
        line.item.backordered = min(waiting.get(line.item.variant_id, 0), line.quantity)
    kept = [line.item for line in found.lines if line.before and line.quantity]
    OrderItem.objects.bulk_update(kept, _FIELDS)
    fresh = [line.item for line in found.lines if line.before is None]
    pictures = lines.pictures(_of_items(fresh)) if fresh else {}
    for item in fresh:
        picture = pictures.get(item.variant_id)
        item.picture = picture.path if picture else ""
    OrderItem.objects.bulk_create(fresh)
    gone = [line.item.pk for line in found.lines if not line.quantity]
    try:
        OrderItem.objects.filter(pk__in=gone).delete()
    except ProtectedError as error:
        raise EditRefused(Refusal.PACKED_ONCE) from error


def _of_items(items: list[OrderItem]) -> list[ProductVariant]:
    return [item.variant for item in items]


def _write_totals(order: Order, found: Outcome) -> None:
    for name in ("subtotal", "discount", "tax", "included_tax", "total"):
        setattr(order, name, getattr(found, name))
    order.price_trace = found.trace
    order.save()


def _snapshot(sums: Order | Outcome, items: list[OrderItem]) -> dict[str, Any]:
    """Lines and sums as they are kept with the edit; amounts in minor units."""
    names = ("subtotal", "discount", "tax", "included_tax", "total")
    return {name: getattr(sums, name) for name in names} | {
        "lines": [
            {
                "item": str(item.pk),
                "sku": item.sku,
                "title": item.title,
                "quantity": item.quantity,
                "unit_price": item.unit_price,
                "discount": item.discount,
                "total": item.line_total,
            }
            for item in items
        ]
    }


def _given_back(found: Outcome, amount: int) -> dict[str, list[int]]:
    """Units and amount of each line that shrank; together they are ``amount`` minor units."""
    shrunk = [line for line in found.changed if line.units < 0 and line.change]
    weights = [_worth(line) for line in shrunk]
    parts = share(amount, weights if any(weights) else [1] * len(shrunk))
    return {
        str(line.item.pk): [-line.units, part] for line, part in zip(shrunk, parts, strict=True)
    }


def _worth(line: EditedLine) -> int:
    return line.change.total + line.change.tax if line.change else 0


def words_of(amount: int, currency: str) -> str:
    """A difference with its sign: "+5.00 €"."""
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    return f"{sign}{format_money(abs(amount), currency)}"
