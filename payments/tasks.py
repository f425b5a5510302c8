"""Background jobs of payments."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from payments import (
    awaiting,
    capturing,
    card_adding,
    card_letters,
    dispute_letters,
    notices,
    reconciliation,
    recovery,
    releasing,
    removals,
    saved_cards,
    settlements,
    settling,
)
from payments.credit import cards, letters
from payments.errors import PaymentsError, ProviderAway
from payments.providers import names, sandbox_notices

logger = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="payments.resume_open", name="payments.resume_open")
def resume_open(timestamp: int) -> int:
    """Each minute: ask the providers about payments that stayed open, and finish them."""
    resumed = 0
    for payment_id in recovery.open_payments():
        try:
            recovery.resume(payment_id)
        except PaymentsError:
            logger.exception("payment could not be resumed", payment=str(payment_id))
        else:
            resumed += 1
    return resumed


@app.task(name="payments.give_back_canceled")
def give_back_canceled(order_id: str) -> None:
    """After an order was canceled: its money goes back. What fails is resumed each minute."""
    recovery.give_back_canceled(UUID(order_id))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="payments.void_given_up", name="payments.void_given_up")
def void_given_up(timestamp: int) -> int:
    """Each minute: have providers give back what they may hold of attempts that were given up."""
    return _each(recovery.unvoided(), recovery.void_again)


@app.task(name="payments.settle_capture")
def settle_capture(capture_id: str) -> None:
    """After a parcel left: ask the provider. What fails is resumed each minute."""
    capturing.settle(UUID(capture_id))


@app.task(name="payments.call_back")
def call_back(order_id: str) -> None:
    """After a paid order was canceled: what was not captured is given up. Resumed each minute."""
    releasing.call_back(UUID(order_id))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="payments.resume_captures", name="payments.resume_captures")
def resume_captures(timestamp: int) -> int:
    """Each minute: finish captures and releases that stayed open, and those whose job was lost."""
    return (
        _each(capturing.unfinished(), capturing.settle)
        + _each(releasing.unfinished(), releasing.finish)
        + _each(releasing.canceled(), releasing.call_back)
        + _each(releasing.left_behind(), releasing.take_rest)
    )


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="payments.end_authorizations", name="payments.end_authorizations")
def end_authorizations(timestamp: int) -> int:
    """Each five minutes: authorizations whose time is over end here too; customers are told."""
    return _each(releasing.ended(), partial(releasing.release, code=releasing.ENDED))


def _each(ids: list[UUID], act: Callable[[UUID], object]) -> int:
    """Do ``act`` with each; one that fails does not stop the others. Returns how many went well."""
    done = 0
    for row_id in ids:
        try:
            act(row_id)
        except PaymentsError:
            logger.exception("payments could not go on", row=str(row_id))
        else:
            done += 1
    return done


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


@app.task(name=notices.PROCESS)
def process_notice(notice_id: str) -> str:
    """After a provider told something: ask what is true. What fails is taken up each minute."""
    return str(notices.process(UUID(notice_id)).status)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="payments.process_waiting", name="payments.process_waiting")
def process_waiting(timestamp: int) -> int:
    """Each minute: take up notices that a crash or a silent provider left waiting."""
    due = notices.waiting()
    for notice_id in due:
        notices.process(notice_id)
    return len(due)


@app.periodic(cron="17 4 * * *")
@app.task(queueing_lock="payments.remove_old_notices", name="payments.remove_old_notices")
def remove_old_notices(timestamp: int) -> int:
    """Each night: forget notices that were done with long ago."""
    return notices.remove_old()


@app.periodic(cron="* * * * *")
@app.task(name=sandbox_notices.TELL)
def tell_sandbox(timestamp: int) -> int:
    """Each minute, and when it has something to tell: let the sandbox send its notices."""
    if "SANDBOX" not in names():
        return 0
    return sandbox_notices.send_due(partial(notices.receive, "SANDBOX"))


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="payments.remind_of_money", name="payments.remind_of_money")
def remind_of_money(timestamp: int) -> int:
    """Each hour: remind of transfers that did not come, and of orders to collect and pay."""
    return awaiting.remind()


@app.periodic(cron="11 * * * *")
@app.task(
    queueing_lock="payments.remind_of_disputes",
    name="payments.remind_of_disputes",
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def remind_of_disputes(timestamp: int) -> int:
    """Each hour: remind staff of disputes that must be answered in three days, and in one."""
    return dispute_letters.remind()


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="payments.sort_cards", name="payments.sort_cards")
def sort_cards(timestamp: int) -> int:
    """Each hour: keep cards that paid or were agreed to, and forget those that nothing paid."""
    return saved_cards.keep_paid() + card_adding.finish_left() + saved_cards.forget_unpaid()


@app.task(name=removals.FORGET)
def forget_card(removal_id: str) -> bool:
    """After a card was removed: have its provider forget it. What fails is taken up each minute."""
    return removals.settle(UUID(removal_id))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="payments.forget_cards", name="payments.forget_cards")
def forget_cards(timestamp: int) -> int:
    """Each minute: ask again for cards that their providers did not forget."""
    return _each(removals.waiting(), removals.settle)


@app.periodic(cron="37 9 * * *")
@app.task(
    queueing_lock="payments.remind_of_cards",
    name="payments.remind_of_cards",
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def remind_of_cards(timestamp: int) -> int:
    """Each morning: tell of kept cards that expire."""
    return card_letters.remind()


@app.periodic(cron="47 2 * * *")
@app.task(
    queueing_lock="payments.collect_settlements",
    name="payments.collect_settlements",
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[ProviderAway]),
)
def collect_settlements(timestamp: int) -> int:
    """Each night: ask the providers what they settled, and look for what is missing."""
    try:
        return sum(report.lines for report in settlements.collect().values())
    finally:
        # Also while one of them is away: the money of the others is missed.
        settlements.look_again()


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="payments.reconcile", name="payments.reconcile")
def reconcile(timestamp: int) -> int:
    """Each night: compare our ledger with the providers', and mend what is safe."""
    return reconciliation.reconcile().found
