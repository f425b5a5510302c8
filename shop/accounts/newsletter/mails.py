"""The mail that asks the owner of a mailbox."""

from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from shop import mail
from shop.accounts.models import NewsletterSubscription
from shop.accounts.newsletter.links import CONFIRM_DAYS, confirm_path, unsubscribe_path


def send_confirmation(*, subscription_id: UUID, site_url: str) -> bool:
    """Ask for the confirmation; whether there was still somebody to ask.

    Raises OSError when the mail server did not take it.
    """
    waiting = NewsletterSubscription.objects.filter(status=NewsletterSubscription.Status.PENDING)
    found = waiting.filter(pk=subscription_id).first()
    if found is None:
        return False
    with translation.override(found.language or settings.LANGUAGE_CODE):
        letter = mail.compose(
            template="newsletter_confirmation",
            to=found.email,
            subject=gettext("Do you want the newsletter of %(shop)s?")
            % {"shop": settings.SHOP_NAME},
            context={
                "confirm_url": urljoin(site_url, confirm_path(found.pk)),
                "days": CONFIRM_DAYS,
            },
            unsubscribe_url=urljoin(site_url, unsubscribe_path(found.pk)),
        )
    letter.send()
    return True
