"""Background jobs of accounts."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from shop.accounts.newsletter import mails, subscriptions


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
