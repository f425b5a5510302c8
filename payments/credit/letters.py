"""The mail that brings a gift card: its code is made for it, and stands nowhere else."""

from datetime import date
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from audit import recording
from payments.credit import card_pdf, cards, codes
from payments.models import GiftCard
from shop import mail

#: Name of the file to print.
SHEET: Final = "gift-card.pdf"
#: Name of the job that sends.
SEND: Final = "payments.send_gift_card"


def queue(card: GiftCard, *, today: date | None = None) -> None:
    """Send the card after the commit, unless its day is still to come or nobody is to get it."""
    day = today or timezone.localdate()
    if card.recipient_email and (card.send_on is None or card.send_on <= day):
        queue_send(card.pk)


def queue_send(card_id: UUID, *, again: bool = False) -> None:
    """Send the card after the commit, one job after the other: two at once would be two codes."""
    app.configure_task(SEND, lock=f"gift-card:{card_id}").defer(card_id=str(card_id), again=again)


def send(card_id: UUID, *, again: bool = False) -> bool:
    """Send the card with a new code; whether it was sent. Once, unless ``again`` is asked for.

    Its hash is committed before the mail server is asked; a job that fails in between starts over
    with another code, so the last mail counts. Raises OSError when the mail server is away.
    """
    card = GiftCard.objects.get(pk=card_id)
    is_due = again or card.sent_at is None
    if not is_due or not card.recipient_email or not card.is_spendable:
        return False
    code = cards.give_code(card_id)
    card.refresh_from_db()
    compose(card, code).send()
    with recording.batch():
        GiftCard.objects.filter(pk=card_id).update(sent_at=timezone.now())
    return True


def compose(card: GiftCard, code: str) -> EmailMultiAlternatives:
    """The letter in the language of whoever bought the card."""
    with translation.override(card.language or settings.LANGUAGE_CODE):
        subject = _("A gift card for you")
        if card.sender_name:
            subject = _("%(sender)s sends you a gift card") % {"sender": card.sender_name}
        letter = mail.compose(
            template="gift_card",
            to=card.recipient_email,
            subject=subject,
            context={
                "card": card,
                "code": codes.shown(code),
                "shop_url": settings.SHOP_URL,
                "balance_url": _balance_url(),
            },
        )
        # The only time that the code is known: whoever wants to hand the card over prints it now.
        letter.attach(SHEET, sheet_of(card, code), "application/pdf")
        return letter


def sheet_of(card: GiftCard, code: str) -> bytes:
    """The PDF of the card with its plain ``code``, to print and hand over."""
    return card_pdf.draw(card, codes.shown(code), balance_url=_balance_url())


def _balance_url() -> str:
    return urljoin(settings.SHOP_URL, reverse("payments:gift_card_balance"))
