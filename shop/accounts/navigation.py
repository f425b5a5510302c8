"""The pages of the account, as its navigation lists them."""

from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """A part of the account: ``route`` is its first page, the others lie below it."""

    label: str | Promise
    route: str
    icon: str


@dataclass(frozen=True)
class Entry:
    """A place that is installed; ``current`` is a value of aria-current, or ""."""

    place: Place
    url: str
    current: str


OVERVIEW = Place(_("Overview"), "accounts:overview", "user")

#: In the order of the page. Rooms above this one are known by the names of their routes only.
PLACES = (
    OVERVIEW,
    Place(_("Orders"), "orders:account_orders", "box"),
    Place(_("Returns"), "orders:account_returns", "return"),
    Place(_("Bookings"), "bookings:account_bookings", "calendar"),
    Place(_("Addresses"), "accounts:addresses", "pin"),
    Place(_("Payment methods"), "payments:account_cards", "card"),
    Place(_("Store credit"), "payments:account_credit", "copy"),
    Place(_("Wishlist"), "catalog:wishlist", "heart"),
    Place(_("Waiting for"), "catalog:my_subscriptions", "clock"),
    Place(_("Reviews"), "catalog:my_reviews", "star"),
    Place(_("Security"), "accounts:security", "key"),
    Place(_("Privacy"), "accounts:privacy", "lock"),
    Place(_("Notifications"), "accounts:notifications", "bell"),
)


def entries(path: str) -> list[Entry]:
    """Every place whose route is installed, the one that ``path`` belongs to marked.

    Its first page is "page", one below it "true". What belongs to none is the overview's.
    """
    found: list[Entry] = []
    for place in PLACES:
        try:
            url = reverse(place.route)
        except NoReverseMatch:
            continue
        is_below = place is not OVERVIEW and path.startswith(url)
        found.append(Entry(place, url, "page" if path == url else "true" if is_below else ""))
    if not any(entry.current for entry in found):
        found[0] = replace(found[0], current="true")
    return found
