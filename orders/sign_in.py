"""Cart and wishlist follow their person through sign-in.

Django tells of a sign-in by a signal only, so this is the one receiver beside the audit log's.
"""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from catalog.wishes import sign_in as wish_sign_in
from orders import cart as carts
from orders.models import Cart
from shop.accounts.models import User


def connect() -> None:
    user_logged_in.connect(take_along, dispatch_uid="orders.sign_in")


def take_along(request: HttpRequest | None, user: User, **_: Any) -> None:
    """Merge what the visitor has into what the member has."""
    token = request.COOKIES.get(carts.COOKIE, "") if request else ""
    guest = Cart.objects.open().filter(token=token, user=None).first() if token else None
    if guest is not None:
        carts.merge(guest=guest, user=user)
    if request is not None:
        wish_sign_in.take_along(request, user)
