"""How orders of a load were paid: what the sandbox was asked and what it remembers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from payments.models import Payment, PaymentTransaction, Provider
from payments.providers import sandbox, sandbox_cards
from shop.operations.load import tables
from shop.operations.load.copying import NULL, Lines, row
from shop.operations.load.keys import own_key
from shop.operations.seeds.base import CURRENCY

Status = Payment.Status
Kind = PaymentTransaction.Kind
Result = PaymentTransaction.Result

#: Orders whose first card was refused: of those that were paid, and of the others.
SECOND_TRY, ONLY_TRY = 0.06, 0.5
GOOD_CARDS = ("4242424242424242", "5555555555554444")
EMPTY_CARD = "4000000000009995"
NO_FUNDS = "insufficient_funds"
_SOON = timedelta(seconds=15)


@dataclass(frozen=True)
class Purchase:
    """An order as far as its payment goes; ``amount`` in minor units, ``buyer`` may be empty."""

    seed: int
    number: int
    order: str
    buyer: str
    amount: int
    placed_at: datetime
    paid_at: datetime | None


def add(lines: Lines, random: Random, purchase: Purchase) -> None:
    """Add the rows of each attempt to pay: refused first ones, and the one that paid."""
    if random.random() < (SECOND_TRY if purchase.paid_at else ONLY_TRY):
        _Attempt(lines, random, purchase, 0, EMPTY_CARD).refuse(purchase.placed_at + _SOON)
    if purchase.paid_at:
        card = random.choice(GOOD_CARDS)
        _Attempt(lines, random, purchase, 1, card).succeed(purchase.paid_at)


class _Attempt:
    """One payment while its rows are made."""

    def __init__(
        self, lines: Lines, random: Random, purchase: Purchase, place: int, card: str
    ) -> None:
        self.lines, self.random, self.purchase, self.place = lines, random, purchase, place
        self.card = card
        self.key = own_key(tables.PAYMENTS, purchase.seed, purchase.number, place)
        self.charge = own_key(tables.CHARGES, purchase.seed, purchase.number, place)

    def succeed(self, at: datetime) -> None:
        amount = self.purchase.amount
        self._pay(at, Status.CAPTURED, amount, "", at, at, NULL)
        self._ask(at, 0, Kind.AUTHORIZE, Result.SUCCESS)
        self._ask(at, 1, Kind.CAPTURE, Result.SUCCESS)
        self._charge(at, sandbox.CAPTURED, "", amount)

    def refuse(self, at: datetime) -> None:
        self._pay(at, Status.FAILED, 0, NO_FUNDS, NULL, NULL, at)
        self._ask(at, 0, Kind.AUTHORIZE, Result.DECLINED, NO_FUNDS)
        self._charge(at, sandbox.DECLINED, NO_FUNDS, 0)

    @property
    def _token(self) -> str:
        return f"sandbox_{sandbox_cards.TEST_CARDS[self.card]}_{self.key[-24:]}"

    def _pay(
        self, at: datetime, status: Payment.Status, taken: int, code: str, *times: object
    ) -> None:
        purchase, card = self.purchase, self.card
        self.lines[tables.PAYMENTS.name].append(
            row(
                self.key, at, at, purchase.order, purchase.buyer or NULL, Provider.SANDBOX,
                UUID(self.charge), status, CURRENCY, purchase.amount, taken, taken, self._token,
                sandbox_cards.BRANDS[card[0]], card[-4:], card[:6], code, *times,
            )
        )  # fmt: skip

    def _ask(
        self,
        at: datetime,
        step: int,
        kind: PaymentTransaction.Kind,
        result: PaymentTransaction.Result,
        code: str = "",
    ) -> None:
        number = 2 * self.place + step
        key = own_key(tables.TRANSACTIONS, self.purchase.seed, self.purchase.number, number)
        latency_ms = self.random.randrange(90, 700)
        self.lines[tables.TRANSACTIONS.name].append(
            row(
                key, at, at, self.key, kind, result, self.purchase.amount, UUID(self.charge), code,
                latency_ms,
            )
        )  # fmt: skip

    def _charge(self, at: datetime, status: str, code: str, captured: int) -> None:
        self.lines[tables.CHARGES.name].append(
            row(
                self.charge, at, UUID(self.key), self._token, CURRENCY, self.purchase.amount,
                status, code, captured,
            )
        )  # fmt: skip
