"""The mails that remind staff of disputes: three days and one day before they must be answered."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit import recording
from payments import disputes
from payments.models import Dispute
from shop import mail

#: Days before the deadline on which staff are reminded, the last one first.
REMINDERS: Final = (1, 3)


def remind(now: datetime | None = None) -> int:
    """Send the reminders that are due, each once; returns how many.

    Raises OSError when the mail server is away. A worker that dies between the server's answer and
    our note of it sends one a second time.
    """
    now = now or timezone.now()
    sent = 0
    for days in REMINDERS:
        due = disputes.to_answer().filter(
            Q(reminded_days=None) | Q(reminded_days__gt=days),
            respond_by__gt=now,
            respond_by__lte=now + timedelta(days=days),
        )
        for dispute in due.select_related("payment__order")[:100]:
            compose(dispute, now).send()
            _note(dispute.pk, days)
            sent += 1
    return sent


def compose(dispute: Dispute, now: datetime) -> EmailMultiAlternatives:
    """The mail to the shop's own address, in the shop's language."""
    with translation.override(settings.LANGUAGE_CODE):
        number = dispute.payment.order.number
        hours = (dispute.respond_by - now) // timedelta(hours=1) if dispute.respond_by else 0
        days = max(1, round(hours / 24))
        left = ngettext("%d day left", "%d days left", days) % days
        page = reverse("admin:payments_dispute_change", args=[dispute.pk])
        return mail.compose(
            template="dispute_due",
            to=settings.SHOP_EMAIL,
            subject=_("Dispute of %(number)s: %(left)s to answer")
            % {"number": number, "left": left},
            context={
                "dispute": dispute,
                "number": number,
                "left": left,
                "url": urljoin(settings.SHOP_URL, page),
            },
        )


def _note(dispute_id: UUID, days: int) -> None:
    with recording.batch():
        Dispute.objects.filter(pk=dispute_id).update(reminded_days=days)
