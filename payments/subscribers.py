"""What payments do when something happened to orders."""

from uuid import UUID

from payments.models import Payment
from payments.tasks import give_back_canceled
from shop.events.models import OutboxEvent
from shop.events.subscriptions import subscribes


@subscribes("order.canceled", name="payments.give_back")
def give_back(event: OutboxEvent) -> None:
    """A canceled order's money goes back; the provider is asked by a job, after the commit."""
    held = [Payment.Status.AUTHORIZED, Payment.Status.CAPTURED, Payment.Status.SETTLED]
    order_id = UUID(event.aggregate_id)
    if Payment.objects.filter(order=order_id, status__in=held).exists():
        give_back_canceled.defer(order_id=str(order_id))
