"""What came back of the pieces a member waits for, on the account's first page."""

from dataclasses import dataclass

from django import template
from django.utils import timezone

from catalog.models import Subscription
from catalog.wishes import offers
from inventory.models import Reservation
from shop.accounts.models import User

register = template.Library()
#: Pieces shown.
MOST = 4
_TOLD = (Subscription.Status.DUE, Subscription.Status.SENT)


@dataclass(frozen=True)
class Hit:
    """A piece that is kept for the member, and for how long."""

    subscription: Subscription
    reservation: Reservation


@register.simple_tag
def kept_for(user: User) -> list[Hit]:
    """Pieces that are back and kept for the member, the most urgent first. Two queries at most."""
    rows = Subscription.objects.filter(
        user=user, kind=Subscription.Kind.BACK_IN_STOCK, status__in=_TOLD
    )
    newest = rows.select_related("variant__product").order_by("-due_at")
    told = {offers.owner_of(row): row for row in newest[:50]}
    if not told:
        return []
    held = Reservation.objects.filter(
        owner__in=told, status=Reservation.Status.ACTIVE, expires_at__gt=timezone.now()
    ).order_by("expires_at")
    return [Hit(told[row.owner], row) for row in held[:MOST]]
