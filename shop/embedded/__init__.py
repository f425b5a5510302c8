"""PostgreSQL and Redis that come with the shop, used when no URL names others.

Processes share the servers of a data folder: each holds a shared file lock while it lives, an
exclusive one decides who starts or stops, and the last one out stops them. The kernel releases
the locks of a killed process, so nothing that dies blocks the next start.
"""

import fcntl
import os
from contextlib import suppress
from multiprocessing.util import Finalize
from pathlib import Path
from urllib.parse import quote

from shop.embedded.errors import EmbeddedError
from shop.embedded.folders import make_data_dir, remove_runtime_folder, socket_folder
from shop.embedded.locks import exclusive, open_lock, try_lock
from shop.embedded.postgres import NAME, PORT, Postgres
from shop.embedded.redis import Redis

__all__ = [
    "EmbeddedError",
    "attach",
    "database_settings",
    "detach",
    "redis_url",
    "stop_unused",
]

#: Descriptors of the shared locks that this process holds, by data folder.
_held: dict[Path, int] = {}


def database_settings(data_dir: Path) -> dict[str, str]:
    """Django's connection settings for the embedded PostgreSQL; starts nothing."""
    return {
        "NAME": NAME,
        "USER": NAME,
        "HOST": str(socket_folder(data_dir.resolve())),
        "PORT": str(PORT),
    }


def redis_url(data_dir: Path) -> str:
    """URL of the embedded Redis, database 0; starts nothing."""
    return f"unix://{quote(str(Redis(data_dir.resolve()).socket))}?db=0"


def attach(data_dir: Path, *, postgres: bool, redis: bool) -> None:
    """Use the servers of the folder until this process ends, starting those that do not run.

    Safe to call again, also to bring back a server that died. Waits up to some minutes for
    another process that is starting them. Raises EmbeddedError.
    """
    if not (postgres or redis):
        return
    data_dir = data_dir.resolve()
    try:
        make_data_dir(data_dir)
        with exclusive(data_dir / "start.lock"):
            if data_dir not in _held:
                _held[data_dir] = _share(data_dir)
                # Unlike atexit, it also runs at the end of a web server's worker processes.
                Finalize(None, _leave, args=(data_dir,), exitpriority=0)
            if postgres:
                Postgres(data_dir).ensure_running()
            if redis:
                Redis(data_dir).ensure_running()
    except OSError as error:
        raise EmbeddedError.from_os_error(error, data_dir) from error


def detach(data_dir: Path) -> None:
    """Give up the servers of the folder; the last one out stops them."""
    descriptor = _held.pop(data_dir.resolve(), None)
    if descriptor is not None:
        os.close(descriptor)
        stop_unused(data_dir)


def stop_unused(data_dir: Path) -> bool:
    """Stop the servers of the folder unless a process uses them; whether they are stopped."""
    data_dir = data_dir.resolve()
    if not (data_dir / "users.lock").exists():
        return True
    with exclusive(data_dir / "start.lock"):
        # A new description of the file: a fork of ours may still hold the one just closed.
        descriptor = open_lock(data_dir / "users.lock")
        try:
            if not try_lock(descriptor, fcntl.LOCK_EX):
                return False
            Redis(data_dir).stop()
            Postgres(data_dir).stop()
            remove_runtime_folder(data_dir)
        finally:
            os.close(descriptor)
    return True


def _share(data_dir: Path) -> int:
    descriptor = open_lock(data_dir / "users.lock")
    if not try_lock(descriptor, fcntl.LOCK_SH):
        os.close(descriptor)
        raise EmbeddedError(
            f"{data_dir / 'users.lock'} is locked by a process that is not the shop's.",
            "End that process and try again.",
        )
    return descriptor


def _leave(data_dir: Path) -> None:
    """Detach at the end of the process, which is too late to complain."""
    with suppress(EmbeddedError, OSError):
        detach(data_dir)
