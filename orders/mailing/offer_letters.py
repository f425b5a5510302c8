"""The mail to whoever a piece is kept for: what it is, until when, and the way to it."""

from typing import Final
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from audit import recording
from catalog.models import Subscription
from catalog.wishes import offers
from orders import lines
from shop import mail

#: Name of the job that sends.
SEND: Final = "orders.send_offer"


def queue(subscription_id: UUID) -> None:
    """Send the letter after the commit."""
    app.configure_task(SEND, lock=f"offer:{subscription_id}").defer(
        subscription_id=str(subscription_id)
    )


def send(subscription_id: UUID) -> bool:
    """Tell of the offer, once; not where it is over. Raises OSError when the mail server is away.

    A worker that dies between the server's answer and our note of it sends it a second time.
    """
    rows = Subscription.objects.select_related("variant__product")
    found = rows.filter(pk=subscription_id, status=Subscription.Status.DUE).first()
    letter = compose(found) if found is not None else None
    if letter is None:
        return False
    letter.send()
    with recording.batch():
        rows.filter(pk=subscription_id, status=Subscription.Status.DUE).update(
            status=Subscription.Status.SENT
        )
    return True


def compose(subscription: Subscription) -> EmailMultiAlternatives | None:
    """The letter in the language in which word was asked for; None when nothing is kept."""
    until = offers.kept_until(subscription)
    if until is None:
        return None
    token, variant = subscription.token, subscription.variant
    with translation.override(subscription.language or settings.LANGUAGE_CODE):
        return mail.compose(
            template="offer",
            to=subscription.email,
            subject=_("%(title)s is back, and one is kept for you")
            % {"title": variant.product.title},
            context={
                "title": variant.product.title,
                "choice": lines.choice(variant.option_values),
                "until": until,
                "offer_url": urljoin(settings.SHOP_URL, reverse("orders:offer", args=[token])),
            },
            unsubscribe_url=urljoin(
                settings.SHOP_URL, reverse("catalog:subscription", args=[token])
            ),
        )
