"""Booking a statement: all chosen lines or none."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit import recording
from inventory.errors import OutOfStock
from orders.mailing import mails
from orders.models import Order, OrderMail, OrderNote
from orders.placed import notes
from payments import offline
from payments.awaiting import REMINDER, creditor_reference
from payments.bank.outlook import left_to_pay
from payments.errors import LineRefused, NothingToPay, ReferenceTaken
from payments.models import Awaited, BankLine, BankStatement, Payment
from payments.owing import owed
from shop.conflicts import retried
from shop.models import new_id
from shop.money import format_money

Status = BankLine.Status


@dataclass(frozen=True)
class Booked:
    """How many orders were paid, and how many lines wait for the rest of their money."""

    paid: int
    short: int


@retried
def book(*, statement_id: UUID, line_ids: Collection[UUID], actor_id: UUID | None) -> Booked:
    """Book the chosen lines of a statement to their orders, all of them or none.

    Lines that are booked already, or have no order, are left out, so a form sent twice books once.
    What is too little for its order is held until the rest comes; what is too much stays named on
    its line, to be sent back. Raises :class:`LineRefused` with the line that cannot be booked; then
    nothing was. Locks what may be booked of statements, so that one is booked after the other,
    the lines, their orders in key order, then stock.
    """
    with recording.batch():
        statement = _locked(statement_id)
        chosen = statement.lines.filter(
            pk__in=line_ids, status=Status.OPEN, order__isnull=False, returned_at=None
        )
        lines = list(chosen.select_for_update(of=("self",)).order_by("order_id", "position"))
        _refuse_known(lines)
        by_order: defaultdict[UUID, list[BankLine]] = defaultdict(list)
        for line in lines:
            if line.order_id is not None:
                by_order[line.order_id].append(line)
        orders = list(
            Order.objects.select_for_update().filter(pk__in=by_order.keys()).order_by("pk")
        )
        paid = [_settle(order, by_order[order.pk], actor_id) for order in orders]
        if statement.status == BankStatement.Status.READ:
            statement.status = BankStatement.Status.BOOKED
            statement.booked_at = timezone.now()
            statement.save()
            _mark_twins(statement)
        held = sum(line.status == Status.HELD for line in lines)
        return Booked(paid=sum(paid), short=held)


def assign(*, line_id: UUID, number: str) -> BankLine:
    """Say to which order a line belongs. Raises Order.DoesNotExist, and :class:`LineRefused`."""
    with recording.batch():
        line = BankLine.objects.select_for_update().get(pk=line_id)
        order = Order.objects.get(number__iexact=number)
        if line.status != Status.OPEN or line.returned_at is not None:
            raise LineRefused(line.position, "booked")
        if order.currency != line.currency:
            raise LineRefused(line.position, "currency")
        line.order, line.match = order, BankLine.Match.HAND
        line.save(update_fields=["order", "match"])
        return line


def note_returned(line_id: UUID) -> BankLine:
    """Note that what was too much, or came too late, was sent back; twice changes nothing.

    Raises :class:`LineRefused` for money that belongs to the shop.
    """
    with recording.batch():
        line: BankLine = BankLine.objects.select_for_update().get(pk=line_id)
        if line.returned_at is None:
            is_ours = line.status in (Status.BOOKED, Status.HELD) and not (
                BankLine.objects.to_return().filter(pk=line.pk).exists()
            )
            if is_ours or line.status == Status.DUPLICATE:
                raise LineRefused(line.position, "ours")
            line.returned_at = timezone.now()
            line.save(update_fields=["returned_at"])
        return line


def _locked(statement_id: UUID) -> BankStatement:
    """The statement; its twins wait, because the same line may be in two of them."""
    rows = BankStatement.objects.select_for_update().filter(
        Q(pk=statement_id) | Q(status=BankStatement.Status.READ)
    )
    found = {row.pk: row for row in rows.order_by("pk")}
    if statement_id not in found:
        raise BankStatement.DoesNotExist
    return found[statement_id]


def _refuse_known(lines: Sequence[BankLine]) -> None:
    """Of two files with the same line one was booked: the second look comes under the lock."""
    prints = {line.fingerprint: line for line in lines}
    twins = BankLine.objects.filter(
        fingerprint__in=prints.keys(), status__in=[Status.BOOKED, Status.HELD]
    )
    twin = twins.values_list("fingerprint", flat=True).first()
    if twin is not None:
        raise LineRefused(prints[twin].position, "known")


def _mark_twins(statement: BankStatement) -> None:
    """The same lines in statements that are still to be booked are known from now on."""
    prints = list(statement.lines.values_list("fingerprint", flat=True))
    twins = BankLine.objects.filter(fingerprint__in=prints, status=Status.OPEN)
    waiting = twins.exclude(statement__status=BankStatement.Status.BOOKED)
    waiting.update(status=Status.DUPLICATE)


def _settle(order: Order, lines: Sequence[BankLine], actor_id: UUID | None) -> bool:
    """Pay the order with its lines and what was held of it before; False while it is too little."""
    left = left_to_pay([order.pk]).get(order.pk, 0)
    if not left:
        raise LineRefused(lines[0].position, "not_due")
    if sum(line.amount for line in lines) < left:
        for line in lines:
            line.status = Status.HELD
            line.save(update_fields=["status"])
        _tell_of_the_rest(order, lines, actor_id)
        return False
    held = BankLine.objects.select_for_update().filter(order=order).waiting()
    _use(list(chain(held.order_by("pk"), lines)), order, _pay(order, lines[-1]))
    return True


def _pay(order: Order, line: BankLine) -> Payment:
    """The payment of all that is due; its reference leads to the line."""
    reference = f"{line.booked_on.isoformat()} {line.fingerprint[:16]}"
    try:
        payment = offline.record(order_id=order.pk, reference=reference)
    except OutOfStock as error:
        raise LineRefused(line.position, "sold_out") from error
    except ReferenceTaken as error:
        raise LineRefused(line.position, "known") from error
    except NothingToPay as error:
        raise LineRefused(line.position, "not_due") from error
    if payment is None:
        raise LineRefused(line.position, "not_due")
    return payment


def _use(lines: Sequence[BankLine], order: Order, payment: Payment) -> None:
    """Share the payment among the lines, the first used up first; the last keeps what is over."""
    left = payment.amount
    for line in lines:
        if not left:
            raise LineRefused(line.position, "not_due")
        line.used_amount = min(line.amount, left)
        left -= line.used_amount
        line.status, line.payment = Status.BOOKED, payment
        line.save(update_fields=["status", "payment", "used_amount"])


def _tell_of_the_rest(order: Order, lines: Sequence[BankLine], actor_id: UUID | None) -> None:
    """A note for colleagues, and a letter that says what is still missing."""
    due = owed(order)
    came = sum(line.amount for line in lines)
    facts = {
        "came": format_money(came, order.currency),
        "due": format_money(due.amount if due else 0, order.currency),
    }
    with override(settings.LANGUAGE_CODE):
        text = _("%(came)s came by transfer, %(due)s are due. It waits for the rest.") % facts
    kind = OrderNote.Kind.INTERNAL
    notes.write(order_id=order.pk, kind=kind, text=text, key=new_id(), actor_id=actor_id)
    if order.status != Order.Status.PENDING:
        return
    Awaited.objects.get_or_create(
        order=order,
        defaults={
            "kind": Awaited.Kind.TRANSFER,
            "reference": creditor_reference(order.number),
        },
    )
    mails.queue(
        order.pk,
        OrderMail.Kind.TO_PAY,
        reference=f"short:{lines[-1].pk}",
        facts={REMINDER: True},
    )
