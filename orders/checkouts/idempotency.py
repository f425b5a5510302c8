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

from orders.errors import KeyReused, KeyTaken
from orders.models import IdempotencyKey
from orders.models.idempotency import key_expiry
from shop import closing
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


@dataclass(frozen=True)
class Asked:
    """``request`` (JSON values), to which ``owner`` gave ``key``.

    Raises :class:`KeyReused` for what is no key.
    """

    scope: str
    owner: str
    key: str
    request: Mapping[str, Any]

    def __post_init__(self) -> None:
        key = self.key
        if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise KeyReused(key)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(self.request, sort_keys=True).encode()).hexdigest()

    def row(self, pk: UUID) -> list[Any]:
        """The columns of ``_INSERT``."""
        return [pk, self.scope, self.owner, self.key, self.fingerprint, key_expiry()]


_INSERT = """
    INSERT INTO orders_idempotencykey
        (id, scope, owner, key, fingerprint, location, body, expires_at)
    VALUES (%s, %s, %s, %s, %s, '', '', %s)
    ON CONFLICT (scope, owner, key) DO
"""


def claim(asked: Asked) -> Claim:
    """Take the key for the request. One statement.

    Raises :class:`KeyReused` for a key that stands for another request.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            # Changes nothing, but gives back the row of whoever was first.
            f"""{_INSERT} UPDATE SET key = excluded.key
            RETURNING id, fingerprint, status_code, location, body""",
            asked.row(new_id()),
        )
        pk, known, status_code, location, body = cursor.fetchone()
    if known != asked.fingerprint:
        raise KeyReused(asked.key)
    return Claim(pk, Answer(status_code, location, body) if status_code else None)


def claim_along(asked: Asked) -> Claim:
    """Take a new key with the last statement of the caller's act, which raises :class:`KeyTaken`.

    For acts that happen once by themselves: most requests never come again.
    """
    pk = new_id()
    closing.run(f"{_INSERT} NOTHING", asked.row(pk), rows=1, refusal=KeyTaken(asked.key))
    return Claim(pk, None)


def keep(claimed: Claim, answer: Answer) -> None:
    """Remember ``answer`` for whoever asks again; the first one stays. One statement, or none.

    In an act of its own it is written with what the act writes last.
    """
    closing.run(
        """
        UPDATE orders_idempotencykey SET status_code = %s, location = %s, body = %s
        WHERE id = %s AND status_code IS NULL
        """,
        [answer.status_code, answer.location, answer.body, claimed.id],
    )


def forget(*, most: int = 5000) -> int:
    """Delete up to ``most`` keys that expired; returns how many."""
    expired = IdempotencyKey.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
    ids = list(expired.values_list("pk", flat=True)[:most])
    deleted, _ = IdempotencyKey.objects.filter(pk__in=ids).delete()
    return deleted
