"""The sandbox's test cards as a shopper's browser would have them exchanged for a token."""

from datetime import date

from payments.providers import provider
from payments.providers.base import Card

GOOD = "4242424242424242"
DECLINED = "4000000000000002"
NO_FUNDS = "4000000000009995"
ASKS = "4000002760003184"
LOST = "4000000000000119"
LATE = "4000000000000077"
ENDED = "4000000000000069"
DISPUTED = "4000000000000259"


def card(number=GOOD):
    return Card(
        number=number, expiry_month=12, expiry_year=date.today().year + 2, security_code="739"
    )


def method(number=GOOD):
    return provider("SANDBOX").tokenize(card(number))
