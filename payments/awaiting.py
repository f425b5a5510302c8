"""Orders that are paid without a provider: by bank transfer, or where they are collected.

Such an order stays pending with its units for days instead of minutes. What comes is noted by
staff (:mod:`payments.offline`), or found in a statement of the bank (:mod:`payments.bank`). What
does not come in time is canceled like every unpaid order.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum.iso7064 import mod_97_10

from audit import recording
from orders.mailing import mails
from orders.models import Order, OrderMail
from orders.placed import lifecycle
from payments import processing, recovery
from payments.due import amount_due
from payments.errors import MeansGone, NothingToPay
from payments.models import Awaited, Payment
from payments.owing import owed
from payments.providers.base import Method
from shop.conflicts import retried

Kind = Awaited.Kind

#: The reminder's letter, once for each order.
REMINDER = "reminder"


def takes_transfer(amount: int | None, currency: str) -> bool:
    """Whether ``amount`` in minor units may be paid by transfer; None: not known yet."""
    if not settings.BANK_TRANSFER.get("iban") or currency != settings.SHOP_CURRENCY:
        return False
    return amount is None or amount <= settings.BANK_TRANSFER_MAX


def takes_at_pick_up() -> bool:
    """Whether what is collected may be paid there."""
    return bool(settings.PAY_AT_PICK_UP)


def method(kind: Awaited.Kind) -> Method:
    """The choice as a checkout keeps it."""
    names = {Kind.TRANSFER: _("Bank transfer"), Kind.PICK_UP: _("Pay at pick-up")}
    return Method(token=kind, brand=names[kind])


@retried
def begin(*, order_id: UUID, kind: Awaited.Kind) -> Awaited:
    """Let the order wait for its money, and give it the reference that the transfer names.

    Chosen again it is the same; another choice keeps the reference. An attempt by card that is
    still open is given up first. Raises :class:`MeansGone` when the order cannot be paid so, and
    :class:`NothingToPay` when nothing is due or another payment goes on. Locks the order.
    """
    _give_up_attempt(order_id)
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if not order.is_payable:
            raise NothingToPay
        if order.payments.filter(status__in=Payment.LIVE, edit=None).exists():
            raise NothingToPay
        if not _is_open_to(order, kind):
            raise MeansGone
        days = settings.BANK_TRANSFER_DAYS if kind == Kind.TRANSFER else settings.PICK_UP_DAYS
        lifecycle.keep_until(order, order.placed_at + timedelta(days=days))
        awaited, is_new = Awaited.objects.get_or_create(
            order=order, defaults={"kind": kind, "reference": creditor_reference(order.number)}
        )
        if not is_new and awaited.kind != kind:
            awaited.kind = kind
            awaited.save(update_fields=["kind"])
        return awaited


@retried
def begin_rest(*, order_id: UUID) -> Awaited:
    """Let what an edit made a paid order dearer come by transfer, under the order's reference.

    Raises :class:`NothingToPay` when nothing is due or another payment goes on, and
    :class:`MeansGone` when it cannot come so. Locks the order.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        due = owed(order)
        if due is None or due.edit_id is None:
            raise NothingToPay
        if order.payments.filter(status__in=Payment.LIVE, edit=due.edit_id).exists():
            raise NothingToPay
        if not takes_transfer(due.amount, order.currency):
            raise MeansGone
        awaited, _is_new = Awaited.objects.get_or_create(
            order=order,
            defaults={"kind": Kind.TRANSFER, "reference": creditor_reference(order.number)},
        )
        if awaited.kind != Kind.TRANSFER:
            awaited.kind = Kind.TRANSFER
            awaited.save(update_fields=["kind"])
        return awaited


def creditor_reference(number: str) -> str:
    """The order number as a creditor reference (ISO 11649): RF, check digits, the number."""
    plain = "".join(sign for sign in number.upper() if sign.isascii() and sign.isalnum())
    return f"RF{mod_97_10.calc_check_digits(f'{plain}RF')}{plain}"


def remind(*, limit: int = 200) -> int:
    """Write once to who has not paid, some days before the order ends; returns to how many."""
    now = timezone.now()
    soon = now + timedelta(days=settings.BANK_TRANSFER_REMINDER_DAYS)
    # Whoever has less time than that in all was told a moment ago.
    fresh = now - timedelta(days=1)
    rows = Awaited.objects.filter(
        order__status=Order.Status.PENDING,
        order__payment_due_at__gt=now,
        order__payment_due_at__lte=soon,
        reminded_at=None,
        created_at__lte=fresh,
    ).order_by(F("order__payment_due_at"))
    told = 0
    for awaited_id in list(rows.values_list("pk", flat=True)[:limit]):
        with recording.batch():
            awaited = Awaited.objects.select_for_update().get(pk=awaited_id)
            if awaited.reminded_at is None:
                awaited.reminded_at = now
                awaited.save(update_fields=["reminded_at"])
                facts = {REMINDER: True}
                mails.queue(
                    awaited.order_id, OrderMail.Kind.TO_PAY, reference=REMINDER, facts=facts
                )
                told += 1
    return told


def _is_open_to(order: Order, kind: Awaited.Kind) -> bool:
    if kind == Kind.PICK_UP:
        return takes_at_pick_up() and order.pick_up_point_id is not None
    return takes_transfer(amount_due(order), order.currency)


def _give_up_attempt(order_id: UUID) -> None:
    """The shopper turned to another way: what their bank still asks is answered with no."""
    attempts = Payment.objects.filter(order=order_id, edit=None, status=Payment.Status.INITIATED)
    for attempt in attempts:
        if attempt.three_d_secure == Payment.ThreeDSecure.NOT_NEEDED:
            # Nobody was asked yet, as far as we know.
            recovery.resume(attempt.pk)
        else:
            processing.finish(attempt.pk, {"approved": "no"})
