"""Events as a Redis stream, for whoever reads along outside the shop.

PostgreSQL stays the truth: what Redis missed while it was away is written when it is back.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from shop.events.models import OutboxEvent

logger = structlog.get_logger(__name__)

STREAM: Final = "selvedge:events"
#: Entries that the stream keeps, about.
LENGTH: Final = 100_000
_BATCH: Final = 500


def publish(*, most: int = 10_000) -> int:
    """Append what is not in the stream yet, in order; returns how many events that were.

    One caller at a time, so that the order holds: the job has a lock. An event can come twice
    when this process dies between the two writes; its ``id`` tells.
    """
    published = 0
    while published < most:
        events = list(OutboxEvent.objects.filter(streamed_at=None).order_by("sequence")[:_BATCH])
        if not events:
            break
        try:
            _append(events)
        except RedisError as error:
            logger.warning("stream of events is away", why=type(error).__name__)
            break
        ids = [event.pk for event in events]
        OutboxEvent.objects.filter(pk__in=ids).update(streamed_at=timezone.now())
        published += len(events)
    return published


def _append(events: list[OutboxEvent]) -> None:
    pipeline = get_redis_connection("default").pipeline(transaction=False)
    for event in events:
        pipeline.xadd(STREAM, entry(event), maxlen=LENGTH, approximate=True)
    pipeline.execute()


def entry(event: OutboxEvent) -> Mapping[Any, Any]:
    """The fields of an entry; ``payload`` is JSON."""
    return {
        "id": str(event.pk),
        "sequence": event.sequence,
        "type": event.type,
        "version": event.payload_version,
        "aggregate": event.aggregate,
        "aggregate_id": event.aggregate_id,
        "key": event.partition_key,
        "at": event.created_at.isoformat(),
        "payload": json.dumps(event.payload, cls=DjangoJSONEncoder),
    }
