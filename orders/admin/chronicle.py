"""Everything that happened to an order, by whom, oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import InvoiceKind, Order, OrderEvent, OrderNote
from shop.accounts.masking import email_for
from shop.money import format_money

By = OrderEvent.By
Status = Order.Status
#: Tint and icon of each status.
STATUS_KINDS = {
    Status.PENDING: ("warn", "clock"),
    Status.PAID: ("info", "card"),
    Status.FULFILLED: ("info", "box"),
    Status.SHIPPED: ("info", "truck"),
    Status.DELIVERED: ("ok", "check"),
    Status.CANCELED: ("", "close"),
}
_EVENT_ICONS = {
    OrderEvent.Kind.PACKED: "box",
    OrderEvent.Kind.UNPACKED: "return",
    OrderEvent.Kind.SENT: "truck",
    OrderEvent.Kind.ARRIVED: "check",
    OrderEvent.Kind.ADDRESS: "pin",
    OrderEvent.Kind.TAGGED: "edit",
    OrderEvent.Kind.MAILED: "bell",
    OrderEvent.Kind.LINK_SENT: "bell",
    OrderEvent.Kind.DRAFTED: "user",
    OrderEvent.Kind.EDITED: "edit",
}


class Shown(TextChoices):
    """Whose doings are shown."""

    ALL = "", _("All")
    CUSTOMER = "customer", _("Customer")
    STAFF = "staff", _("Staff")
    SYSTEM = "system", _("System")


@dataclass(frozen=True)
class Happening:
    """One thing that happened."""

    at: datetime
    by: str
    who: str
    name: str
    icon: str
    note: str = ""


def chronicle(order: Any, shown: str = "", *, viewer: Any) -> list[dict[str, Any]]:
    """The steps of ``components/timeline.html``, from what is prefetched of ``order``.

    Customers stand there as ``viewer`` may see them.
    """
    rows = sorted(_happenings(order, viewer), key=lambda row: row.at)
    return [
        {
            "name": row.name,
            "state": "done",
            "at": row.at,
            "expected": "",
            "note": f"{row.who}: {row.note}" if row.note else row.who,
            "icon": row.icon,
        }
        for row in rows
        if not shown or row.by.lower() == shown
    ]


def _happenings(order: Any, viewer: Any) -> Iterator[Happening]:
    buyer = email_for(viewer, order.email)
    yield Happening(order.placed_at, By.CUSTOMER, buyer, gettext("Placed"), "cart")
    for change in order.status_changes.all():
        if change.to_status == Status.PENDING:
            continue
        icon = STATUS_KINDS[Status(change.to_status)][1]
        by = _by(change.actor)
        name = change.get_to_status_display()
        yield Happening(
            change.created_at, by, _who(change.actor, by, viewer), name, icon, change.reason
        )
    for event in order.events.all():
        icon = _EVENT_ICONS[OrderEvent.Kind(event.kind)]
        who = _who(event.actor, event.by, viewer)
        yield Happening(event.created_at, event.by, who, event.get_kind_display(), icon, event.note)
    for note in order.notes.all():
        icon = "edit" if note.kind == OrderNote.Kind.INTERNAL else "user"
        by = By.CUSTOMER if note.kind == OrderNote.Kind.INCOMING else By.STAFF
        who = _who(note.author, by, viewer)
        yield Happening(note.created_at, by, who, note.get_kind_display(), icon, note.text)
    for payment in order.payments.all():
        for row in payment.transactions.all():
            amount = format_money(row.amount, payment.currency)
            note = ", ".join(filter(None, [row.get_result_display(), amount, row.code]))
            who = payment.get_provider_display()
            yield Happening(row.created_at, By.SYSTEM, who, row.get_kind_display(), "card", note)
    for refund in order.refunds.all():
        by = _by(refund.actor)
        amount = format_money(refund.amount, refund.currency)
        words = [refund.get_status_display(), amount, _before(refund), refund.get_reason_display()]
        note = ", ".join(str(word) for word in [*words, refund.note] if word)
        who, name = _who(refund.actor, by, viewer), gettext("Refund")
        yield Happening(refund.created_at, by, who, name, "return", note)
    for asked in order.returns.all():
        for step in asked.status_changes.all():
            by = _by(step.actor)
            name = f"{asked.number}: {step.get_to_status_display()}"
            who = _who(step.actor, by, viewer)
            yield Happening(step.created_at, by, who, name, "return", step.reason)
    system = gettext("by itself")
    for invoice in order.invoices.all():
        icon = "download" if invoice.kind == InvoiceKind.INVOICE else "return"
        name = f"{invoice.get_kind_display()} {invoice.number}"
        yield Happening(invoice.issued_at, By.SYSTEM, system, name, icon)
    for letter in order.mails.all():
        if letter.sent_at:
            name = gettext("E-mail: %(kind)s") % {"kind": letter.get_kind_display()}
            yield Happening(letter.sent_at, By.SYSTEM, system, name, "bell")


def _before(refund: Any) -> str:
    """What had gone back of a refund before it failed, in words."""
    if refund.status != "FAILED" or not refund.given:
        return ""
    given = format_money(refund.given, refund.currency)
    return gettext("%(given)s went back before") % {"given": given}


def _by(actor: Any) -> str:
    if actor is None:
        return By.SYSTEM
    return By.STAFF if actor.is_staff else By.CUSTOMER


def _who(actor: Any, by: str, viewer: Any) -> str:
    if actor is not None:
        return str(actor.email) if actor.is_staff else email_for(viewer, actor.email)
    return gettext("customer") if by == By.CUSTOMER else gettext("by itself")
