"""What a shopper put aside: "save for later", of guests and members.

A guest's list is known by the digest of the random token in a cookie, a member's by the member.
It outlives the cart: what was put aside stays when the rest is ordered.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from audit import recording
from catalog.models import ProductVariant
from catalog.wishes.wishlist import digest_of
from orders.carts import cart as carts
from orders.errors import SavedListFull
from orders.models import Cart, CartItem, SavedItem
from shop.accounts.models import User
from shop.batches import until_done
from shop.conflicts import retried

COOKIE = "__Host-saved" if settings.HTTPS else "saved"
#: Pieces on one list.
MOST = 50
#: A guest's piece is put away for so many days.
GUEST_LIFE_DAYS = 90


@dataclass(frozen=True)
class Keeper:
    """Whose list it is: a member's, or that of whoever has ``token`` in a cookie."""

    user_id: UUID | None
    token: str = ""

    @property
    def owner(self) -> dict[str, Any]:
        """Columns of the rows."""
        if self.user_id:
            return {"user_id": self.user_id, "token_digest": ""}
        return {"user_id": None, "token_digest": digest_of(self.token)}


def keeper_of(request: HttpRequest) -> Keeper | None:
    """Who sent ``request``; None for a guest who never put anything aside."""
    if request.user.is_authenticated:
        return Keeper(request.user.pk)
    token = request.COOKIES.get(COOKIE, "")
    return Keeper(None, token) if carts.is_token(token) else None


def new_guest() -> Keeper:
    return Keeper(None, secrets.token_urlsafe(32))


def remember(response: HttpResponseBase, keeper: Keeper) -> None:
    """Let a guest's browser keep the list."""
    if not keeper.user_id:
        response.set_cookie(
            COOKIE,
            keeper.token,
            max_age=GUEST_LIFE_DAYS * 24 * 3600,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


def items_of(keeper: Keeper | None) -> list[SavedItem]:
    """What is put aside, the latest first, with variants and products. One query, or none."""
    if keeper is None:
        return []
    rows = SavedItem.objects.filter(**keeper.owner, variant__product__deleted_at=None)
    return list(rows.select_related("variant__product__brand").order_by("-created_at", "-pk"))


@retried
def save_for_later(*, cart: Cart, item_id: UUID, keeper: Keeper) -> SavedItem | None:
    """Take a line out of the cart and keep it on the list; None when the line is gone.

    Raises :class:`SavedListFull` and :class:`~orders.errors.CartGone`. Locks the cart.
    """
    with recording.batch():
        carts.lock(cart)
        item = cart.items.select_related("variant__product").filter(pk=item_id).first()
        if item is None:
            return None
        saved = _keep(keeper, item.variant, item.quantity)
        item.delete()
        carts.touch(cart)
        return saved


@retried
def back_to_cart(*, cart: Cart, saved_id: UUID, keeper: Keeper) -> CartItem | None:
    """Put a piece of the list into the cart again; None when it is not on the list any more.

    Raises what :func:`orders.carts.cart.add` raises; then it stays on the list.
    """
    with recording.batch():
        # Who deletes the row is the one who adds it: two clicks bring one piece.
        rows = SavedItem.objects.filter(pk=saved_id, **keeper.owner).select_for_update(of=("self",))
        saved = rows.select_related("variant__product").first()
        if saved is None:
            return None
        saved.delete()
        return carts.add(cart=cart, variant=saved.variant, quantity=saved.quantity)


def remove(*, saved_id: UUID, keeper: Keeper) -> SavedItem | None:
    """Take a piece off the list; returns what it was, None when it was gone."""
    rows = SavedItem.objects.filter(pk=saved_id, **keeper.owner)
    saved: SavedItem | None = rows.select_related("variant__product").first()
    if saved is not None:
        saved.delete()
    return saved


@transaction.atomic
def restore(*, variant: ProductVariant, quantity: int, keeper: Keeper) -> SavedItem:
    """Put back what was just removed from the list. Raises :class:`SavedListFull`."""
    return _keep(keeper, variant, max(1, min(quantity, settings.CART_LINE_QUANTITY_MAX)))


def take_along(request: HttpRequest, user: User) -> None:
    """Give what the browser put aside to the member who signed in."""
    token = request.COOKIES.get(COOKIE, "")
    if not carts.is_token(token):
        return
    mine = SavedItem.objects.filter(user=user)
    theirs = SavedItem.objects.filter(**Keeper(None, token).owner)
    with transaction.atomic():
        theirs.filter(variant__in=mine.values("variant")).delete()
        theirs.update(user=user, token_digest="")


def forget_old(*, batch: int = 500) -> int:
    """Delete what guests put aside ``GUEST_LIFE_DAYS`` ago, in batches; returns how many."""
    since = timezone.now() - timedelta(days=GUEST_LIFE_DAYS)
    old = SavedItem.objects.filter(user=None, created_at__lt=since).order_by("created_at")

    def forget() -> int:
        ids = list(old.values_list("pk", flat=True)[:batch])
        return SavedItem.objects.filter(pk__in=ids).delete()[0]

    return until_done(forget)


def _keep(keeper: Keeper, variant: ProductVariant, quantity: int) -> SavedItem:
    mine = SavedItem.objects.filter(**keeper.owner)
    same = mine.filter(variant=variant).select_for_update(of=("self",)).first()
    if same is not None:
        same.quantity = min(same.quantity + quantity, settings.CART_LINE_QUANTITY_MAX)
        same.save(update_fields=["quantity"])
        return same
    if mine.count() >= MOST:
        raise SavedListFull(MOST)
    return SavedItem.objects.create(**keeper.owner, variant=variant, quantity=quantity)
