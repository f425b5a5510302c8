"""Store credit of people: what they have, and what is given and taken by hand."""

from collections.abc import Iterable
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from audit import recording
from orders.models import Order
from payments.credit import ledger
from payments.errors import CreditShort
from payments.models import CreditAccount, CreditEntry
from shop.conflicts import retried
from shop.models import new_id


def of_person(user_id: UUID, currency: str) -> "QuerySet[CreditAccount]":
    """What a person may spend: their own account, and those of addresses proven to be theirs.

    Before somebody signed up their credit was kept under the e-mail address of their orders.
    """
    proven = EmailAddress.objects.filter(user=user_id, verified=True)
    rows: QuerySet[CreditAccount] = CreditAccount.objects.filter(
        Q(user=user_id) | Q(user=None, email__in=proven.values(lower=Lower("email"))),
        currency=currency,
    )
    return rows.order_by("pk")


def balance_of(user_id: UUID, currency: str) -> int:
    """All that a person may spend, in minor units. One query."""
    return sum(of_person(user_id, currency).values_list("balance", flat=True))


def account_of(order: Order) -> CreditAccount:
    """The account of whoever placed ``order``, made if there is none yet."""
    return account_for(user_id=order.customer_id, email=order.email, currency=order.currency)


def account_for(*, user_id: UUID | None, email: str, currency: str) -> CreditAccount:
    """The account of a person, or of a guest's e-mail address; made if there is none yet."""
    account: CreditAccount
    if user_id is not None:
        account, _new = CreditAccount.objects.get_or_create(user_id=user_id, currency=currency)
    else:
        account, _new = CreditAccount.objects.get_or_create(
            user=None, email=email.lower(), currency=currency
        )
    return account


@retried
def adjust(
    *, account_id: UUID, amount: int, reason: str, key: str, actor_id: UUID | None
) -> CreditAccount:
    """Give ``amount`` (minor units) by hand, or take it when negative; once for each ``key``.

    Raises :class:`CreditShort` when more would be taken than is there.
    """
    with recording.batch():
        account = CreditAccount.objects.select_for_update(of=("self",)).get(pk=account_id)
        name = f"adjusted:{key}"
        if not ledger.is_posted(name):
            if account.balance + amount < 0:
                raise CreditShort(account.balance)
            kind = CreditEntry.Kind.ADJUSTED
            posted = ledger.entry(
                account, kind=kind, amount=amount, key=name, actor_id=actor_id, reason=reason
            )
            ledger.post([posted])
            account.refresh_from_db()
        return account


@retried
def forfeit(account_id: UUID) -> int:
    """End what is left of an account whose owner is erased; returns how much that was.

    The ledger says so, and the balance stays its sum. Locks the account; nothing left is no entry.
    """
    with recording.batch():
        account = CreditAccount.objects.select_for_update(of=("self",)).get(pk=account_id)
        left = account.balance
        if left:
            key = f"forfeited:{new_id()}"
            kind = CreditEntry.Kind.EXPIRED
            ledger.post([ledger.entry(account, kind=kind, amount=-left, key=key)])
        return left


def statement(accounts: Iterable[CreditAccount]) -> "QuerySet[CreditEntry]":
    """What came and went, newest first, with the orders."""
    rows: QuerySet[CreditEntry] = CreditEntry.objects.filter(account__in=list(accounts))
    return rows.select_related("order").order_by("-created_at", "-id")
