"""Background jobs of payments."""

from uuid import UUID

import structlog
from procrastinate.contrib.django import app

from payments import processing
from payments.errors import PaymentsError

logger = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="payments.resume_open", name="payments.resume_open")
def resume_open(timestamp: int) -> int:
    """Each minute: ask the providers about payments that stayed open, and finish them."""
    resumed = 0
    for payment_id in processing.open_payments():
        try:
            processing.resume(payment_id)
        except PaymentsError:
            logger.exception("payment could not be resumed", payment=str(payment_id))
        else:
            resumed += 1
    return resumed


@app.task(name="payments.give_back_canceled")
def give_back_canceled(order_id: str) -> None:
    """After an order was canceled: its money goes back. What fails is resumed each minute."""
    processing.give_back_canceled(UUID(order_id))
