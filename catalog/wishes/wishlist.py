"""Finding, filling and sharing wishlists.

A guest's list is known by the digest of the random token in a cookie, a member's by the member.
Every change locks the list first, so double clicks and parallel tabs take turns.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Min, QuerySet
from django.http import HttpRequest, HttpResponseBase

from audit import recording
from catalog.errors import WishlistFull
from catalog.models import Product, ProductVariant, Wishlist, WishlistItem
from shop import cache
from shop.conflicts import retried
from shop.making import Version

COOKIE = "__Host-wishlist" if settings.HTTPS else "wishlist"
NAMESPACE = "wishes"
#: Pieces on one list.
MOST = 200
#: A guest's list without a change for this long is deleted, and its cookie ends, in days.
GUEST_LIFE_DAYS = 90
#: Characters of a product's id that a page carries for each wish; enough to tell them apart.
MARK_LENGTH = 12
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Holder:
    """Whose list it is: a member's, or that of whoever has ``token`` in a cookie."""

    user_id: UUID | None
    token: str

    @property
    def key(self) -> str:
        return f"user:{self.user_id}" if self.user_id else f"token:{digest_of(self.token)}"

    @property
    def owner(self) -> dict[str, Any]:
        """Columns of the list."""
        if self.user_id:
            return {"user_id": self.user_id}
        return {"user_id": None, "token_digest": digest_of(self.token)}


def holder_of(request: HttpRequest) -> Holder | None:
    """Who sent ``request``; None for a guest who never wished for anything."""
    if request.user.is_authenticated:
        return Holder(request.user.pk, "")
    token = guest_token(request)
    return Holder(None, token) if token else None


def guest_token(request: HttpRequest) -> str:
    """The token of the list that a guest made in this browser, or ""."""
    token = request.COOKIES.get(COOKIE, "")
    return token if 20 <= len(token) <= 64 and token.isascii() and "\0" not in token else ""


def new_guest() -> Holder:
    """A guest with a first wish; :func:`remember` the token in the answer."""
    return Holder(None, secrets.token_urlsafe(_TOKEN_BYTES))


def remember(response: HttpResponseBase, holder: Holder) -> None:
    """Let a guest's browser keep the list for as long as the shop does."""
    if holder.user_id is None:
        response.set_cookie(
            COOKIE,
            holder.token,
            max_age=GUEST_LIFE_DAYS * 24 * 3600,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


def items_of(holder: Holder) -> "QuerySet[WishlistItem]":
    """The wishes of a list, the latest first."""
    return WishlistItem.objects.filter(
        **{f"wishlist__{column}": value for column, value in holder.owner.items()}
    )


def marks(request: HttpRequest) -> list[str]:
    """A mark of each piece on the visitor's list: the end of the product's id.

    No query for a guest without a list, nor when Redis knows.
    """
    holder = holder_of(request)
    if holder is None:
        return []
    found: list[str] = cache.read_through(
        NAMESPACE, holder.key, lambda: _marks(holder), seconds=600
    )
    return found


def marks_of(items: Iterable[WishlistItem]) -> list[str]:
    """A mark of each of ``items``."""
    return [item.product_id.hex[-MARK_LENGTH:] for item in items]


def marks_version(request: HttpRequest) -> Version | None:
    """The cached value behind :func:`marks`; None for a guest without a list."""
    holder = holder_of(request)
    return (NAMESPACE, holder.key) if holder else None


@retried
def add(
    *,
    holder: Holder,
    product: Product,
    option_values: Mapping[str, str],
    variant: ProductVariant | None = None,
) -> tuple[WishlistItem, bool]:
    """Wish for ``product`` in a color, a variant, or as it is; gives the wish and if it is new.

    The price is kept in minor units, to tell later what changed. Raises
    :class:`~catalog.errors.WishlistFull`; nothing is written then.
    """
    with recording.batch():
        wishlist = _open(holder)
        chosen = dict(variant.option_values if variant else option_values)
        mine = wishlist.items.filter(product=product, option_values=chosen).first()
        if mine is not None:
            return mine, False
        if wishlist.items.count() >= MOST:
            raise WishlistFull(MOST)
        item = WishlistItem.objects.create(
            wishlist=wishlist,
            product=product,
            variant=variant,
            option_values=chosen,
            price=variant.price if variant else _price(product, chosen),
            currency=product.currency,
        )
        touch(wishlist)
    return item, True


@retried
def remove(
    *, holder: Holder, item_id: UUID | None = None, product_id: UUID | None = None
) -> list[WishlistItem]:
    """Take one wish off the list, or all of a product. Returns those taken, none if they were gone.

    Raises ValueError unless exactly one of the two is given.
    """
    if (item_id is None) == (product_id is None):
        raise ValueError("name a wish or a product")
    which: dict[str, Any] = {"pk": item_id} if item_id else {"product": product_id}
    with recording.batch():
        wishlist = Wishlist.objects.select_for_update().filter(**holder.owner).first()
        if wishlist is None:
            return []
        taken = list(wishlist.items.filter(**which).select_related("product"))
        for item in taken:
            item.delete()
        if taken:
            touch(wishlist)
    return taken


@retried
def put_back(*, holder: Holder, wish: Mapping[str, Any]) -> bool:
    """Undo a removal: ``wish`` is what :func:`facts_of` said of it, so its price stays known.

    False when the product is no more, or is on the list again. Raises
    :class:`~catalog.errors.WishlistFull`.
    """
    with recording.batch():
        product = Product.objects.filter(pk=wish["product"]).first()
        if product is None:
            return False
        variant = ProductVariant.objects.filter(pk=wish["variant"]).first()
        item, is_new = add(
            holder=holder,
            product=product,
            option_values=wish["option_values"],
            variant=variant,
        )
        if is_new:
            item.price, item.currency = wish["price"], wish["currency"]
            item.created_at = datetime.fromisoformat(wish["created_at"])
            item.save(update_fields=["price", "currency", "created_at"])
    return is_new


def facts_of(item: WishlistItem) -> dict[str, Any]:
    """What :func:`put_back` needs, as plain values."""
    return {
        "product": str(item.product_id),
        "variant": str(item.variant_id) if item.variant_id else None,
        "option_values": item.option_values,
        "price": item.price,
        "currency": item.currency,
        "created_at": item.created_at.isoformat(),
    }


@retried
def set_shared(*, holder: Holder, is_shared: bool) -> str:
    """Let whoever has the link see the list, or nobody any more; returns the link's token or "".

    A link that was turned off never works again: turning on makes a new one.
    """
    with recording.batch():
        wishlist = Wishlist.objects.select_for_update().filter(**holder.owner).first()
        if wishlist is None:
            return ""
        if bool(wishlist.share_token) != is_shared:
            wishlist.share_token = secrets.token_urlsafe(_TOKEN_BYTES) if is_shared else ""
            wishlist.save(update_fields=["share_token"])
    return wishlist.share_token


def share_token_of(holder: Holder) -> str:
    """The token of the link that shows the list to others, or ""."""
    tokens = Wishlist.objects.filter(**holder.owner).values_list("share_token", flat=True)
    return tokens.first() or ""


def delete_forgotten(now: datetime, *, most: int = 500) -> int:
    """Delete guests' lists that did not change for ``GUEST_LIFE_DAYS``; returns how many."""
    forgotten = Wishlist.objects.filter(
        user=None, updated_at__lt=now - timedelta(days=GUEST_LIFE_DAYS)
    ).order_by("updated_at")
    deleted = 0
    while True:
        with recording.batch():
            rows = list(forgotten.select_for_update(skip_locked=True)[:most])
            for row in rows:
                forget(row)
            Wishlist.objects.filter(pk__in=[row.pk for row in rows]).delete()
        deleted += len(rows)
        if len(rows) < most:
            return deleted


def digest_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _open(holder: Holder) -> Wishlist:
    """The list, locked; made if there is none."""
    rows = Wishlist.objects.select_for_update()
    wishlist = rows.filter(**holder.owner).first()
    if wishlist is not None:
        return wishlist
    try:
        with transaction.atomic():
            return Wishlist.objects.create(**holder.owner)
    except IntegrityError:
        # A parallel tab made it a moment ago.
        return rows.get(**holder.owner)


def _price(product: Product, option_values: Mapping[str, str]) -> int:
    """The lowest price of the variants with these options, in minor units."""
    fitting = product.variants.filter(option_values__contains=dict(option_values))
    lowest: int | None = fitting.aggregate(lowest=Min("price"))["lowest"]
    return product.price if lowest is None else lowest


def _marks(holder: Holder) -> list[str]:
    return marks_of(items_of(holder).order_by().only("product_id"))


def touch(wishlist: Wishlist) -> None:
    """Note the change: the time is the database's own."""
    wishlist.save(update_fields=["updated_at"])
    forget(wishlist)


def forget(wishlist: Wishlist) -> None:
    """Let the header read the list anew; called in the transaction that changes it."""
    if wishlist.user_id:
        cache.bump(NAMESPACE, f"user:{wishlist.user_id}")
    else:
        cache.bump(NAMESPACE, f"token:{wishlist.token_digest}")
