"""File locks that the kernel releases when their holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shop.embedded.errors import EmbeddedError

#: First start with initdb on a slow disk stays well below this; in seconds.
PATIENCE_SECONDS = 180


def open_lock(path: Path) -> int:
    """Open a lock file; as root it is given to the owner of its folder, who may come later."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def try_lock(descriptor: int, operation: int) -> bool:
    """Take the lock now or not at all."""
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive(path: Path, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Be the only one inside; raises EmbeddedError when it takes too long to get in."""
    descriptor = open_lock(path)
    try:
        deadline = time.monotonic() + patience_seconds
        while not try_lock(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"Another process has held {path} for {patience_seconds:.0f} seconds.",
                    "Look for a hanging manage.py of this folder, end it and try again.",
                )
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)
