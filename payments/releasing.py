"""Giving up what was authorized and is not captured: canceled orders, and authorizations that end.

That it is given up is written and committed first: from then on nothing of it can be captured. Then
the provider is asked outside any transaction, by a job again each minute while it is away.
"""

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit import recording
from orders.models import Order
from orders.placed import announcements
from payments import capturing, refunding
from payments.calls import ask, void
from payments.charges import known
from payments.due import HELD, amount_due
from payments.errors import CaptureUnderWay, NothingToCapture
from payments.models import Capture, Payment, PaymentTransaction
from payments.providers import provider
from payments.providers.interface import Releasing
from shop.conflicts import retried

Status = Payment.Status

#: What is untouched for this long is taken up by the job, in seconds.
RESUME_AFTER_SECONDS = 60
#: So long before an authorization ends staff are told, in days.
WARN_DAYS = 2
ENDED = "authorization_expired"


def release(payment_id: UUID, *, code: str = "") -> Payment:
    """Give up what the payment holds; what the order still costs is owed anew.

    A payment of which nothing was captured becomes VOIDED, or EXPIRED where money is owed anew: the
    customer is told and gets a link to pay. Raises what :func:`give_up` raises. Must not run inside
    a transaction.
    """
    give_up(payment_id, code=code)
    return finish(payment_id)


@retried
def give_up(payment_id: UUID, *, code: str = "") -> None:
    """Write down that nothing more of the payment is captured. Locks the order, then the payment.

    Raises :class:`NothingToCapture` where it holds nothing, and :class:`CaptureUnderWay` until the
    provider has answered what it was asked for.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(payments=payment_id)
        payment = Payment.objects.select_for_update().get(pk=payment_id)
        if not payment.held_amount:
            raise NothingToCapture
        if payment.captures.filter(status=Capture.Status.REQUESTED).exists():
            raise CaptureUnderWay
        payment.released_amount = payment.authorized_amount - payment.captured_amount
        payment.releasing_at = timezone.now()
        payment.failure_code = code
        payment.save()
        payment.lapsed_amount = min(amount_due(order), payment.released_amount)
        if payment.lapsed_amount:
            payment.save(update_fields=["lapsed_amount"])
            announcements.announce(
                order, "lapsed", payment=str(payment.pk), amount=payment.lapsed_amount
            )


def finish(payment_id: UUID) -> Payment:
    """Have the provider give up what :func:`give_up` wrote down; unchanged while it is away."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.releasing_at is None:
        return payment
    if not payment.captured_amount:
        is_known = void(payment) is not None
    elif provider(payment.provider).can.releases_rest:
        remote = cast("Releasing", provider(payment.provider))
        answer = ask(
            payment,
            PaymentTransaction.Kind.VOID,
            lambda: remote.release(known(payment), key=f"{payment.pk}:release"),
            amount=payment.released_amount,
        )
        is_known = answer is not None
    else:
        # It ends by itself, and we ask for nothing more of it.
        is_known = True
    return _record(payment_id) if is_known else payment


def call_back(order_id: UUID) -> None:
    """Give up and give back all that is left of a canceled order that was paid; else nothing.

    What the provider was asked for before is found out first. Repeated it does no more.
    """
    if not Order.objects.filter(pk=order_id, status=Order.Status.CANCELED).exists():
        return
    asked = Capture.objects.filter(payment__order=order_id, status=Capture.Status.REQUESTED)
    capturing.settle_all(asked.order_by("created_at").values_list("pk", flat=True))
    for payment_id in Payment.objects.filter(HELD, order=order_id).values_list("pk", flat=True):
        try:
            release(payment_id, code="order_canceled")
        except (NothingToCapture, CaptureUnderWay):
            continue
    refunding.give_back_canceled(order_id)


def unfinished() -> list[UUID]:
    """Payments that are to be given up and whose provider has not said so, for a while."""
    since = timezone.now() - timedelta(seconds=RESUME_AFTER_SECONDS)
    rows = Payment.objects.filter(releasing_at__lte=since)
    return list(rows.order_by("releasing_at").values_list("pk", flat=True)[:200])


def canceled() -> list[UUID]:
    """Orders canceled a while ago of which something is still held, or captured since."""
    since = timezone.now() - timedelta(seconds=RESUME_AFTER_SECONDS)
    rows = Payment.objects.filter(
        captures_at_shipment=True,
        order__status=Order.Status.CANCELED,
        order__paid_at__isnull=False,
        status__in=Payment.CAPTURABLE,
        updated_at__lte=since,
    ).annotate(going_back=Coalesce(Sum("refund_parts__amount"), 0))
    held = rows.filter(HELD)
    kept = rows.filter(captured_amount__gt=F("going_back"))
    return list((held | kept).values_list("order", flat=True).distinct()[:200])


def left_behind() -> list[UUID]:
    """Orders whose parcels have left a while ago, of which something is still held.

    Where the provider declined, staff decide what comes next.
    """
    since = timezone.now() - timedelta(seconds=RESUME_AFTER_SECONDS)
    tried = Capture.objects.filter(payment=OuterRef("pk")).exclude(status=Capture.Status.SUCCEEDED)
    rows = Payment.objects.filter(
        HELD,
        ~Exists(tried),
        order__status__in=[Order.Status.SHIPPED, Order.Status.DELIVERED],
        updated_at__lte=since,
    )
    return list(rows.values_list("order", flat=True).distinct()[:200])


def take_rest(order_id: UUID) -> None:
    """Capture what is left of an order that has left, and give up what nobody has to pay."""
    capturing.settle_all(one.pk for one in capturing.collect(order_id))
    for payment in Payment.objects.filter(HELD, order=order_id):
        if not capturing.most(payment):
            try:
                release(payment.pk)
            except (NothingToCapture, CaptureUnderWay):
                continue


def ending() -> "QuerySet[Payment]":
    """Payments that hold money which can be captured for a few days only."""
    until = timezone.now() + timedelta(days=WARN_DAYS)
    rows: QuerySet[Payment] = Payment.objects.filter(HELD, authorization_expires_at__lte=until)
    return rows


def refused() -> "QuerySet[Payment]":
    """Payments that hold money which the provider would not give when it was asked."""
    failed = Capture.objects.filter(payment=OuterRef("pk"), status=Capture.Status.FAILED)
    rows: QuerySet[Payment] = Payment.objects.filter(HELD, Exists(failed))
    return rows


def ended() -> list[UUID]:
    """Payments whose money can be captured no more."""
    rows = ending().filter(authorization_expires_at__lte=timezone.now())
    return list(rows.order_by("authorization_expires_at").values_list("pk", flat=True)[:200])


def _record(payment_id: UUID) -> Payment:
    with recording.batch():
        payment: Payment = Payment.objects.select_for_update().get(pk=payment_id)
        if payment.releasing_at is None:
            return payment
        payment.releasing_at = None
        if payment.status == Status.AUTHORIZED:
            payment.status = Status.EXPIRED if payment.lapsed_amount else Status.VOIDED
            payment.failed_at = timezone.now()
        elif payment.refunded_amount == payment.captured_amount:
            payment.status = Status.REFUNDED
        elif payment.status == Status.CAPTURED and payment.is_settled_whole and payment.settled_at:
            payment.status = Status.SETTLED
        payment.save()
        return payment
