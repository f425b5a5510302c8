"""Background jobs of orders."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from orders.carts import cart_metrics, saved
from orders.checkouts import idempotency
from orders.mailing import mails, offer_letters
from orders.placed import expiry, notes, tracking
from orders.returns import upkeep, withdrawing


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="orders.cancel_unpaid", name="orders.cancel_unpaid")
def cancel_unpaid(timestamp: int) -> int:
    """Each minute: cancel orders that were not paid in time."""
    return expiry.cancel_unpaid_orders()


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="orders.abandon_carts", name="orders.abandon_carts")
def abandon_carts(timestamp: int) -> int:
    """Each night: close carts nobody touched for a month."""
    return expiry.abandon_carts()


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="orders.count_carts", name="orders.count_carts")
def count_carts(timestamp: int) -> int:
    """Each night: add up what happened in carts the day before."""
    return cart_metrics.roll_up()


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="orders.forget_saved", name="orders.forget_saved")
def forget_saved(timestamp: int) -> int:
    """Each night: forget what guests put aside long ago."""
    return saved.forget_old()


@app.task(
    name=mails.SEND,
    # The mail server is away, or takes nothing now: the last try is some hours later.
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def send_mail(mail_id: str) -> bool:
    """After something happened to an order: write to the customer."""
    return mails.send(UUID(mail_id))


@app.task(
    name=offer_letters.SEND,
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def send_offer(subscription_id: str) -> bool:
    """After a piece was kept for someone: tell them."""
    return offer_letters.send(UUID(subscription_id))


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="orders.queue_lost_mails", name="orders.queue_lost_mails")
def queue_lost_mails(timestamp: int) -> int:
    """Each ten minutes: take up letters whose job was lost."""
    return mails.queue_lost()


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="orders.forget_keys", name="orders.forget_keys")
def forget_keys(timestamp: int) -> int:
    """Each hour: forget the answers to requests that will not come again."""
    return idempotency.forget()


@app.task(
    name=tracking.SEND_LINK,
    # The mail server is away, or takes nothing now: the last try is some hours later.
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def send_tracking_link(order_id: str, site_url: str) -> bool:
    """After someone asked where an order is; without ``order_id`` there was no such order."""
    return bool(order_id) and tracking.send_link(order_id=UUID(order_id), site_url=site_url)


@app.task(
    name=notes.SEND_MESSAGE,
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def send_message(note_id: str) -> None:
    """After staff wrote to a customer."""
    notes.send(UUID(note_id))


@app.periodic(cron="11 5 * * *")
@app.task(queueing_lock="orders.mind_returns", name="orders.mind_returns")
def mind_returns(timestamp: int) -> int:
    """Each morning: remind of returns nobody sent, close those that are over, forget old ones."""
    told = upkeep.remind() + upkeep.end_unsent()
    return told + upkeep.forget_photos() + upkeep.forget_withdrawals()


@app.task(
    name=withdrawing.TAKE,
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def take_withdrawal(withdrawal_id: str) -> bool:
    """After somebody withdrew from the contract: act on it, and send the receipt."""
    withdrawing.take(UUID(withdrawal_id))
    return withdrawing.send_receipt(UUID(withdrawal_id))


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="orders.queue_withdrawals", name="orders.queue_withdrawals")
def queue_withdrawals(timestamp: int) -> int:
    """Each ten minutes: take up withdrawals whose job was lost."""
    return upkeep.queue_unanswered()
