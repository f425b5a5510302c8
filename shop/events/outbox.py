"""Telling what happened: an event is written with the change, or not at all.

A module that changes something upstairs ought to know of emits an event in its transaction; who
needs to know subscribes (see :mod:`shop.events.subscriptions`). Delivery follows the commit, at
least once, in order for each key, and goes on after crashes of any process.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection, models, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from audit import recording
from audit.models import AuditLog
from shop import closing
from shop.actor import current_actor
from shop.events.models import OutboxEvent

logger = structlog.get_logger(__name__)

#: Name of the job that delivers.
DELIVER: Final = "events.deliver"
NORMAL: Final = 5
#: Transactions that were committed inside :func:`waking_once`.
_committed: ContextVar[list[None] | None] = ContextVar("committed", default=None)


def emit(
    event_type: str,
    aggregate: models.Model,
    *,
    payload: Mapping[str, Any],
    key: str = "",
    priority: int = NORMAL,
    payload_version: int = 1,
) -> OutboxEvent:
    """Write an event of ``aggregate`` in the caller's transaction, at its end if that may be.

    ``event_type`` reads ``subject.verb``. ``payload`` holds JSON values without personal data.
    Events of one ``key`` (without one, of one row) stay in order: the database takes their
    numbers one transaction after the other, so who writes two keys takes them in a fixed order.
    ``priority`` is 0 to 10, 10 first. Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an event belongs to a transaction")
    event = OutboxEvent(
        type=event_type,
        aggregate=aggregate._meta.label_lower,
        aggregate_id=str(aggregate.pk),
        payload=dict(payload),
        payload_version=payload_version,
        partition_key=key or f"{aggregate._meta.label_lower}:{aggregate.pk}",
        priority=priority,
        request_id=current_actor().request_id,
    )
    closing.add(event)
    _wake_at_commit()
    return event


def wake(job: str = DELIVER) -> None:
    """Queue the job that delivers, or the ``job`` given, unless it waits there already."""
    with suppress(AlreadyEnqueued):
        app.configure_task(job, queueing_lock=job).defer()


@contextmanager
def waking_once() -> Iterator[None]:
    """Let the transactions inside queue the job that delivers once, when all are done.

    For what goes on within moments; after a crash the job that runs each minute delivers.
    """
    committed: list[None] = []
    token = _committed.set(committed)
    try:
        yield
    finally:
        _committed.reset(token)
        if committed:
            try:
                wake()
            except Exception:
                # As a robust hook: what is committed stays acknowledged.
                logger.exception("the relay was not woken")


def replay(event_ids: Collection[UUID]) -> int:
    """Try events that were given up once more; returns how many. Audited."""
    with recording.batch():
        dead = OutboxEvent.objects.filter(pk__in=event_ids, status=OutboxEvent.Status.DEAD)
        events = list(dead.order_by("pk").select_for_update())
        for event in events:
            before = {"status": event.status, "attempts": event.attempts}
            event.status, event.attempts = OutboxEvent.Status.QUEUED, 0
            event.dead_at, event.next_attempt_at = None, timezone.now()
            event.save(update_fields=["status", "attempts", "dead_at", "next_attempt_at"])
            after = {"status": event.status, "attempts": event.attempts}
            recording.record(AuditLog.Action.UPDATE, OutboxEvent, event.pk, before, after)
        if events:
            _wake_at_commit()
    return len(events)


def _wake_or_wait() -> None:
    committed = _committed.get()
    if committed is None:
        wake()
    else:
        committed.append(None)


def _wake_at_commit() -> None:
    # Once: a hook that waits was set by this transaction and outlives its savepoints that ended;
    # one that is still open takes the hook along when it is rolled back, and this event too.
    if any(hook[1] is _wake_or_wait for hook in connection.run_on_commit):
        return
    # Robust: what is committed stays acknowledged, and a job that runs each minute delivers too.
    transaction.on_commit(_wake_or_wait, robust=True)
