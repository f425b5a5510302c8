"""Cards that customers keep: remembered with consent, kept once they paid, removed for good.

Only the provider's token is stored. A card of somebody else is never found, so never charged.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from audit import recording
from orders.models import Checkout
from payments.errors import CardGone
from payments.models import Payment, SavedCard
from payments.providers.base import Method
from shop.accounts.models import User
from shop.conflicts import retried

#: How long a card waits for its first payment.
WAITS = timedelta(days=1)
#: What is left of a bill of which the bank approved the card.
_PAID = (
    Payment.Status.AUTHORIZED,
    Payment.Status.CAPTURED,
    Payment.Status.SETTLED,
    Payment.Status.PARTIALLY_REFUNDED,
    Payment.Status.REFUNDED,
)


def of_person(user_id: UUID) -> list[SavedCard]:
    """All that the person keeps, first choice first; expired ones too. One query."""
    return list(SavedCard.objects.filter(user=user_id, kept_at__isnull=False))


def usable(user_id: UUID) -> list[SavedCard]:
    """What the person can pay with today. One query."""
    return [card for card in of_person(user_id) if not card.is_expired]


def method(card: SavedCard) -> Method:
    """What a payment with the card needs."""
    return Method(token=card.token, brand=card.brand, last4=card.last4)


def remember(
    *, user_id: UUID, provider_name: str, method: Method, expiry: tuple[int, int]
) -> SavedCard:
    """Note that the person wants the card kept; it is when a payment with it went through.

    ``expiry`` is month and year.
    """
    month, year = expiry
    with recording.batch():
        made: SavedCard = SavedCard.objects.create(
            user_id=user_id,
            provider=provider_name,
            token=method.token,
            brand=method.brand,
            last4=method.last4,
            expiry_month=month,
            expiry_year=year,
            holder=User.objects.get(pk=user_id).get_full_name(),
        )
    return made


def keep_paid(*, user_id: UUID | None = None) -> int:
    """Keep remembered cards that paid, of one person or of all; returns how many."""
    paid = Payment.objects.filter(
        user=OuterRef("user"), method_token=OuterRef("token"), status__in=_PAID
    )
    waiting = SavedCard.objects.filter(Exists(paid), kept_at=None)
    if user_id is not None:
        waiting = waiting.filter(user=user_id)
    found = list(waiting.values_list("pk", "user_id"))
    for card_id, owner_id in found:
        _keep(card_id, owner_id)
    return len(found)


def forget_unpaid(now: datetime | None = None) -> int:
    """Forget cards that no payment went through with; returns how many."""
    before = (now or timezone.now()) - WAITS
    with recording.batch():
        gone, _by_model = SavedCard.objects.filter(kept_at=None, created_at__lt=before).delete()
    return gone


@retried
def make_default(*, user_id: UUID, card_id: UUID) -> SavedCard:
    """Offer this card first. Raises :class:`CardGone` unless the person keeps it."""
    with recording.batch():
        chosen = _locked(user_id, card_id)
        _choose(chosen)
    return chosen


@retried
def remove(*, user_id: UUID, card_id: UUID) -> SavedCard:
    """Forget the card and its token; checkouts that would pay with it choose anew.

    Raises :class:`CardGone` unless the person keeps it.
    """
    with recording.batch():
        card = _locked(user_id, card_id)
        _forget(card)
        left = SavedCard.objects.filter(user=user_id, kept_at__isnull=False).first()
        if left is not None and not left.is_default:
            _choose(left)
    return card


def forget_all(user_id: UUID) -> int:
    """Remove all cards of a person whose data is erased; returns how many."""
    with recording.batch():
        User.all_objects.select_for_update().get(pk=user_id)
        cards = list(SavedCard.objects.filter(user=user_id).select_for_update().order_by("pk"))
        for card in cards:
            _forget(card)
        SavedCard.all_objects.filter(user=user_id).delete()
    return len(cards)


def _locked(user_id: UUID, card_id: UUID) -> SavedCard:
    """The person's card, with all of their cards under one lock."""
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    card = SavedCard.objects.filter(pk=card_id, user=user_id, kept_at__isnull=False).first()
    if card is None:
        raise CardGone
    return card


@retried
def _keep(card_id: UUID, user_id: UUID) -> None:
    """Keep a card; the same one kept before gives way, and its place stays."""
    with recording.batch():
        User.objects.select_for_update(no_key=True).get(pk=user_id)
        card = SavedCard.objects.filter(pk=card_id, kept_at=None).first()
        if card is None:
            return
        kept = SavedCard.objects.filter(user=user_id, kept_at__isnull=False)
        same = kept.filter(
            provider=card.provider,
            brand=card.brand,
            last4=card.last4,
            expiry_month=card.expiry_month,
            expiry_year=card.expiry_year,
        ).first()
        was_default = same is not None and same.is_default
        if same is not None:
            _forget(same)
        card.kept_at = timezone.now()
        card.is_default = was_default or not kept.filter(is_default=True).exists()
        card.save()


def _choose(card: SavedCard) -> None:
    for other in SavedCard.objects.filter(user=card.user_id, is_default=True).exclude(pk=card.pk):
        other.is_default = False
        other.save(update_fields=["is_default"])
    card.is_default = True
    card.save(update_fields=["is_default"])


def _forget(card: SavedCard) -> None:
    checkouts = Checkout.objects.filter(
        cart__user=card.user_id, payment_method__token=card.token
    ).select_for_update(of=("self",))
    for checkout in checkouts.order_by("pk"):
        checkout.payment_provider, checkout.payment_method = "", {}
        checkout.save(update_fields=["payment_provider", "payment_method"])
    card.token, card.is_default, card.deleted_at = "", False, timezone.now()
    card.save(update_fields=["token", "is_default", "deleted_at"])
