"""Cart and wishlist follow their person through sign-in.

Django tells of a sign-in by a signal only, so this is the one receiver beside the audit log's.
"""

from typing import Any

from django.contrib import messages as flash
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.wishes import sign_in as wish_sign_in
from orders.carts import cart as carts
from orders.carts import saved
from orders.models import Cart, CartItem
from shop.accounts.models import User

#: Titles in the words about a merge.
TOLD = 5


def connect() -> None:
    user_logged_in.connect(take_along, dispatch_uid="orders.carts.sign_in")


def take_along(request: HttpRequest | None, user: User, **_signal: Any) -> None:
    """Merge what the visitor has into what the member has."""
    token = request.COOKIES.get(carts.COOKIE, "") if request else ""
    guest = Cart.objects.open().filter(token=token, user=None).first() if token else None
    if request is not None and guest is not None:
        _merge(request, guest, user)
    if request is not None:
        saved.take_along(request, user)
        wish_sign_in.take_along(request, user)


def _merge(request: HttpRequest, guest: Cart, user: User) -> None:
    """Merge the carts, and say what came in beside what was there."""
    titles = guest.items.order_by("created_at").values_list("variant__product__title", flat=True)
    brought = list(dict.fromkeys(titles))
    had = CartItem.objects.filter(cart__user=user, cart__status=Cart.Status.ACTIVE).exists()
    carts.merge(guest=guest, user=user)
    if brought and had:
        words = _("Your cart from before is here again. From this visit came: %(titles)s.")
        flash.info(request, words % {"titles": ", ".join(brought[:TOLD])}, fail_silently=True)
