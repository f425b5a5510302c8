"""Payment pages of iyzico's double, and payments as its answers show them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

TURKEY = timedelta(hours=3)
_PERSON = ("id", "name", "surname", "email", "identityNumber", "registrationAddress", "city")


@dataclass
class Form:
    """A page that was opened, and the payment made on it."""

    token: str
    request: dict
    payment_id: str = ""
    status: str = ""
    error: str = ""
    three_d: str = "1"
    fraud: int = 1
    installment: int = 1
    phase: str = "PRE_AUTH"
    price: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    is_canceled: bool = False
    is_reported: bool = True
    day_is_over: bool = False
    refunds: list = field(default_factory=list)
    #: What the shopper ticked to keep: their key at iyzico, and that of the card.
    kept: tuple = ()
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def key(self):
        return self.request["conversationId"]

    @property
    def is_taken(self):
        return self.phase == "POST_AUTH"

    @property
    def refunded(self):
        return sum((amount for _key, amount in self.refunds), Decimal(0))


def problem_of(asked):
    """What the real one would not take."""
    missing = [name for name in _PERSON if not asked["buyer"].get(name)]
    if missing:
        return f"{missing[0]} is mandatory"
    if asked["currency"] not in ("TRY", "EUR", "USD", "GBP"):
        return "currency"
    prices = [Decimal(item["price"]) for item in asked["basketItems"]]
    if min(prices) <= 0 or sum(prices) != Decimal(asked["price"]):
        return "Basket items do not add up to the price"
    if not all(item["id"] and item["name"] and item["category1"] for item in asked["basketItems"]):
        return "an item without a name"
    return "" if asked["callbackUrl"].startswith("http") else "Callback URL is mandatory"


def shown(form):
    return {
        "paymentId": form.payment_id,
        "currency": currency_of(form),
        "basketId": form.request["basketId"],
        "price": form.price,
        "paidPrice": form.paid,
        "installment": form.installment,
        "fraudStatus": form.fraud,
        "phase": form.phase,
        "binNumber": "552608",
        "lastFourDigits": "0006",
        "cardAssociation": "MASTER_CARD",
        "cardType": "CREDIT_CARD",
        "authCode": "930115",
        "itemTransactions": [{"paymentTransactionId": "27225634", "paidPrice": form.paid}],
    }


def transaction(form, kind):
    return {
        "transactionType": kind,
        "transactionStatus": 1,
        "transactionDate": f"{form.at + TURKEY:%Y-%m-%d %H:%M:%S}",
        "paymentId": int(form.payment_id),
        "conversationId": form.key,
        "paymentPhase": form.phase,
        "price": form.price,
        "paidPrice": form.paid,
        "transactionCurrency": currency_of(form),
    }


def given(form, row):
    key, amount = row
    return {
        "refundConversationId": key,
        "refundPrice": amount,
        "refundStatus": 1,
        "currencyCode": currency_of(form),
    }


def currency_of(form):
    return form.request["currency"]


def holds(form):
    return form.is_taken and not form.is_canceled


def minor(amount):
    return int(amount * 100)
