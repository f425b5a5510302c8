"""The way to iyzico: its SDK on lines that end in time, and answers whose signature is checked."""

import hmac
import json
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from iyzipay.iyzipay_resource import IyzipayResource  # type: ignore[import-untyped]

from payments.errors import ProviderAway

LARGEST_ANSWER = 512 * 1024
#: Refusals that say nothing of the payment: trouble of theirs, or keys that are not ours.
UNCLEAR = frozenset({"1", "2", "1000", "1001", "10214", "100001"})
#: What each signature is made of, in this order.
SIGNED_OPENED = ("conversationId", "token")
SIGNED_FORM = (
    "paymentStatus",
    "paymentId",
    "currency",
    "basketId",
    "conversationId",
    "paidPrice",
    "price",
    "token",
)
SIGNED_PAYMENT = ("paymentId", "currency", "basketId", "conversationId", "paidPrice", "price")
SIGNED_BACK = ("paymentId", "price", "currency", "conversationId")
_AMOUNTS = ("price", "paidPrice")


class _Lines:
    """Stands where the SDK looks for ``http.client``, which would wait for ever."""

    def __init__(self) -> None:
        self.opened: list[HTTPConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for line in self.opened:
            line.close()

    def HTTPSConnection(self, host: str) -> HTTPConnection:
        is_plain = urlsplit(settings.IYZICO_API_URL).scheme == "http"
        kind = HTTPConnection if is_plain else HTTPSConnection
        line = kind(host, timeout=settings.PROVIDER_CONNECT_SECONDS)
        self.opened.append(line)
        line.connect()
        line.sock.settimeout(settings.PROVIDER_ANSWER_SECONDS)
        return line


def ask(
    resource: type[Any], verb: str, request: Mapping[str, Any], *, signed: Sequence[str] = ()
) -> dict[str, Any]:
    """What iyzico answers to one call of its SDK; its ``status`` is success or failure.

    ``signed`` names the fields that the signature of a success covers. Raises
    :class:`ProviderAway` for whatever is not a clear answer.
    """
    options = {
        "api_key": settings.IYZICO_API_KEY,
        "secret_key": settings.IYZICO_SECRET_KEY,
        "base_url": urlsplit(settings.IYZICO_API_URL).netloc,
    }
    call = resource()
    # The SDK keeps its headers on the class, where threads would sign for each other.
    call.header = dict(call.header)
    with _Lines() as lines:
        call.httplib = lines
        try:
            status, body = _read(getattr(call, verb)(request, options))
        except (OSError, HTTPException) as error:
            raise ProviderAway(f"iyzico: {type(error).__name__}") from error
    answer = _understood(status, body)
    if answer["status"] == "failure":
        if str(answer.get("errorCode", "")) in UNCLEAR:
            raise ProviderAway(f"iyzico: error {answer['errorCode']}")
    elif signed and not _is_signed(answer, signed):
        raise ProviderAway("iyzico: wrong signature")
    return answer


def signature_of(words: Sequence[str], *, between: str = ":") -> str:
    """The signature of ``words`` with our secret key, in hex."""
    signed: str = IyzipayResource.calculate_hmac_sha256_signature(
        [between.join(words)], settings.IYZICO_SECRET_KEY
    )
    return signed


def is_same(one: str, other: str) -> bool:
    """Compare signatures in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def decimal_of(value: object) -> Decimal | None:
    """An amount of theirs, a number or the text of one; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _read(response: HTTPResponse) -> tuple[int, bytes]:
    deadline = time.monotonic() + settings.PROVIDER_ANSWER_SECONDS
    body = b""
    while chunk := response.read1(65536):
        body += chunk
        if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
            raise HTTPException("endless answer")
    return response.status, body


def _understood(status: int, body: bytes) -> dict[str, Any]:
    if status >= 500 or status == 429 or 300 <= status < 400:
        raise ProviderAway(f"iyzico: HTTP {status}")
    try:
        answer = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise ProviderAway("iyzico: not readable") from error
    if not isinstance(answer, dict) or answer.get("status") not in ("success", "failure"):
        raise ProviderAway("iyzico: not an answer")
    return answer


def _is_signed(answer: Mapping[str, Any], fields: Sequence[str]) -> bool:
    words = [_written(name, answer.get(name)) for name in fields]
    return is_same(signature_of(words), str(answer.get("signature", "")))


def _written(name: str, value: object) -> str:
    """As it is signed: amounts without the zeros at their end."""
    amount = decimal_of(value) if name in _AMOUNTS else None
    if amount is None:
        return "" if value is None else str(value)
    return format(amount.normalize(), "f")
