"""Finding one's order without an account: a signed link, sent to the address of the order."""

from datetime import timedelta
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from orders.models import Order, OrderEvent
from orders.placed import status
from shop import mail

#: A link works for this long, in days.
LINK_DAYS = 7
#: One order's link is sent at most once in this time, in minutes.
PAUSE_MINUTES = 5
#: Name of the job that sends the link.
SEND_LINK = "orders.send_tracking_link"
_SALT = "orders.placed.tracking"


class LinkExpired(Exception):
    """The link is genuine and too old; ``order_id`` is the order it was for."""

    def __init__(self, order_id: UUID) -> None:
        super().__init__("the link has expired")
        self.order_id = order_id


def path_to(order_id: UUID) -> str:
    """Where the owner of the mailbox finds the order, for :data:`LINK_DAYS`."""
    return reverse("orders:tracked", args=[signing.dumps(order_id.hex, salt=_SALT)])


def read(token: str) -> UUID | None:
    """The order of a link, None for a forged one. Raises :class:`LinkExpired`."""
    try:
        return UUID(signing.loads(token, salt=_SALT, max_age=timedelta(days=LINK_DAYS)))
    except signing.SignatureExpired as error:
        raise LinkExpired(UUID(signing.loads(token, salt=_SALT))) from error
    except (signing.BadSignature, ValueError):
        return None


def ask(*, number: str, email: str, site_url: str) -> None:
    """Send the link of the order with this number and address, if there is one.

    A job is queued either way, so that the answer and its time tell nobody which orders exist.
    """
    found = Order.objects.filter(number=number.strip().upper(), email=email.strip().lower())
    order_id = found.values_list("pk", flat=True).first()
    send_later(order_id, site_url=site_url)


def send_later(order_id: UUID | None, *, site_url: str) -> None:
    """Queue the mail with the link of an order; None queues a job that does nothing."""
    task = app.configure_task(SEND_LINK)
    task.defer(order_id=str(order_id or ""), site_url=site_url)


def send_link(*, order_id: UUID, site_url: str) -> bool:
    """Mail the link to the address of the order; False when it went there a moment ago.

    Raises OSError when the mail server did not take it.
    """
    order = Order.objects.get(pk=order_id)
    lately = timezone.now() - timedelta(minutes=PAUSE_MINUTES)
    if order.events.filter(kind=OrderEvent.Kind.LINK_SENT, created_at__gte=lately).exists():
        return False
    with translation.override(order.language or settings.LANGUAGE_CODE):
        letter = mail.compose(
            template="tracking_link",
            to=order.email,
            subject=gettext("Where your order %(number)s is") % {"number": order.number},
            context={
                "order": order,
                "track_url": urljoin(site_url, path_to(order.pk)),
                "days": LINK_DAYS,
            },
        )
    letter.send()
    status.happened(order, OrderEvent.Kind.LINK_SENT)
    return True
