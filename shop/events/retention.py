"""How long events are kept."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from shop.events.models import OutboxEvent

#: Delivered events stay this long for a look back, in days. Those given up stay.
KEEP_DAYS: Final = 30
_BATCH: Final = 5000


def remove_old() -> int:
    """Remove what was delivered long ago, in batches; returns how many events that were."""
    before = timezone.now() - timedelta(days=KEEP_DAYS)
    old = OutboxEvent.objects.filter(
        status=OutboxEvent.Status.DELIVERED, delivered_at__lt=before, streamed_at__isnull=False
    )
    removed = 0
    while ids := list(old.order_by("delivered_at").values_list("pk", flat=True)[:_BATCH]):
        removed += OutboxEvent.objects.filter(pk__in=ids).delete()[0]
    return removed
