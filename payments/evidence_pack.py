"""What we know of a disputed order as one file for the bank: facts, documents, what staff kept.

The facts are a PDF in the shop's language; invoices and evidence lie beside it.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from audit import recording
from audit.models import AuditLog
from catalog.models import ContentPage
from orders.documents import invoice_pdf
from orders.documents.paper import FAMILY, LINE, Paper
from orders.models import Order, OrderNote
from orders.placed import addresses
from payments import evidence
from payments.models import Dispute
from shop.money import format_money

#: Pages of the shop that say what was agreed, by slug.
_AGREED = ("terms", "withdrawal", "returns")

#: A heading and its lines.
Section = tuple[str, list[str]]


def pack(dispute_id: Any) -> bytes:
    """The ZIP file; that it was made is an EXPORT in the audit log. About twelve queries."""
    dispute = Dispute.objects.select_related("payment").get(pk=dispute_id)
    order = Order.objects.prefetch_related(
        "items", "addresses", "shipments", "status_changes", "notes", "invoices", "refunds"
    ).get(pk=dispute.payment.order_id)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("facts.pdf", _draw(dispute, order))
        for document in _documents(order):
            made.writestr(f"invoices/{document.number}.pdf", invoice_pdf.draw(document))
        for number, row in enumerate(dispute.evidence.all(), start=1):
            made.writestr(f"evidence/{number:02}-{row.name}", evidence.path_of(row).read_bytes())
    recording.record(
        AuditLog.Action.EXPORT,
        Dispute,
        dispute.pk,
        {},
        {"report": "evidence", "order": order.number},
    )
    return out.getvalue()


def sections(dispute: Dispute, order: Any) -> Iterator[Section]:
    """The facts; ``order`` with what is read of it prefetched."""
    payment: Any = dispute.payment
    yield (
        _("Dispute"),
        [
            _fact(_("Reference"), dispute.provider_reference),
            _fact(_("Reason"), dispute.get_reason_display()),
            _fact(_("Amount"), format_money(dispute.amount, dispute.currency)),
            _fact(_("Opened"), _moment(dispute.opened_at)),
            *([dispute.evidence_text] if dispute.evidence_text else []),
        ],
    )
    yield (
        _("Order"),
        [
            _fact(_("Number"), order.number),
            _fact(_("Placed"), _moment(order.placed_at)),
            _fact(_("E-mail"), order.email),
            _fact(_("IP address"), payment.ip_address or "–"),
            _fact(_("Total"), format_money(order.total, order.currency)),
        ],
    )
    yield (
        _("Articles"),
        [
            f"{item.quantity} × {item.title} ({item.sku}): "
            f"{format_money(item.line_total, order.currency)}"
            for item in order.items.all()
        ],
    )
    for address in addresses.newest(order.addresses.all()).values():
        yield str(address.get_type_display()), address.lines
    yield _("Payment"), _payment(payment)
    yield _("Delivery"), list(_delivery(order))
    yield (
        _("What happened"),
        [
            f"{_moment(change.created_at)}: {change.get_to_status_display()}"
            for change in order.status_changes.all()
        ],
    )
    if written := [_message(note) for note in order.notes.all() if _is_message(note)]:
        yield _("Messages with the customer"), written
    if given := [_given(refund) for refund in order.refunds.all()]:
        yield _("Refunds"), given
    yield from _agreed(order)


def _documents(order: Any) -> list[Any]:
    return list(order.invoices.all())


def _payment(payment: Any) -> list[str]:
    card = f"{payment.card_brand} •••• {payment.card_last4}" if payment.card_last4 else "–"
    lines = [
        _fact(_("Provider"), payment.get_provider_display()),
        _fact(_("Reference"), payment.provider_reference),
        _fact(_("Card"), card),
        _fact(_("3-D Secure"), payment.get_three_d_secure_display()),
        _fact(_("Captured"), format_money(payment.captured_amount, payment.currency)),
    ]
    return lines + [
        f"{_moment(row.created_at)}: {row.get_kind_display()}, {row.get_result_display()}, "
        f"{format_money(row.amount, payment.currency)}"
        for row in payment.transactions.all()
    ]


def _delivery(order: Any) -> Iterator[str]:
    for parcel in order.shipments.all():
        yield f"{parcel.get_carrier_display()} {parcel.tracking_number}: " + str(
            parcel.get_status_display()
        )
        if parcel.tracking_url:
            yield parcel.tracking_url
        if parcel.shipped_at:
            yield _fact(_("Sent"), _moment(parcel.shipped_at))
        if parcel.delivered_at:
            yield _fact(_("Delivered"), _moment(parcel.delivered_at))
    if not order.shipments.all():
        yield _("No parcel has left.")


def _is_message(note: OrderNote) -> bool:
    return note.kind != OrderNote.Kind.INTERNAL


def _message(note: Any) -> str:
    return f"{_moment(note.created_at)}, {note.get_kind_display()}: {note.text}"


def _given(refund: Any) -> str:
    amount = format_money(refund.amount, refund.currency)
    return f"{_moment(refund.created_at)}: {amount}, {refund.get_status_display()}"


def _agreed(order: Order) -> Iterator[Section]:
    """The pages that the last step of checkout links to, with when they were changed last."""
    pages = ContentPage.objects.filter(
        slug__in=_AGREED, status=ContentPage.Status.PUBLISHED
    ).order_by("slug")
    for page in pages:
        changed = _fact(_("Last changed"), _moment(page.updated_at))
        text = " ".join(strip_tags(page.body.replace("<", " <")).split())
        yield page.title, [changed, text]


def _fact(name: str, value: object) -> str:
    return f"{name}: {value}"


def _moment(at: Any) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")


def _draw(dispute: Dispute, order: Any) -> bytes:
    with translation.override(settings.LANGUAGE_CODE):
        paper = Paper(f"{settings.SHOP_LEGAL_NAME} · {settings.SHOP_EMAIL}")
        title = _("Evidence on order %(number)s") % {"number": order.number}
        paper.set_title(title)
        paper.set_lang(settings.LANGUAGE_CODE)
        paper.add_page()
        paper.set_font(FAMILY, "B", 16)
        paper.cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
        for heading, lines in sections(dispute, order):
            paper.ln(4)
            paper.set_font(FAMILY, "B", 11)
            paper.cell(0, 7, heading, new_x="LMARGIN", new_y="NEXT")
            paper.set_font(FAMILY, "", 9)
            for line in lines:
                paper.multi_cell(0, LINE, line, new_x="LMARGIN", new_y="NEXT")
        return bytes(paper.output())
