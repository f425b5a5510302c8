"""Letters about orders: due once for each reason, sent by a job.

The row of a letter is written in the transaction that delivers its event, with the job that sends
it, so it is due exactly once. The mail server is asked outside any transaction by who claimed the
row; a worker that dies between the server's answer and our note of it leaves the row to another
one ``CLAIM_SECONDS`` later, which sends the letter a second time, under the same Message-ID.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from orders.mailing import letters
from orders.models import Order, OrderMail

Kind = OrderMail.Kind

#: Name of the job that sends.
SEND: Final = "orders.send_mail"
#: An order that is paid at once gets one letter, which says so: the confirmation waits so long
#: for the money, in seconds.
PAYMENT_WAIT_SECONDS: Final = 60
#: Time a worker has for sending, in seconds.
CLAIM_SECONDS: Final = 5 * 60
#: A letter that waits longer than this is one for staff to look at, in seconds.
LATE_AFTER_SECONDS: Final = 60 * 60
#: A letter whose job was lost is taken up after this time, in seconds, and for so many days.
LOST_AFTER_SECONDS: Final = 15 * 60
LOST_FOR_DAYS: Final = 3


def queue(
    order_id: UUID,
    kind: OrderMail.Kind,
    *,
    reference: str = "",
    facts: Mapping[str, Any] | None = None,
    after_seconds: int = 0,
) -> None:
    """Send a letter after the commit, once for each ``kind`` and ``reference`` of the order.

    ``facts`` are JSON values that the letter needs, no persons. Runs in the caller's transaction.
    """
    letter, is_new = OrderMail.objects.get_or_create(
        order_id=order_id, kind=kind, reference=reference, defaults={"facts": dict(facts or {})}
    )
    if is_new:
        _defer(letter, after_seconds)


def tell_of_payment(order_id: UUID) -> None:
    """Send the confirmation that still waits, which will say it, or else a letter of its own."""
    waiting = OrderMail.objects.filter(
        order=order_id, kind=Kind.PLACED, reference="", sent_at=None, claimed_until=None
    ).first()
    if waiting is None:
        queue(order_id, Kind.PAID)
    else:
        _defer(waiting)


def send_again(order: Order, kind: OrderMail.Kind, *, reason: str) -> None:
    """Send a letter anew, such as to a corrected address; once for each ``reason``.

    It tells what the last one of its kind told: of the same parcel, the same refund.
    """
    last = order.mails.filter(kind=kind).order_by("-created_at").first()
    queue(order.pk, kind, reference=reason, facts=last.facts if last else None)


def send(mail_id: UUID) -> bool:
    """Send the letter unless that is done or another worker is at it; whether it was sent.

    Raises OSError when the mail server does not take it; it may be sent later.
    """
    now = timezone.now()
    mine = OrderMail.objects.filter(pk=mail_id, sent_at=None)
    free = mine.filter(Q(claimed_until=None) | Q(claimed_until__lte=now))
    if not free.update(claimed_until=now + timedelta(seconds=CLAIM_SECONDS)):
        return False
    letter = OrderMail.objects.select_related("order").get(pk=mail_id)
    if _is_pointless(letter):
        mine.delete()
        return False
    try:
        letters.compose(letter).send()
    except Exception:
        mine.update(claimed_until=None)
        raise
    return bool(mine.update(sent_at=timezone.now(), claimed_until=None))


def queue_lost(*, limit: int = 200) -> int:
    """Queue again the letters that no job sent; returns how many."""
    now = timezone.now()
    lost = OrderMail.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lte=now),
        sent_at=None,
        created_at__lte=now - timedelta(seconds=LOST_AFTER_SECONDS),
        created_at__gte=now - timedelta(days=LOST_FOR_DAYS),
    )
    letters_lost = list(lost.order_by("created_at")[:limit])
    for letter in letters_lost:
        _defer(letter)
    return len(letters_lost)


def is_late() -> Q:
    """Letters that ought to have left by now."""
    since = timezone.now() - timedelta(seconds=LATE_AFTER_SECONDS)
    return Q(sent_at=None, created_at__lte=since)


def _is_pointless(letter: OrderMail) -> bool:
    """Whoever hears that the order was canceled need not hear of its beginning any more.

    Nor is who has paid reminded.
    """
    if letter.is_reminder and letter.order.status != Order.Status.PENDING:
        return True
    is_beginning = letter.kind in (Kind.PLACED, Kind.PAID, Kind.TO_PAY)
    return is_beginning and letter.order.status == Order.Status.CANCELED


def _defer(letter: OrderMail, after_seconds: int = 0) -> None:
    job = app.configure_task(
        SEND, schedule_in={"seconds": after_seconds} if after_seconds else None
    )
    job.defer(mail_id=str(letter.pk))
