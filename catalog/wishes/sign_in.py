"""The wishlist follows its person through sign-in."""

from django.contrib import messages as flash
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import ngettext

from audit import recording
from catalog.models import Wishlist, WishlistItem
from catalog.wishes.wishlist import MOST, Holder, forget, guest_token, touch
from shop.accounts.models import User
from shop.conflicts import retried


def take_along(request: HttpRequest, user: User) -> None:
    """At sign-in: give the visitor's list to the member, and say what came along."""
    token = guest_token(request)
    moved = merge(token=token, user=user) if token else 0
    if moved:
        text = ngettext(
            "%d piece from this browser is on your wishlist now.",
            "%d pieces from this browser are on your wishlist now.",
            moved,
        )
        flash.info(request, text % moved, fail_silently=True)


@retried
def merge(*, token: str, user: User) -> int:
    """Give a guest's list to the member who signed in; returns how many pieces came along.

    Both are kept without doubles, up to ``MOST``, the latest first.
    """
    guest = Holder(None, token)
    with recording.batch():
        mine = Wishlist.objects.filter(user=user).first()
        theirs = Wishlist.objects.filter(**guest.owner).first()
        keys = [one.pk for one in (mine, theirs) if one is not None]
        rows = Wishlist.objects.filter(pk__in=keys).order_by("pk").select_for_update()
        locked = {row.pk: row for row in rows}
        guests = locked.get(theirs.pk) if theirs else None
        if guests is None or guests.user_id is not None:
            return 0
        forget(guests)
        if mine is None or mine.pk not in locked:
            try:
                with transaction.atomic():
                    guests.user, guests.token_digest = user, ""
                    guests.save(update_fields=["user", "token_digest"])
                forget(guests)
                return guests.items.count()
            except IntegrityError:
                # Another browser of the member made a list a moment ago.
                mine = Wishlist.objects.select_for_update().get(user=user)
                guests = Wishlist.objects.get(pk=guests.pk)
        moved = _move_new(guests, mine)
        guests.delete()
        touch(mine)
    return moved


def _move_new(guests: Wishlist, mine: Wishlist) -> int:
    """Give ``mine`` the wishes it has not, as far as there is room; returns how many."""
    have = [(item.product_id, item.option_values) for item in mine.items.all()]
    new = [item for item in guests.items.all() if (item.product_id, item.option_values) not in have]
    room = max(0, MOST - len(have))
    moving = [item.pk for item in new[:room]]
    return WishlistItem.objects.filter(pk__in=moving).update(wishlist=mine)
