"""The ledger of gift cards and store credit: every balance is the sum of its entries.

Locks: the order first, then cards, then accounts, each in key order.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Sum

from orders.models import Order
from payments.models import CreditAccount, CreditEntry, GiftCard

Kind = CreditEntry.Kind
#: What credit lies on.
Source = GiftCard | CreditAccount


def entry(
    source: Source,
    *,
    kind: CreditEntry.Kind,
    amount: int,
    key: str,
    order: Order | None = None,
    actor_id: UUID | None = None,
    reason: str = "",
) -> CreditEntry:
    """An entry of ``source``, not stored yet; ``amount`` in minor units, positive comes in."""
    return CreditEntry(
        card=source if isinstance(source, GiftCard) else None,
        account=source if isinstance(source, CreditAccount) else None,
        kind=kind,
        amount=amount,
        currency=source.currency,
        order=order,
        key=key,
        actor_id=actor_id,
        reason=reason[:300],
    )


def post(entries: Iterable[CreditEntry]) -> None:
    """Store entries in one statement; the database moves the balances and refuses below zero."""
    CreditEntry.objects.bulk_create(entries)


def lock(keys: Collection[UUID]) -> dict[UUID, Source]:
    """The cards and accounts of ``keys``, locked in key order. Two queries, none without keys."""
    if not keys:
        return {}
    found: dict[UUID, Source] = {}
    for model in (GiftCard, CreditAccount):
        rows = model.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
        found |= {row.pk: row for row in rows}
    return found


def spent_on(order: Order) -> dict[UUID, int]:
    """What each card and account has paid of ``order`` by now, in minor units. One query."""
    moved = order.credit_entries.filter(kind__in=[Kind.SPENT, Kind.RETURNED])
    sums = moved.order_by().values_list("card", "account").annotate(sum=Sum("amount"))
    spent = {card or account: -total for card, account, total in sums}
    return {key: amount for key, amount in spent.items() if amount}


def is_posted(prefix: str) -> bool:
    """Whether entries were written whose key begins with ``prefix``."""
    return CreditEntry.objects.filter(key__startswith=prefix).exists()


def settle(order: Order, *, wanted: Mapping[UUID, int], have: Mapping[UUID, int]) -> None:
    """Let each source pay ``wanted`` of a locked ``order`` instead of ``have``; in minor units.

    Runs in the caller's transaction, which has locked ``order``. What comes back comes first, so
    that never more than the total is paid.
    """
    changes = {key: wanted.get(key, 0) - have.get(key, 0) for key in {*wanted, *have}}
    changed = [key for key, change in changes.items() if change]
    if not changed:
        return
    sources = lock(changed)
    count = order.credit_entries.count()
    post(
        entry(
            sources[key],
            kind=Kind.SPENT if changes[key] > 0 else Kind.RETURNED,
            amount=-changes[key],
            key=f"order:{order.pk}:{count}:{key}",
            order=order,
        )
        for key in sorted(changed, key=lambda key: (changes[key], key))
    )
