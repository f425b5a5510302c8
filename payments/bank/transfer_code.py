"""The QR code of a transfer, which banks' apps read: EPC069-12, version 2.

It holds what the page says in words: where to, how much, and the reference.
"""

from typing import Final

from django.conf import settings

from payments.models import Awaited
from shop.money import to_major
from shop.qr import code_of

#: The code is for euros, and for amounts of these minor units.
CURRENCY: Final = "EUR"
LEAST: Final = 1
MOST: Final = 99_999_999_999
#: Characters of the holder's name, and the largest version of a code.
_NAME: Final = 70
_VERSION: Final = 13


def text_of(awaited: Awaited, amount: int) -> str:
    """What the code says of ``amount`` minor units; "" where there is none for it."""
    account = awaited.account
    iban = account.get("iban", "").replace(" ", "")
    is_euro = awaited.order.currency == CURRENCY == settings.SHOP_CURRENCY
    if not (awaited.is_transfer and is_euro and iban and LEAST <= amount <= MOST):
        return ""
    return "\n".join(
        (
            "BCD",
            "002",
            # UTF-8.
            "1",
            "SCT",
            account.get("bic", ""),
            " ".join(account["holder"].split())[:_NAME],
            iban,
            f"{CURRENCY}{to_major(amount, CURRENCY):.2f}",
            # No purpose; then the reference of ISO 11649.
            "",
            awaited.reference,
        )
    )


def png(text: str) -> bytes:
    """The code as a picture. Raises ValueError for more than banks read."""
    return code_of(text, most_version=_VERSION).png()
