"""What the shop owes to those who hold gift cards and store credit."""

from collections.abc import Iterator
from itertools import chain

from django.utils.translation import gettext_lazy as _

from payments.models import CreditAccount, GiftCard

#: Columns of :func:`liability`; amounts in minor units.
HEADS = (_("kind"), _("name"), _("issued on"), _("ends"), _("currency"), _("outstanding"))
_AT_ONCE = 500


def liability() -> Iterator[tuple[object, ...]]:
    """Each card and account that has something left, oldest first. Two queries, streamed."""
    cards = GiftCard.objects.filter(balance__gt=0).order_by("created_at", "pk")
    accounts = CreditAccount.objects.filter(balance__gt=0).select_related("user")
    return chain(
        (
            (
                _("gift card"),
                card,
                card.created_at.date(),
                card.expires_at.date() if card.expires_at else "",
                card.currency,
                card.balance,
            )
            for card in cards.iterator(chunk_size=_AT_ONCE)
        ),
        (
            (
                _("store credit"),
                account,
                account.created_at.date(),
                "",
                account.currency,
                account.balance,
            )
            for account in accounts.order_by("created_at", "pk").iterator(chunk_size=_AT_ONCE)
        ),
    )
