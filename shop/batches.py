"""Work of a night that goes on, batch by batch, until it is done."""

import time
from collections.abc import Callable
from typing import Final

#: A job that forgets goes on for so long at most, in seconds; the next night does the rest.
SECONDS: Final = 300


def until_done(act: Callable[[], int], *, seconds: float = SECONDS) -> int:
    """Call ``act`` until it has nothing left to do; returns how much it did altogether.

    After ``seconds`` no other batch begins.
    """
    ends_at = time.monotonic() + seconds
    count = 0
    while done := act():
        count += done
        if time.monotonic() >= ends_at:
            break
    return count
