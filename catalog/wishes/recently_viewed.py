"""What this browser looked at lately: a cookie of up to twelve products, and nothing elsewhere.

The cookie is first-party, unreadable to scripts, and only brings the row of pictures back.
Product pages are shared by all visitors and carry no cookies, so the fragment that shows the row
also remembers the product it is asked from.
"""

import base64
import binascii
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from catalog.cards import Card, cards_of
from catalog.goods import goods_of, with_goods
from catalog.models import Product
from catalog.products.choices import read_choices

COOKIE = "__Host-recent" if settings.HTTPS else "recent"
MOST = 12
LIFE_DAYS = 30
#: Products in the row.
SHOWN = 8


def ids_of(request: HttpRequest) -> list[UUID]:
    """The products looked at, the latest first; what a stranger wrote there is left out."""
    found = []
    for code in request.COOKIES.get(COOKIE, "")[:400].split(".")[:MOST]:
        try:
            found.append(UUID(bytes=base64.urlsafe_b64decode(f"{code}==")))
        except (ValueError, binascii.Error):
            continue
    return list(dict.fromkeys(found))


def read(ids: Sequence[UUID], *, seen: UUID | None = None) -> tuple[list[Card], list[UUID]]:
    """Cards of ``ids`` without ``seen``, and what to remember now, ``seen`` first.

    What shoppers may not see now is in neither. One query, and those of a cold cache; none when
    nothing was looked at.
    """
    wanted = list(dict.fromkeys([seen, *ids] if seen else ids))[:MOST]
    if not wanted:
        return [], []
    [goods] = goods_of(with_goods(Product.objects.published().filter(pk__in=wanted)))
    by_id = {one.product.pk: one for one in goods}
    kept = [one for one in wanted if one in by_id]
    shown = [by_id[one] for one in kept if one != seen][:SHOWN]
    return (cards_of(shown, read_choices()) if shown else []), kept


def remember(response: HttpResponseBase, ids: Sequence[UUID]) -> None:
    """Let the browser keep ``ids``; nothing for none."""
    codes = [base64.urlsafe_b64encode(one.bytes).decode().rstrip("=") for one in ids[:MOST]]
    if codes:
        response.set_cookie(
            COOKIE,
            ".".join(codes),
            max_age=LIFE_DAYS * 24 * 3600,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
