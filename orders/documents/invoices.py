"""Invoices and credit notes: numbers without gaps, contents as they were on that day.

An invoice is issued by the subscriber of ``order.paid`` and not inside the payment: the series is
one row that everybody who issues waits for, and nobody who pays should. The number is taken in the
transaction that stores the document, so a failure takes both back.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext

from audit import recording
from catalog.products.choices import read_choices
from orders import lines
from orders.errors import NothingToCredit
from orders.models import Invoice, InvoiceKind, Order, OrderAddress, OrderEdit
from orders.placed.addresses import newest
from shop.conflicts import retried
from shop.models import new_id

_PREFIXES = {InvoiceKind.INVOICE: "INV", InvoiceKind.CREDIT_NOTE: "CN"}


@retried
def issue_invoice(order_id: UUID) -> Invoice:
    """The invoice of a paid order, made if there is none; locks the order, last the series.

    Raises ``Order.DoesNotExist`` for an order that nobody has paid.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id, paid_at__isnull=False)
        known: Invoice | None = order.invoices.filter(kind=InvoiceKind.INVOICE).first()
        if known is not None:
            return known
        return store(order, InvoiceKind.INVOICE, _content(order), order.total)


@retried
def issue_credit_note(
    order_id: UUID, *, quantities: Mapping[UUID, int], shipping: int = 0, reason: str = ""
) -> Invoice:
    """Take back ``quantities`` (units by order line) and ``shipping`` (minor units) of an invoice.

    Several notes of one line add up to the line exactly. Raises :class:`NothingToCredit` without
    an invoice, for more than is left of it, and for nothing at all. Locks the order, last the
    series.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        invoice, credited = credited_of(order)
        if invoice is None:
            raise NothingToCredit
        content = _credit(invoice, credited, quantities, shipping)
        content |= {"reason": reason, "corrects": invoice.number}
        return store(order, InvoiceKind.CREDIT_NOTE, content, content["total"], corrects=invoice)


def credit_rest(order_id: UUID, *, reason: str = "") -> Invoice | None:
    """Take back what is left of the order's invoice; None when there is nothing."""
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        invoice, credited = credited_of(order)
        if invoice is None:
            return None
        quantities = {
            UUID(line["item"]): line["quantity"] - _sum(credited, line["item"], "quantity")
            for line in invoice.content["lines"]
        }
        left = {item_id: units for item_id, units in quantities.items() if units > 0}
        shipping = invoice.content["shipping"] - sum(note["shipping"] for note in credited)
        if not left and not shipping:
            return None
        return issue_credit_note(order_id, quantities=left, shipping=shipping, reason=reason)


@retried
def reissue(edit_id: UUID) -> Invoice | None:
    """Take the invoice back by a credit note, and issue one over the lines as they are now.

    Once for an edit; None where a later edit has its turn still to come, and for an order that
    has no invoice yet: the first one will have the new lines. Locks as :func:`issue_invoice`.
    """
    with recording.batch():
        edit = OrderEdit.objects.get(pk=edit_id)
        order = Order.objects.select_for_update().get(pk=edit.order_id)
        known: Invoice | None = order.invoices.filter(edit=edit).first()
        if known is not None or order.edits.last() != edit:
            return known
        invoice, _credited = credited_of(order)
        if invoice is None:
            return None
        with translation.override(order.language or settings.LANGUAGE_CODE):
            credit_rest(order.pk, reason=gettext("Replaced by another invoice"))
        return store(order, InvoiceKind.INVOICE, _content(order), order.total, edit=edit)


def credited_of(order: Order) -> tuple[Invoice | None, list[dict[str, Any]]]:
    """The invoice in force, and the contents of what was taken back of it."""
    rows = list(order.invoices.order_by("issued_at", "sequence"))
    invoices = [row for row in rows if row.kind == InvoiceKind.INVOICE]
    if not invoices:
        return None, []
    invoice = invoices[-1]
    return invoice, [row.content for row in rows if row.corrects_id == invoice.pk]


def store(
    order: Order,
    kind: InvoiceKind,
    content: dict[str, Any],
    total: int,
    *,
    corrects: Invoice | None = None,
    edit: OrderEdit | None = None,
) -> Invoice:
    """Keep a document under the next number of its kind; the series stays locked."""
    now = timezone.now()
    year = timezone.localtime(now).year
    sequence = _next_number(kind, year)
    invoice: Invoice = Invoice.objects.create(
        order=order,
        kind=kind,
        year=year,
        sequence=sequence,
        number=f"{_PREFIXES[kind]}-{year}-{sequence:06d}",
        issued_at=now,
        currency=order.currency,
        total=total,
        corrects=corrects,
        edit=edit,
        content=content,
    )
    return invoice


def _next_number(kind: InvoiceKind, year: int) -> int:
    """The number after the last; the row stays locked, so the next waits for our commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders_invoiceseries AS series (id, kind, year, last_number)
            VALUES (%s, %s, %s, 1)
            ON CONFLICT (kind, year) DO UPDATE SET last_number = series.last_number + 1
            RETURNING last_number
            """,
            [new_id(), kind, year],
        )
        number: int = cursor.fetchone()[0]
    return number


def _content(order: Order) -> dict[str, Any]:
    """All that is printed, in the language of the order; amounts in minor units."""
    by_type = newest(order.addresses.all())
    billing = by_type.get(OrderAddress.Type.BILLING)
    shipping = by_type.get(OrderAddress.Type.SHIPPING)
    tax_total = order.included_tax if order.prices_include_tax else order.tax
    with translation.override(order.language or settings.LANGUAGE_CODE):
        choices = read_choices()
        rows: list[dict[str, Any]] = [
            {
                "item": str(item.pk),
                "sku": item.sku,
                "title": item.title,
                "choice": lines.choice(item.option_values, choices),
                "quantity": item.quantity,
                "unit_price": item.unit_price,
                "discount": item.discount,
                "tax": item.tax,
                "tax_rate": item.tax_rate_basis_points,
                "total": item.line_total,
            }
            for item in order.items.all()
        ]
        return {
            "language": translation.get_language(),
            "seller": {
                "name": settings.SHOP_LEGAL_NAME,
                "address": settings.SHOP_ADDRESS,
                "email": settings.SHOP_EMAIL,
                "vat_number": settings.SHOP_VAT_NUMBER,
            },
            "buyer": billing.lines if billing else [order.email],
            "ship_to": shipping.lines if shipping else [],
            "vat_number": order.vat_number,
            "is_reverse_charge": order.is_reverse_charge,
            "order": order.number,
            "placed_at": timezone.localtime(order.placed_at).date(),
            "prices_include_tax": order.prices_include_tax,
            "lines": rows,
            "subtotal": order.subtotal,
            "discount": order.discount,
            "shipping": order.shipping,
            "shipping_name": order.shipping_name,
            "shipping_tax": tax_total - sum(row["tax"] for row in rows),
            "tax": tax_total,
            "total": order.total,
            "credit": order.credit_applied,
        }


def _credit(
    invoice: Invoice,
    credited: Sequence[dict[str, Any]],
    quantities: Mapping[UUID, int],
    shipping: int,
) -> dict[str, Any]:
    """The invoice's content with only what is taken back now."""
    wanted = {str(item_id): units for item_id, units in quantities.items() if units > 0}
    known = {line["item"]: line for line in invoice.content["lines"]}
    if shipping < 0 or not wanted.keys() <= known.keys() or not (wanted or shipping):
        raise NothingToCredit
    rows = []
    for item_id, units in wanted.items():
        line = known[item_id]
        before = _sum(credited, item_id, "quantity")
        if before + units > line["quantity"]:
            raise NothingToCredit
        parts = {
            # Reckoned on all units taken back so far, so that rounding never adds up to more.
            name: line[name] * (before + units) // line["quantity"] - _sum(credited, item_id, name)
            for name in ("total", "tax", "discount")
        }
        rows.append(line | parts | {"quantity": units})
    content = invoice.content
    shipped_before = sum(note["shipping"] for note in credited)
    if shipped_before + shipping > content["shipping"]:
        raise NothingToCredit
    shipping_tax = 0
    if shipping:
        whole = content["shipping_tax"] * (shipped_before + shipping) // content["shipping"]
        shipping_tax = whole - sum(note["shipping_tax"] for note in credited)
    discount = sum(row["discount"] for row in rows)
    goods = sum(row["total"] for row in rows)
    tax = sum(row["tax"] for row in rows) + shipping_tax
    on_top = 0 if content["prices_include_tax"] else tax
    return content | {
        "lines": rows,
        "subtotal": goods + discount,
        "discount": discount,
        "shipping": shipping,
        "shipping_tax": shipping_tax,
        "tax": tax,
        "total": goods + shipping + on_top,
    }


def _sum(notes: Sequence[dict[str, Any]], item_id: str, name: str) -> int:
    return sum(line[name] for note in notes for line in note["lines"] if line["item"] == item_id)
