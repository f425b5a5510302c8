"""Background jobs of accounts."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from shop.accounts.letters import sending
from shop.accounts.letters.queue import SEND
from shop.accounts.newsletter import mails, subscriptions
from shop.accounts.privacy import jobs  # noqa: F401
from shop.accounts.sign_in import sessions, throttle


@app.task(
    name=subscriptions.CONFIRMATION,
    # The mail server is away, or takes nothing now: the last try is some hours later.
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def send_newsletter_confirmation(subscription_id: str, site_url: str) -> bool:
    """After someone asked for the newsletter: ask the owner of the mailbox."""
    return mails.send_confirmation(subscription_id=UUID(subscription_id), site_url=site_url)


@app.periodic(cron="37 4 * * *")
@app.task(queueing_lock="accounts.forget_newsletter", name="accounts.forget_newsletter")
def forget_newsletter(timestamp: int) -> int:
    """Each night: delete addresses that nobody confirmed, and old proof."""
    return subscriptions.forget(timezone.now())


@app.task(
    name=SEND,
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError]),
)
def send_letter(letter_id: str) -> bool:
    """After something happened to an account: write to its owner."""
    return sending.send(UUID(letter_id))


@app.periodic(cron="17 4 * * *")
@app.task(queueing_lock="accounts.forget_sign_ins", name="accounts.forget_sign_ins")
def forget_sign_ins(timestamp: int) -> int:
    """Each night: delete letters that nobody could send, ended sessions, and old counts."""
    now = timezone.now()
    return sending.forget(now) + sessions.forget(now) + throttle.forget(now)
