"""Links that bring the lines of a cart to another browser or another person.

The link holds what it brings: variants and units, signed. It names nobody, follows no later change
of the cart it came from, and prices are read when it is opened.
"""

import base64
import binascii
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from orders.errors import BadLink
from orders.models import CartItem

_SALT = "orders.carts.sharing"
_KEY_BYTES = 16
#: A line in the link: the variant's key and its units.
_LINE_BYTES = _KEY_BYTES + 1


def path_of(items: Iterable[CartItem]) -> str:
    """The path that opens the lines ``items``; the same lines make the same path."""
    packed = b"".join(item.variant_id.bytes + bytes([item.quantity]) for item in items)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    token = signing.Signer(sep=".", salt=_SALT).sign(text)
    return reverse("orders:cart_shared", args=[token])


def quantities_of(token: str) -> dict[UUID, int]:
    """Units by variant that the link brings. Raises :class:`BadLink`."""
    try:
        text = signing.Signer(sep=".", salt=_SALT).unsign(token)
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (signing.BadSignature, binascii.Error, ValueError) as error:
        raise BadLink from error
    if not packed or len(packed) % _LINE_BYTES:
        raise BadLink
    lines = [packed[at : at + _LINE_BYTES] for at in range(0, len(packed), _LINE_BYTES)]
    return {UUID(bytes=line[:_KEY_BYTES]): line[_KEY_BYTES] for line in lines[: _most_lines()]}


def _most_lines() -> int:
    return int(settings.ORDER_QUANTITY_MAX)
