"""The mail that tells of a kept card that expires: once, in the month before its last is over."""

from datetime import date, timedelta
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit import recording
from payments.models import SavedCard
from shop import mail
from shop.accounts.models import NotificationPreference, User
from shop.accounts.preferences import preferences
from shop.accounts.preferences.links import stop_path

Kind = NotificationPreference.Kind
#: Mails of one run; the next one goes on.
MOST = 200


def remind(today: date | None = None) -> int:
    """Tell the owners of cards whose last month comes next or has begun; returns how many.

    Raises OSError when the mail server is away. A worker that dies between the server's answer and
    our note of it sends one a second time.
    """
    first = (today or timezone.localdate()).replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    due = SavedCard.objects.filter(
        Q(expiry_year=first.year, expiry_month=first.month)
        | Q(expiry_year=following.year, expiry_month=following.month),
        kept_at__isnull=False,
        reminded_at=None,
        user__deleted_at=None,
        user__status=User.Status.ACTIVE,
    ).filter(preferences.wanted_by(Kind.CARD_EXPIRY, user="user_id"))
    cards = list(due.select_related("user").order_by("pk")[:MOST])
    for card in cards:
        compose(card).send()
        _note(card.pk)
    return len(cards)


def compose(card: SavedCard) -> EmailMultiAlternatives:
    """The mail in the language of the card's owner."""
    with translation.override(card.user.language or settings.LANGUAGE_CODE):
        return mail.compose(
            template="card_expiring",
            to=card.user.email,
            subject=_("%(card)s expires soon") % {"card": card},
            context={
                "card": card,
                "url": urljoin(settings.SHOP_URL, reverse("payments:account_cards")),
            },
            unsubscribe_url=urljoin(settings.SHOP_URL, stop_path(card.user_id, Kind.CARD_EXPIRY)),
        )


def _note(card_id: UUID) -> None:
    with recording.batch():
        SavedCard.objects.filter(pk=card_id).update(reminded_at=timezone.now())
