"""Delivering what waits in the outbox, by as many workers as there are.

A worker claims an event by counting an attempt and setting the time of the next one. If it dies,
the event is simply due again then. Only the first waiting event of a key can be claimed, so none
overtakes another; one that was given up lets the later ones of its key pass.
"""

import random
from datetime import timedelta
from typing import Final

import structlog
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from shop.events.models import OutboxEvent
from shop.events.subscriptions import Subscriber, subscribers_of

logger = structlog.get_logger(__name__)

Status = OutboxEvent.Status

#: Attempts after which an event is given up: about four hours.
MOST_ATTEMPTS: Final = 12
#: Time a worker has for what it claimed, in seconds.
LEASE_SECONDS: Final = 300
FIRST_PAUSE_SECONDS: Final = 5.0
LONGEST_PAUSE_SECONDS: Final = 3600.0
_BATCH: Final = 20


def deliver_due(*, most: int = 1000) -> int:
    """Deliver what is due, up to ``most`` events; returns how many were tried."""
    tried = 0
    while tried < most:
        events = _claim(min(_BATCH, most - tried))
        if not events:
            break
        for event in events:
            _deliver(event)
        tried += len(events)
    return tried


def pause_seconds(attempts: int) -> float:
    """Time until the next attempt: doubling, bounded, and spread by a fifth either way."""
    pause = min(FIRST_PAUSE_SECONDS * 2.0 ** (attempts - 1), LONGEST_PAUSE_SECONDS)
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


def _claim(most: int) -> list[OutboxEvent]:
    with transaction.atomic():
        due = OutboxEvent.objects.due().select_for_update(of=("self",), skip_locked=True)
        events = list(due[:most])
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(
            attempts=F("attempts") + 1,
            next_attempt_at=timezone.now() + timedelta(seconds=LEASE_SECONDS),
        )
    for event in events:
        event.attempts += 1
    return events


def _deliver(event: OutboxEvent) -> None:
    """Hand the event to all who want it and do not have it yet, then note how that went."""
    if event.attempts > MOST_ATTEMPTS:
        _fail(event, "each worker that tried it ended")
        return
    failures = []
    for subscriber in subscribers_of(event.type):
        try:
            _hand_over(event, subscriber)
        except Exception as error:
            logger.exception("subscriber failed", subscriber=subscriber.name, event_type=event.type)
            # The type only: messages may quote what people typed.
            failures.append(f"{subscriber.name}: {type(error).__name__}")
    if failures:
        _fail(event, "; ".join(failures))
    else:
        _waiting(event).update(status=Status.DELIVERED, delivered_at=timezone.now(), failure="")


def _hand_over(event: OutboxEvent, subscriber: Subscriber) -> None:
    """Once: what the subscriber writes and the note that it has the event are one transaction."""
    with transaction.atomic():
        locked = OutboxEvent.objects.select_for_update().get(pk=event.pk)
        if locked.status != Status.QUEUED or subscriber.name in locked.delivered_to:
            return
        subscriber.receive(locked)
        locked.delivered_to.append(subscriber.name)
        locked.save(update_fields=["delivered_to"])


def _fail(event: OutboxEvent, failure: str) -> None:
    if event.attempts >= MOST_ATTEMPTS:
        logger.error("event given up", event_type=event.type, id=str(event.pk), why=failure)
        _waiting(event).update(status=Status.DEAD, dead_at=timezone.now(), failure=failure)
        return
    following = timezone.now() + timedelta(seconds=pause_seconds(event.attempts))
    _waiting(event).update(next_attempt_at=following, failure=failure)


def _waiting(event: OutboxEvent) -> "models.QuerySet[OutboxEvent]":
    """The event, unless another worker that came later is done with it."""
    return OutboxEvent.objects.filter(pk=event.pk, status=Status.QUEUED)
