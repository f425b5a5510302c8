"""Background jobs of payments."""

from uuid import UUID

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from payments import processing, settling
from payments.credit import cards, letters
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


@app.task(name="payments.settle_refund")
def settle_refund(refund_id: str) -> None:
    """After something is to be given back: ask the provider. What fails is resumed each minute."""
    settling.settle(UUID(refund_id))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="payments.resume_refunds", name="payments.resume_refunds")
def resume_refunds(timestamp: int) -> int:
    """Each minute: ask the providers about refunds that stayed on their way."""
    resumed = 0
    for refund_id in settling.unfinished():
        try:
            settling.settle(refund_id)
        except PaymentsError:
            logger.exception("refund could not be resumed", refund=str(refund_id))
        else:
            resumed += 1
    return resumed


@app.task(
    name=letters.SEND,
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def send_gift_card(card_id: str, again: bool = False) -> bool:
    """After a gift card was issued: bring it to whom it is for."""
    return letters.send(UUID(card_id), again=again)


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="payments.send_due_gift_cards", name="payments.send_due_gift_cards")
def send_due_gift_cards(timestamp: int) -> int:
    """Each quarter of an hour: send gift cards whose day has come, or whose job was lost."""
    due = cards.due_to_send()
    for card_id in due:
        letters.queue_send(card_id)
    return len(due)


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="payments.end_gift_cards", name="payments.end_gift_cards")
def end_gift_cards(timestamp: int) -> int:
    """Each hour: end gift cards whose time is over."""
    return cards.end_expired()
