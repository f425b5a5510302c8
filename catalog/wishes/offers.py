"""The waiting list: a unit that came back is kept for a while for who has waited longest.

Whoever asked for word gets a unit held in their name and an event that tells of it, as long as
there are units; the others go on waiting. What nobody takes in time is offered to the next.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from audit import recording
from catalog.models import Product, Subscription
from inventory import reservations
from inventory.errors import OutOfStock
from inventory.models import Reservation, Stock
from shop.accounts.models import NotificationPreference
from shop.accounts.preferences import preferences
from shop.events import outbox

Status = Subscription.Status
Wanted = NotificationPreference.Kind


def owner_of(subscription: Subscription) -> str:
    """The name under which a unit is kept for whoever asked for word."""
    return f"offer:{subscription.pk}"


def make(now: datetime, *, most: int = 500) -> int:
    """Offer what is back to up to ``most`` who wait for it, oldest first; returns how many.

    Each offer is a transaction of its own, so shelves are locked one at a time. Running it again,
    or twice at the same time, offers nothing twice.
    """
    made, gone = 0, set[UUID]()
    rows = _returned().order_by("created_at", "pk").values_list("pk", "variant_id")[:most]
    for pk, variant_id in list(rows):
        if variant_id in gone:
            continue
        try:
            made += _offer(pk, now)
        except OutOfStock:
            gone.add(variant_id)
    return made


def kept_until(subscription: Subscription, *owners: str) -> datetime | None:
    """Until when a unit is kept for the subscription, or for a cart of ``owners`` that took it.

    None without a unit.
    """
    held = Reservation.objects.filter(
        owner__in=[owner_of(subscription), *owners],
        variant=subscription.variant_id,
        order=None,
        status=Reservation.Status.ACTIVE,
        expires_at__gt=timezone.now(),
    )
    return held.values_list("expires_at", flat=True).first()


def _offer(pk: UUID, now: datetime) -> int:
    with recording.batch():
        rows = _returned().select_for_update(skip_locked=True, of=("self",))
        subscription = rows.filter(pk=pk).first()
        if subscription is None:
            return 0
        until = now + timedelta(hours=settings.OFFER_HOURS)
        reservations.hold(
            owner=owner_of(subscription), quantities={subscription.variant_id: 1}, until=until
        )
        subscription.status, subscription.due_at = Status.DUE, now
        subscription.save(update_fields=["status", "due_at"])
        outbox.emit(
            "offer.made",
            subscription,
            payload={"variant": str(subscription.variant_id), "until": until.isoformat()},
        )
        return 1


def _returned() -> "QuerySet[Subscription]":
    """Who waits for a piece that lies on a shelf again."""
    on_shelf = Stock.objects.filter(
        variant=OuterRef("variant"), location__can_ship=True, available__gt=0
    )
    return Subscription.objects.filter(
        Exists(on_shelf),
        kind=Subscription.Kind.BACK_IN_STOCK,
        status=Status.ACTIVE,
        variant__deleted_at=None,
        variant__product__in=Product.objects.published(),
        variant__product__inventory_policy=Product.InventoryPolicy.TRACK,
    ).filter(preferences.wanted_by(Wanted.BACK_IN_STOCK, user="user_id", email="email"))
