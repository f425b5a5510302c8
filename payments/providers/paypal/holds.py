"""What PayPal holds for us: captured while it is warranted, asked for anew, and let go.

PayPal warrants an authorization for three days. Later it is asked for once more before it is
captured, which PayPal does once; where it refuses, the first one is captured as it is. Only the
first one can be voided, and all go with it.
"""

from datetime import timedelta
from typing import Final
from urllib.parse import quote

from django.utils import timezone

from payments.errors import ProviderAway
from payments.providers.base import Known
from payments.providers.paypal import answers
from payments.providers.paypal.books import Books, Entry, written
from payments.providers.paypal.wire import Reply, Wire

PATH: Final = "/v2/payments/authorizations"
WARRANTED: Final = timedelta(days=3)
#: An authorization that can be released.
RELEASABLE: Final = frozenset({"CREATED", "PARTIALLY_CAPTURED", "PENDING"})


def to_capture(wire: Wire, books: Books, payment: Known) -> Entry | None:
    """The authorization to capture from, one that PayPal warrants where it gives it."""
    held = books.authorization
    if held is None:
        return None
    if held.status == "PENDING":
        raise ProviderAway(f"PayPal looks at the authorization: {held.reason}")
    if not _is_stale(books, held):
        return held
    body = {"amount": written(payment.amount, payment.currency)}
    reply = wire.post(f"{_path(held)}/reauthorize", body, key=f"{books.key}:reauthorize")
    if reply.is_refused:
        return held
    made = answers.made(reply)
    if made.status == "PENDING":
        raise ProviderAway(f"PayPal looks at the authorization: {made.reason}")
    return made if made.status == "CREATED" else held


def capture(
    wire: Wire, held: Entry, payment: Known, *, key: str, amount: int, is_last: bool
) -> Reply:
    """Have PayPal take ``amount``."""
    body = {
        "amount": written(amount, payment.currency),
        "invoice_id": key,
        "final_capture": is_last,
    }
    return wire.post(f"{_path(held)}/capture", body, key=key)


def void(wire: Wire, books: Books, *, key: str) -> Reply | None:
    """Have PayPal give up what it holds; None where it holds nothing."""
    held = books.authorization
    if held is None or held.status not in RELEASABLE:
        return None
    return wire.post(f"{_path(books.authorizations[0])}/void", {}, key=key)


def _is_stale(books: Books, held: Entry) -> bool:
    is_first = len(books.authorizations) == 1 and not books.captures
    since = held.created_at
    return is_first and since is not None and since + WARRANTED <= timezone.now()


def _path(held: Entry) -> str:
    return f"{PATH}/{quote(held.id, safe='')}"
