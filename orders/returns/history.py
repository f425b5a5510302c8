"""The status of a return, moved with its history and its event."""

from uuid import UUID

from django.utils import timezone

from orders.mailing import mails
from orders.models import Order, OrderMail, Return, ReturnStatusChange
from orders.placed.announcements import PRIORITY
from shop.actor import current_actor
from shop.events import outbox

Status = Return.Status

_TIMES = {
    Status.APPROVED: "approved_at",
    Status.RECEIVED: "received_at",
    Status.INSPECTED: "inspected_at",
    Status.SETTLED: "settled_at",
    Status.REJECTED: "ended_at",
    Status.CANCELED: "ended_at",
}


def locked(return_id: UUID) -> tuple[Order, Return]:
    """The order, then its return, both locked."""
    order = Order.objects.select_for_update().get(returns=return_id)
    request = Return.objects.select_for_update().get(pk=return_id)
    request.order = order
    return order, request


def move(
    request: Return,
    status: Return.Status,
    *,
    actor_id: UUID | None = None,
    reason: str = "",
    **facts: object,
) -> Return:
    """Move ``request``, which the caller has locked, in the caller's transaction.

    Emits ``return.<status>`` among the events of its order; ``facts`` join the payload. The
    database refuses a move that is not legal.
    """
    change = ReturnStatusChange(
        request=request,
        from_status=request.status,
        to_status=status,
        actor_id=actor_id or current_actor().user_id,
        reason=reason,
    )
    request.status = status
    setattr(request, _TIMES[status], timezone.now())
    request.save()
    change.save()
    emit(request, status.lower(), **facts)
    return request


def emit(request: Return, what: str, **facts: object) -> None:
    """Emit ``return.<what>``; the payload names rows and amounts, never people."""
    outbox.emit(
        f"return.{what}",
        request,
        payload={"return": str(request.pk), "order": str(request.order_id), **facts},
        key=f"orders.order:{request.order_id}",
        priority=PRIORITY,
    )


def write_to_customer(request: Return, what: str) -> None:
    """Send the letter ``what``, such as "received", after the commit; once for each return."""
    mails.queue(
        request.order_id,
        OrderMail.Kind.RETURN,
        reference=f"{what}:{request.pk}",
        facts={"return": str(request.pk), "what": what},
    )
