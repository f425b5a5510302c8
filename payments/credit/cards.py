"""Gift cards: issued, given a code, blocked and ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from audit import recording
from payments.credit import codes, ledger
from payments.errors import CreditRefused
from payments.models import CreditEntry, GiftCard
from shop.conflicts import retried

Kind, Status = CreditEntry.Kind, GiftCard.Status
#: Cards that one run of the job ends in a transaction.
_AT_ONCE = 200


@dataclass(frozen=True)
class Recipient:
    """Who gets a card, from whom, and when; without an address nobody is written to."""

    email: str = ""
    name: str = ""
    sender: str = ""
    message: str = ""
    language: str = ""
    send_on: date | None = None


def expiry(since: datetime | None = None) -> datetime | None:
    """Until when a card issued now can be spent; None for ever."""
    days = settings.GIFT_CARD_DAYS
    return (since or timezone.now()) + timedelta(days=days) if days else None


@retried
def issue(
    *,
    amount: int,
    currency: str,
    recipient: Recipient,
    reason: str,
    key: str,
    actor_id: UUID | None,
    expires_at: datetime | None = None,
) -> GiftCard:
    """Issue a card of ``amount`` (minor units) by hand, once for each ``key``; it has no code yet.

    Raises ValueError for an amount that is not positive.
    """
    if amount <= 0:
        raise ValueError("a gift card is worth something")
    with recording.batch():
        name = f"issued:{key}"
        known = CreditEntry.objects.select_related("card").filter(key=name).first()
        if known is not None and known.card is not None:
            return known.card
        card = made(currency=currency, recipient=recipient, expires_at=expires_at or expiry())
        card.save(force_insert=True)
        posted = ledger.entry(
            card, kind=Kind.ISSUED, amount=amount, key=name, actor_id=actor_id, reason=reason
        )
        ledger.post([posted])
        card.refresh_from_db()
        return card


def made(*, currency: str, recipient: Recipient, expires_at: datetime | None) -> GiftCard:
    """A card without code and money, not stored yet."""
    return GiftCard(
        currency=currency,
        expires_at=expires_at,
        recipient_email=recipient.email,
        recipient_name=recipient.name,
        sender_name=recipient.sender,
        message=recipient.message,
        language=recipient.language,
        send_on=recipient.send_on,
    )


def find(typed: str) -> GiftCard:
    """The card of a code that can be spent now. One query, for what may be a code at all.

    Raises :class:`CreditRefused`, the same for a wrong code as for one that is blocked, over or
    spent: answers tell nobody which codes exist.
    """
    code = codes.plain(typed)
    card: GiftCard | None = (
        GiftCard.objects.filter(code_hash=codes.hash_of(code)).first() if code else None
    )
    if card is None or not card.is_spendable:
        raise CreditRefused
    return card


@retried
def give_code(card_id: UUID) -> str:
    """Make a new code for the card, which ends the one before; the only time it can be read."""
    with recording.batch():
        card = GiftCard.objects.select_for_update(of=("self",)).get(pk=card_id)
        code = codes.new_code()
        card.code_hash, card.last4 = codes.hash_of(code), code[-4:]
        card.save(update_fields=["code_hash", "last4"])
    return code


@retried
def block(card_id: UUID) -> GiftCard:
    """Let nobody spend the card any more; what is on it stays."""
    return _turn(card_id, Status.BLOCKED)


@retried
def unblock(card_id: UUID) -> GiftCard:
    """Let the card be spent again."""
    return _turn(card_id, Status.ACTIVE)


@retried
def void(card_ids: Iterable[UUID], *, key: str, reason: str) -> int:
    """Block cards and take what is left on them, once for each ``key``; returns the sum taken.

    Locks the cards in key order. Runs when the money of bought cards was given back.
    """
    with recording.batch():
        rows = GiftCard.objects.filter(pk__in=list(card_ids)).order_by("pk")
        entries = []
        for card in rows.select_for_update(of=("self",)):
            if card.balance:
                name = f"void:{key}:{card.pk}"
                posted = ledger.entry(
                    card, kind=Kind.ADJUSTED, amount=-card.balance, key=name, reason=reason
                )
                entries.append(posted)
            card.status = Status.BLOCKED
            card.save(update_fields=["status"])
        ledger.post(entries)
        return -sum(posted.amount for posted in entries)


def end_expired(*, limit: int = _AT_ONCE) -> int:
    """End cards whose time is over, and take what was left on them; returns how many."""
    now = timezone.now()
    with recording.batch():
        over = GiftCard.objects.filter(status=Status.ACTIVE, expires_at__lte=now)
        rows = list(over.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:limit])
        ledger.post(
            ledger.entry(
                card,
                kind=Kind.EXPIRED,
                amount=-card.balance,
                key=f"expired:{card.pk}:{now.isoformat()}",
            )
            for card in rows
            if card.balance
        )
        GiftCard.objects.filter(pk__in=[card.pk for card in rows]).update(status=Status.EXPIRED)
    return len(rows)


def due_to_send() -> list[UUID]:
    """Cards whose day has come and that nobody was sent yet. One query."""
    rows = GiftCard.objects.filter(
        Q(send_on=None) | Q(send_on__lte=timezone.localdate()),
        sent_at=None,
        status=Status.ACTIVE,
    ).exclude(recipient_email="")
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:_AT_ONCE])


def _turn(card_id: UUID, status: GiftCard.Status) -> GiftCard:
    with recording.batch():
        card: GiftCard = GiftCard.objects.select_for_update(of=("self",)).get(pk=card_id)
        if card.status != Status.EXPIRED:
            card.status = status
            card.save(update_fields=["status"])
        return card
