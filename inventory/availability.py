"""What shoppers may buy now, in front of which stands Redis."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from inventory.models import Reservation, Stock
from shop import cache

NAMESPACE = "available"
#: A hold that runs out is counted again after this at the latest, in seconds.
LIFE_SECONDS = 15


def available(variant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Units of each variant a shopper may buy, over all locations that ship.

    Holds that ran out do not count, whether or not the job has released them. Every id asked for
    is in the answer. One query when the cache is cold; the number is a promise to nobody, only
    :func:`inventory.reservations.hold` is.
    """
    found = cache.read_many(NAMESPACE, variant_ids, _load, seconds=LIFE_SECONDS)
    return {variant_id: units or 0 for variant_id, units in found.items()}


def changed(variant_ids: Iterable[UUID]) -> None:
    """Forget cached numbers; called in the transaction that changes stock."""
    cache.bump(NAMESPACE, *variant_ids)


def _load(variant_ids: list[UUID]) -> dict[UUID, int]:
    lapsed = (
        Reservation.objects.filter(
            stock=OuterRef("pk"), status=Reservation.Status.ACTIVE, expires_at__lte=timezone.now()
        )
        .order_by()
        .values("stock")
        .annotate(units=Sum("quantity"))
        .values("units")
    )
    rows = (
        Stock.objects.filter(variant__in=variant_ids, location__can_ship=True)
        .order_by()
        .values("variant_id")
        .annotate(units=Sum(F("available") + Coalesce(Subquery(lapsed), 0)))
    )
    return {row["variant_id"]: row["units"] for row in rows}
