"""Cards that customers keep: remembered with consent, kept once they paid, removed for good.

Where the provider holds them (``holds_cards``) it says what it keeps with its answer to a payment.
Only the provider's token is stored. A card of somebody else is never found, so never charged.
"""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from audit import recording
from orders.models import Checkout
from payments import customers, removals
from payments.errors import CardGone
from payments.models import Payment, SavedCard
from payments.providers.base import Kept, Method
from payments.providers.news import CardNews
from shop.accounts.models import ConsentRecord, User
from shop.accounts.privacy import consents
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
    return Method(token=card.token, brand=card.brand, last4=card.last4, customer=card.customer)


def note(payment: Payment, kept: Kept) -> None:
    """Note what the provider holds of an approved payment; it is kept once that is paid.

    In the transaction that records the payment, which goes on also where it is known already.
    """
    try:
        with transaction.atomic():
            SavedCard.objects.create(
                user_id=payment.user_id,
                provider=payment.provider,
                payment=payment,
                holder=kept.holder or holder_of(cast("UUID", payment.user_id)),
                **facts(kept),
            )
    except IntegrityError:
        return
    customers.learn(user_id=payment.user_id, provider_name=payment.provider, token=kept.customer)


def holder_of(user_id: UUID) -> str:
    """Whose name stands with a card of the person. One query."""
    return str(User.objects.get(pk=user_id).get_full_name())


def facts(kept: Kept) -> dict[str, Any]:
    """What a provider says of a card, as it is stored."""
    month, year = kept.expiry or (None, None)
    return {
        "token": kept.token,
        "customer": kept.customer,
        "brand": kept.brand[:20],
        "last4": kept.last4,
        "expiry_month": month,
        "expiry_year": year,
    }


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
            holder=holder_of(user_id),
        )
    return made


def note_consent(user_id: UUID, *, words: str, place: str) -> None:
    """Write down that the person wants a means kept, by the ``words`` beside it."""
    purpose = ConsentRecord.Purpose.SAVED_CARD
    with recording.batch():
        consents.note(purpose, is_given=True, words=words, place=place, user_id=user_id)


def keep_paid(*, user_id: UUID | None = None) -> int:
    """Keep remembered cards that paid, of one person or of all; returns how many."""
    paid = Payment.objects.filter(
        user=OuterRef("user"), method_token=OuterRef("token"), status__in=_PAID
    )
    waiting = SavedCard.objects.filter(Exists(paid) | Q(payment__status__in=_PAID), kept_at=None)
    if user_id is not None:
        waiting = waiting.filter(user=user_id)
    found = list(waiting.values_list("pk", "user_id"))
    for card_id, owner_id in found:
        keep(card_id, owner_id)
    return len(found)


def forget_unpaid(now: datetime | None = None) -> int:
    """Forget cards that no payment went through with; returns how many."""
    before = (now or timezone.now()) - WAITS
    with recording.batch():
        old = SavedCard.objects.filter(kept_at=None, created_at__lt=before).select_for_update()
        cards = list(old.order_by("pk"))
        for card in cards:
            removals.queue(card)
        SavedCard.objects.filter(pk__in=[card.pk for card in cards]).delete()
    return len(cards)


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

    A job has the provider forget it too. Raises :class:`CardGone` unless the person keeps it.
    """
    with recording.batch():
        card = _locked(user_id, card_id)
        removals.queue(card)
        drop(card)
    return card


def drop(card: SavedCard) -> None:
    """Forget a card that its provider holds no more; the next one is the first choice then."""
    _forget(card)
    left = SavedCard.objects.filter(user=card.user_id, kept_at__isnull=False).first()
    if left is None:
        purpose = ConsentRecord.Purpose.SAVED_CARD
        consents.note(purpose, is_given=False, place="account", user_id=card.user_id)
    elif not left.is_default:
        _choose(left)


def forget_all(user_id: UUID) -> int:
    """Remove all cards of a person whose data is erased; returns how many."""
    with recording.batch():
        User.all_objects.select_for_update().get(pk=user_id)
        cards = list(SavedCard.objects.filter(user=user_id).select_for_update().order_by("pk"))
        for card in cards:
            removals.queue(card)
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
def keep(card_id: UUID, user_id: UUID) -> None:
    """Keep a card that was remembered; the same one kept before gives way, and its place stays."""
    with recording.batch():
        User.objects.select_for_update(no_key=True).get(pk=user_id)
        card = SavedCard.objects.filter(pk=card_id, kept_at=None).first()
        if card is None:
            return
        was_default = _give_way(card)
        kept = SavedCard.objects.filter(user=user_id, kept_at__isnull=False)
        card.kept_at = timezone.now()
        card.is_default = was_default or not kept.filter(is_default=True).exists()
        card.save()


def renew(card: SavedCard, news: CardNews) -> bool:
    """What a bank changed of a card; whether that is new. The caller locked its owner."""
    month, year = news.expiry or (card.expiry_month, card.expiry_year)
    told = (news.brand[:20] or card.brand, news.last4 or card.last4, month, year)
    if told == (card.brand, card.last4, card.expiry_month, card.expiry_year):
        return False
    if (year, month) != (card.expiry_year, card.expiry_month):
        card.reminded_at = None
    card.brand, card.last4, card.expiry_month, card.expiry_year = told
    if card.kept_at is not None:
        card.is_default = _give_way(card) or card.is_default
    card.save()
    return True


def _give_way(card: SavedCard) -> bool:
    """Forget the same card where it is kept already; whether that was the first choice."""
    kept = SavedCard.objects.filter(user=card.user_id, kept_at__isnull=False).exclude(pk=card.pk)
    same = kept.filter(
        provider=card.provider,
        brand=card.brand,
        last4=card.last4,
        expiry_month=card.expiry_month,
        expiry_year=card.expiry_year,
    ).first()
    if same is None:
        return False
    was_default = bool(same.is_default)
    removals.queue(same)
    _forget(same)
    return was_default


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
