"""The same request sent again gets the same answer.

A caller names each request by a key of its own. What the key stood for is kept as a fingerprint,
and the answer, once there is one; a request that comes while the first is still at work goes on,
because the acts themselves happen once.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from orders.errors import KeyReused
from orders.models import IdempotencyKey
from orders.models.idempotency import key_expiry
from shop.models import new_id

LONGEST_KEY: Final = 100


@dataclass(frozen=True)
class Answer:
    """What was answered: a status code with the address it leads to, or with a body."""

    status_code: int
    location: str = ""
    body: str = ""


@dataclass(frozen=True)
class Claim:
    """A request's key; ``answer`` is what was answered before, None for the first time."""

    id: UUID
    answer: Answer | None


def claim(*, scope: str, owner: str, key: str, request: Mapping[str, Any]) -> Claim:
    """Take ``key`` of ``owner`` for ``request`` (JSON values). One statement.

    Raises :class:`KeyReused` for a key that stands for another request, or that is none.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise KeyReused(key)
    fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders_idempotencykey
                (id, scope, owner, key, fingerprint, location, body, expires_at)
            VALUES (%s, %s, %s, %s, %s, '', '', %s)
            -- Changes nothing, but gives back the row of whoever was first.
            ON CONFLICT (scope, owner, key) DO UPDATE SET key = excluded.key
            RETURNING id, fingerprint, status_code, location, body
            """,
            [new_id(), scope, owner, key, fingerprint, key_expiry()],
        )
        pk, known, status_code, location, body = cursor.fetchone()
    if known != fingerprint:
        raise KeyReused(key)
    return Claim(pk, Answer(status_code, location, body) if status_code else None)


def keep(claimed: Claim, answer: Answer) -> None:
    """Remember ``answer`` for whoever asks again; the first one stays. One statement."""
    IdempotencyKey.objects.filter(pk=claimed.id, status_code=None).update(
        status_code=answer.status_code, location=answer.location, body=answer.body
    )


def forget(*, most: int = 5000) -> int:
    """Delete up to ``most`` keys that expired; returns how many."""
    expired = IdempotencyKey.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
    ids = list(expired.values_list("pk", flat=True)[:most])
    deleted, _ = IdempotencyKey.objects.filter(pk__in=ids).delete()
    return deleted
