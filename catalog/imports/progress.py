"""How far a job is, told outside of its transaction, so that everybody can see it.

It stands in Redis: only a bar on a page depends on it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache

#: A job that tells nothing for this long is forgotten, in seconds.
LIFE_SECONDS = 24 * 60 * 60
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Progress:
    """Rows done of ``total``; 0 where it is not known yet."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


def teller(batch_id: UUID, total: int, *, since: int = 0) -> Callable[[int], None]:
    """A function that tells how many rows of this step are done, at most twice a second.

    Of ``total`` rows in all, ``since`` were done before the step.
    """
    told_at = 0.0

    def tell(done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > _PAUSE_SECONDS:
            told_at = time.monotonic()
            cache.set(_key(batch_id), [since + done, total], LIFE_SECONDS)

    return tell


def forget(batch_id: UUID) -> None:
    """The next step begins at nothing."""
    cache.delete(_key(batch_id))


def told(batch_id: UUID) -> Progress:
    """How far the job is."""
    found: Any = cache.get(_key(batch_id))
    return Progress(*found) if found else Progress(0, 0)


def _key(batch_id: UUID) -> str:
    return f"catalog.import:{batch_id}"
