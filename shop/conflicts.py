"""Acts that lost a race for locks are tried again before anybody hears of it."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected, SerializationFailure

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 3
#: Longest pause before another attempt, in seconds.
PAUSE_SECONDS = 0.05


def retried(act: Callable[P, T]) -> Callable[P, T]:
    """Repeat the whole ``act`` after a deadlock or serialization failure, up to three times.

    Only the outermost transaction can be repeated: inside another one the error passes through.
    """

    @wraps(act)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> T:
        if transaction.get_connection().in_atomic_block:
            return act(*args, **kwargs)
        for _attempt in range(ATTEMPTS - 1):
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
                    raise
            time.sleep(random.uniform(0, PAUSE_SECONDS))  # noqa: S311 - no secret
        return act(*args, **kwargs)

    return attempt
