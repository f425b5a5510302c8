"""Payments that stayed open, after a crash, a lost reply or a silent shopper: finished or ended."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from audit import recording
from orders.models import Order
from payments import stages
from payments.calls import ask, void
from payments.charges import charge_of
from payments.errors import ProviderAway
from payments.models import Payment, PaymentTransaction
from payments.providers import provider
from payments.providers.base import Answer, Outcome, RemoteState

logger = structlog.get_logger(__name__)

Status = Payment.Status
Kind, Result = PaymentTransaction.Kind, PaymentTransaction.Result

#: A payment untouched for this long is taken up by the job, in seconds.
RESUME_AFTER_SECONDS = 60
#: The bank's question waits this long for an answer, in seconds.
CHALLENGE_SECONDS = 10 * 60
TIMED_OUT = "challenge_timed_out"
#: Authorizations end by themselves; later than this nobody holds anything, in days.
UNVOIDED_DAYS = 35


def resume(payment_id: UUID) -> Payment:
    """Ask the provider about an open payment and finish or end it; unchanged when it is away."""
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    if payment.status == Status.INITIATED:
        try:
            state = provider(payment.provider).fetch(
                charge_of(payment), reference=payment.provider_reference
            )
        except ProviderAway as error:
            logger.warning("provider away", payment=str(payment.pk), kind="FETCH", why=str(error))
            return payment
        if state is None:
            _end(payment, Status.EXPIRED, code="never_reached_provider")
        elif state.voided:
            _end(payment, Status.EXPIRED, code="voided")
        elif state.outcome == Outcome.CHALLENGE:
            _go_on_with_challenge(payment, state)
        elif state.outcome is not None:
            stages.record_authorization(payment, _told(state))
    return stages.go_on(payment)


def give_back_canceled(order_id: UUID) -> None:
    """Give back what was taken for an order that was canceled unpaid; nothing while it is not.

    A provider that is away is asked again by :func:`resume`. What was paid before it was canceled
    is given back by :mod:`payments.refunding`.
    """
    held = [Status.AUTHORIZED, Status.CAPTURED, Status.SETTLED]
    rows = Payment.objects.filter(
        order=order_id,
        order__status=Order.Status.CANCELED,
        order__paid_at=None,
        status__in=held,
    )
    for payment in rows:
        stages.give_back(payment, code="order_canceled")


def open_payments() -> list[UUID]:
    """Payments that nobody has touched for a while and that are not finished."""
    since = timezone.now() - timedelta(seconds=RESUME_AFTER_SECONDS)
    unserved = [Order.Status.PENDING, Order.Status.CANCELED]
    rows = Payment.objects.filter(
        Q(status=Status.INITIATED)
        | Q(status=Status.AUTHORIZED, captures_at_shipment=False)
        # What waits for parcels is left alone once its order is paid.
        | Q(status=Status.AUTHORIZED, order__paid_at=None)
        | Q(status=Status.CAPTURED, order__status__in=unserved, order__paid_at=None),
        updated_at__lte=since,
    )
    return list(rows.order_by("updated_at").values_list("pk", flat=True)[:200])


def _go_on_with_challenge(payment: Payment, state: RemoteState) -> None:
    """Take what the shopper has confirmed, ask them again, or end what took too long."""
    answer: Answer | None = _told(state)
    if state.awaits_us:
        # They never came back to us, or we did not hear what came of it.
        remote = provider(payment.provider)
        answer = ask(
            payment,
            stages.Kind.AUTHORIZE,
            lambda: remote.finish(charge_of(payment), reference=state.reference, answer={}),
        )
    is_news = payment.three_d_secure == Payment.ThreeDSecure.NOT_NEEDED
    if is_news or state.awaits_us:
        stages.record_authorization(payment, answer)
    since = timezone.now() - timedelta(seconds=CHALLENGE_SECONDS)
    # Ended here first: an answer that comes this moment must keep its money.
    if answer and payment.created_at < since and _end(payment, Status.EXPIRED, code=TIMED_OUT):
        void(payment)


def _told(state: RemoteState) -> Answer:
    return Answer(
        state.outcome or Outcome.CHALLENGE,
        state.reference,
        amount=state.authorized,
        code=state.code,
        redirect_url=state.redirect_url,
        method=state.method,
        expires_at=state.expires_at,
        is_divisible=state.is_divisible,
        kept=state.kept,
        raw=state.raw,
        reason=state.reason,
        risk=state.risk,
    )


def unvoided() -> list[UUID]:
    """Attempts given up lately of which the provider may hold money, as far as we know.

    It approved them or asked the shopper, or did not answer when they were to be given back.
    """
    now = timezone.now()
    said = PaymentTransaction.objects.filter(payment=OuterRef("pk"))
    approved = said.filter(kind=Kind.AUTHORIZE, result=Result.SUCCESS)
    asked = said.filter(kind=Kind.AUTHORIZE, result=Result.CHALLENGE)
    lost = said.filter(kind=Kind.VOID, result=Result.ERROR)
    answered = said.filter(kind=Kind.VOID).exclude(result=Result.ERROR)
    rows = Payment.objects.filter(
        Exists(approved) | Exists(lost) | Q(Exists(asked), status=Status.EXPIRED),
        ~Exists(answered),
        status__in=[Status.FAILED, Status.EXPIRED],
        updated_at__lte=now - timedelta(seconds=RESUME_AFTER_SECONDS),
        updated_at__gte=now - timedelta(days=UNVOIDED_DAYS),
    )
    return list(rows.order_by("updated_at").values_list("pk", flat=True)[:200])


def void_again(payment_id: UUID) -> None:
    """Have the provider give back an attempt that was given up; once it has said so, no more."""
    void(Payment.objects.get(pk=payment_id))


def _end(payment: Payment, status: Payment.Status, *, code: str) -> bool:
    """Give up an attempt that is still open; False when it went on meanwhile."""
    with recording.batch():
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if locked.status != Status.INITIATED:
            return False
        locked.status = status
        locked.failure_code = code
        locked.failed_at = timezone.now()
        locked.save()
        return True
