"""What orders tell the rest of the shop."""

from orders.models import Order
from shop.events import outbox

#: Before what merely catches up: people wait for the mail.
PRIORITY = 7


def announce(order: Order, what: str, **facts: object) -> None:
    """Emit ``order.<what>``, such as ``order.paid``, in the caller's transaction.

    The payload names no person; amounts are in minor units of ``currency``; ``facts`` join it.
    """
    outbox.emit(
        f"order.{what}",
        order,
        payload={
            "number": order.number,
            "status": order.status,
            "total": order.total,
            "currency": order.currency,
            **facts,
        },
        priority=PRIORITY,
    )
