"""What a shopper wants to pay with before any card: gift cards and store credit.

The answer lies with the checkout, ``{"cards": [{"id": …, "last4": …}], "account": true}``; codes
are not in it. Gift cards in the cart are themselves paid by other means.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.models import CartItem, Checkout, Order
from orders.summary import Row, Summary
from payments.credit import accounts, cards, ledger
from payments.errors import TooManyCards
from payments.models import CreditAccount, GiftCard

#: Gift cards that one order takes.
MOST_CARDS = 5


@dataclass(frozen=True)
class Part:
    """What one card, or all store credit, pays; minor units. Nothing of a card that lapsed."""

    card_id: str
    last4: str
    amount: int
    sources: tuple[tuple[UUID, int], ...]

    @property
    def label(self) -> str:
        return _("Gift card •••• %(last4)s") % {"last4": self.last4} if self.last4 else _("Credit")

    @property
    def note(self) -> str:
        """Why it pays nothing."""
        return "" if self.amount else _("Pays nothing now")


@dataclass(frozen=True)
class Plan:
    """How ``total`` is paid: by ``parts``, and ``due`` by other means; minor units.

    ``kept_out`` is what gift cards among the goods cost, which credit does not pay.
    """

    total: int
    parts: tuple[Part, ...] = ()
    kept_out: int = 0

    @property
    def due(self) -> int:
        return self.total - sum(part.amount for part in self.parts)

    def shown_in(self, found: Summary) -> Summary:
        """The summary with what each part pays, and what is left."""
        if not self.parts:
            return replace(found, credits=[], due=None)
        rows = [Row(part.label, -part.amount or None, part.note) for part in self.parts]
        return replace(found, credits=rows, due=Row(_("To pay"), self.due))

    @property
    def by_source(self) -> dict[UUID, int]:
        return {key: amount for part in self.parts for key, amount in part.sources if amount}


def add_card(*, checkout: Checkout, typed: str) -> None:
    """Pay with the gift card whose code was typed, after those that were given before.

    Raises :class:`CreditRefused`, and :class:`TooManyCards` beyond ``MOST_CARDS``.
    """
    card = cards.find(typed)
    chosen = [row for row in checkout.credit.get("cards", []) if row["id"] != str(card.pk)]
    if len(chosen) >= MOST_CARDS:
        raise TooManyCards(MOST_CARDS)
    _keep(checkout, cards=[*chosen, {"id": str(card.pk), "last4": card.last4}])


def remove_card(*, checkout: Checkout, card_id: str) -> None:
    """Do not pay with the card after all."""
    chosen = checkout.credit.get("cards", [])
    _keep(checkout, cards=[row for row in chosen if row["id"] != card_id])


def use_account(*, checkout: Checkout, is_used: bool) -> None:
    """Pay with store credit, or not."""
    _keep(checkout, account=is_used)


def is_chosen(checkout: Checkout) -> bool:
    return bool(checkout.credit.get("cards") or checkout.credit.get("account"))


def plan(checkout: Checkout, *, total: int, order: Order | None = None) -> Plan:
    """How the total (minor units) of the checkout, or of its ``order``, would be paid now.

    No query while no credit was chosen; else one for gift cards in the cart, one for cards and one
    for store credit, and one for what was spent on the order already.
    """
    if not is_chosen(checkout):
        return Plan(total)
    kept_out = _gift_cards_in(checkout, order)
    left = total - kept_out
    have = ledger.spent_on(order) if order is not None else {}
    parts = []
    for last4, card_id, sources in _sources(checkout):
        taken = []
        for source in sources:
            amount = min(left, _free(source, have.get(source.pk, 0)))
            left -= amount
            taken.append((source.pk, amount))
        amount = sum(part for _key, part in taken)
        parts.append(Part(card_id, last4, amount, tuple(taken)))
    shown = tuple(part for part in parts if part.amount or part.last4)
    return Plan(total, shown, kept_out)


def _free(source: ledger.Source, spent: int) -> int:
    """What a source may pay, beside what it has paid of this order."""
    if isinstance(source, GiftCard):
        is_over = source.expires_at is not None and source.expires_at <= timezone.now()
        if source.status != GiftCard.Status.ACTIVE or is_over:
            return spent
    return source.balance + spent


def _sources(
    checkout: Checkout,
) -> Iterable[tuple[str, str, Iterable[GiftCard] | Iterable[CreditAccount]]]:
    """Last four digits and key of each card in turn, then all store credit."""
    currency = checkout.cart.currency
    wanted = checkout.credit.get("cards", [])
    if wanted:
        keys = [row["id"] for row in wanted]
        known = {
            str(card.pk): card for card in GiftCard.objects.filter(pk__in=keys, currency=currency)
        }
        for row in wanted:
            found = known.get(row["id"])
            yield row["last4"], row["id"], [found] if found else []
    if checkout.credit.get("account") and checkout.cart.user_id:
        yield "", "", list(accounts.of_person(checkout.cart.user_id, currency))


def _gift_cards_in(checkout: Checkout, order: Order | None) -> int:
    """What the gift cards among the goods cost, in minor units."""
    if order is not None:
        bought = order.items.filter(variant__product__is_gift_card=True)
        amount = bought.aggregate(sum=Sum("line_total"))["sum"]
    else:
        items = CartItem.objects.filter(cart=checkout.cart_id, variant__product__is_gift_card=True)
        amount = items.aggregate(sum=Sum(F("variant__price") * F("quantity")))["sum"]
    return amount or 0


def _keep(checkout: Checkout, **answers: object) -> None:
    checkout.credit = {**checkout.credit, **answers}
    checkout.save(update_fields=["credit"])
