"""Credit notes over what was really given back, which need not be what units are worth."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from audit import recording
from orders.documents.invoices import credited_of, issue_invoice, store
from orders.errors import NothingToCredit
from orders.models import Invoice, InvoiceKind, Order
from shop.conflicts import retried
from shop.money import share

#: Parts of a line that a share of it takes along.
_PARTS = ("tax", "discount")


@retried
def issue(
    order_id: UUID,
    *,
    lines: Mapping[UUID, tuple[int, int]],
    shipping: int = 0,
    reason: str = "",
) -> Invoice:
    """Take back of the order's invoice, which is issued first if there is none.

    ``lines`` are units and amount by order line. Amounts, and ``shipping``, are in minor units
    and what the customer got, tax included whatever the prices are. Tax and discount follow the
    amount: the notes of a line never add up to more than the line. Raises
    :class:`NothingToCredit` for more than is left of it. Locks the order, last the series.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        issue_invoice(order_id)
        invoice, credited = credited_of(order)
        if invoice is None:
            raise NothingToCredit
        content = _content(invoice.content, credited, lines, shipping)
        content |= {"reason": reason, "corrects": invoice.number}
        return store(order, InvoiceKind.CREDIT_NOTE, content, content["total"], corrects=invoice)


def _content(
    content: dict[str, Any],
    credited: list[dict[str, Any]],
    lines: Mapping[UUID, tuple[int, int]],
    shipping: int,
) -> dict[str, Any]:
    """The invoice's content with only what is taken back now."""
    is_on_top = not content["prices_include_tax"]
    known = {line["item"]: line for line in content["lines"]}
    rows = []
    for item_id, (quantity, amount) in lines.items():
        if str(item_id) not in known:
            raise NothingToCredit
        before = [
            line for note in credited for line in note["lines"] if line["item"] == str(item_id)
        ]
        rows.append(_line(known[str(item_id)], before, quantity, amount, is_on_top=is_on_top))
    delivery = _line(
        _delivery_line(content),
        [_delivery_line(note) for note in credited],
        1,
        shipping,
        is_on_top=is_on_top,
    )
    goods, discount = _sum(rows, "total"), _sum(rows, "discount")
    tax = _sum(rows, "tax") + delivery["tax"]
    total = goods + delivery["total"] + (tax if is_on_top else 0)
    if not total:
        raise NothingToCredit
    return content | {
        "lines": rows,
        "subtotal": goods + discount,
        "discount": discount,
        "shipping": delivery["total"],
        "shipping_tax": delivery["tax"],
        "tax": tax,
        "total": total,
    }


def _line(
    line: dict[str, Any],
    before: list[dict[str, Any]],
    quantity: int,
    amount: int,
    *,
    is_on_top: bool,
) -> dict[str, Any]:
    """``amount`` of a line, with its share of tax and discount reckoned on all so far."""
    tax_beside = line["tax"] if is_on_top else 0
    whole = line["total"] + tax_beside
    gone = _sum(before, "total") + (_sum(before, "tax") if is_on_top else 0)
    if not 0 <= amount <= whole - gone:
        raise NothingToCredit
    weights = [gone + amount, whole - gone - amount]
    parts = {
        name: max(0, share(line[name], weights)[0] - _sum(before, name)) if whole else 0
        for name in _PARTS
    }
    parts["tax"] = min(parts["tax"], amount)
    total = amount - (parts["tax"] if is_on_top else 0)
    return line | parts | {"quantity": quantity, "total": total}


def _delivery_line(content: dict[str, Any]) -> dict[str, Any]:
    """Delivery of an invoice or a credit note as if it were a line."""
    return {"total": content["shipping"], "tax": content["shipping_tax"], "discount": 0}


def _sum(rows: list[dict[str, Any]], name: str) -> int:
    return sum(row[name] for row in rows)
