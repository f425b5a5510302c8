"""Ways back: what credit paid returns to where it came from, and money becomes store credit."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from audit import recording
from orders.models import Order
from payments.credit import accounts, ledger
from payments.models import CreditEntry, GiftCard
from shop.conflicts import retried

#: A card whose time was over when its money came back can be spent for so many days more.
SECOND_LIFE_DAYS = 90


@retried
def give_back(*, order_id: UUID, amount: int, key: object) -> int:
    """Return ``amount`` (minor units) of what credit paid to the cards and accounts that paid it.

    What was spent last comes back first: store credit, then cards. Never more than credit still
    pays of the order; returns what went back. The same ``key`` again changes nothing and returns
    0. Locks the order, then cards and accounts in key order.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        prefix = f"back:{key}:"
        left = min(amount, order.credit_applied)
        if left <= 0 or ledger.is_posted(prefix):
            return 0
        paid = ledger.spent_on(order)
        sources = ledger.lock(paid)
        entries: list[CreditEntry] = []
        for source_id in sorted(paid, key=lambda key: (isinstance(sources[key], GiftCard), key)):
            part = min(left, paid[source_id])
            if not part:
                continue
            left -= part
            source = sources[source_id]
            if isinstance(source, GiftCard):
                _wake(source)
            entries.append(
                ledger.entry(
                    source,
                    kind=CreditEntry.Kind.RETURNED,
                    amount=part,
                    key=f"{prefix}{source_id}",
                    order=order,
                )
            )
        ledger.post(entries)
        return sum(posted.amount for posted in entries)


@retried
def grant(
    *,
    order_id: UUID,
    amount: int,
    key: object,
    reason: str = "",
    actor_id: UUID | None = None,
) -> CreditEntry:
    """Give whoever placed the order ``amount`` (minor units) as store credit, once per ``key``.

    Guests find it when they sign up with the e-mail address of the order.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        name = f"granted:{key}"
        known: CreditEntry | None = CreditEntry.objects.filter(key=name).first()
        if known is not None:
            return known
        granted = ledger.entry(
            accounts.account_of(order),
            kind=CreditEntry.Kind.ISSUED,
            amount=amount,
            key=name,
            order=order,
            actor_id=actor_id,
            reason=reason,
        )
        ledger.post([granted])
        return granted


def _wake(card: GiftCard) -> None:
    """Let a card whose time is over be spent once more; a blocked one stays blocked."""
    now = timezone.now()
    is_over = card.expires_at is not None and card.expires_at <= now
    if is_over and card.status != GiftCard.Status.BLOCKED:
        card.status = GiftCard.Status.ACTIVE
        card.expires_at = now + timedelta(days=SECOND_LIFE_DAYS)
        card.save(update_fields=["status", "expires_at"])
