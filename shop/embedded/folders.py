"""Folders of the embedded servers: private, and short enough for a socket's address."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from shop.embedded.account import Account, let_in, refuse_foreign
from shop.embedded.errors import EmbeddedError

#: A socket's address holds 108 bytes on Linux and 104 on macOS, the closing zero included.
SOCKET_PATH_BYTES = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"
LOG_LIMIT_BYTES = 5_000_000


def make_data_dir(data_dir: Path) -> None:
    """Create the data folder for its owner alone, and close one that others can look into."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_foreign(data_dir)
    status = data_dir.stat()
    if status.st_mode & 0o067 and status.st_uid == os.geteuid():
        data_dir.chmod(0o700)


def open_log(log: Path) -> int:
    """Make the log ready for a start: private, and its size in bytes before that start."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    if os.geteuid() == 0:
        owner = log.parent.stat()
        os.chown(log, owner.st_uid, owner.st_gid, follow_symlinks=False)
    return log.stat().st_size


def socket_folder(data_dir: Path) -> Path:
    """Where the sockets lie: inside the data folder, or in a runtime folder if that is too long.

    Only computes: the folder need not exist. The runtime folder that was chosen once is kept as
    a link in the data folder, so that processes with another environment find the same one.
    """
    near = data_dir / "run"
    if _fits(near):
        return near
    if near.is_symlink() and (chosen := near.readlink()).parent.parent.is_dir():
        return chosen
    return _runtime_folder(data_dir) / "run"


def make_socket_folder(data_dir: Path, account: Account) -> Path:
    """Create the socket folder for the account alone; raises EmbeddedError on a foreign one."""
    folder = socket_folder(data_dir)
    near = data_dir / "run"
    if folder != near:
        outer = folder.parent
        owner = data_dir.stat().st_uid
        try:
            outer.mkdir(mode=0o700)
        except FileExistsError:
            _refuse_strangers(outer, {os.geteuid(), owner})
        else:
            if os.geteuid() == 0:
                os.chown(outer, owner, -1, follow_symlinks=False)
        let_in(outer, account)
        if not near.is_symlink() or near.readlink() != folder:
            near.unlink(missing_ok=True)
            near.symlink_to(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, account.owner, account.owner_group, follow_symlinks=False)
    _refuse_strangers(folder, {account.owner})
    folder.chmod(0o700)
    return folder


def remove_runtime_folder(data_dir: Path) -> None:
    """Leave nothing in a shared place once the servers are stopped."""
    near = data_dir / "run"
    if near.is_symlink():
        folder = near.readlink()
        # Kept if anything is left in it: then it is needed, or not ours to judge.
        with suppress(OSError):
            folder.rmdir()
            folder.parent.rmdir()
            near.unlink()


def _fits(folder: Path) -> bool:
    # libpq takes a comma for a second host; the server's own list has quotes.
    if any(character in str(folder) for character in ",\"'\\\n"):
        return False
    return len(os.fsencode(folder / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_BYTES


def _runtime_folder(data_dir: Path) -> Path:
    owner = data_dir.stat().st_uid if data_dir.exists() else os.geteuid()
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    for base in _runtime_bases():
        folder = base / f"selvedge-{owner}-{digest}"
        if base.is_dir() and os.access(base, os.W_OK) and _fits(folder / "run"):
            return folder
    raise EmbeddedError(
        f"{data_dir} is too long a path for sockets, and no temporary folder is short enough.",
        "Set TMPDIR to a short folder that you can write, or DATA_DIR to a shorter path.",
    )


def _runtime_bases() -> Iterator[Path]:
    if os.geteuid() != 0:
        # Root's own runtime folder is closed to the account that its servers use.
        if runtime := os.environ.get("XDG_RUNTIME_DIR"):
            yield Path(runtime)
        yield Path(tempfile.gettempdir())
    # The folder in it is checked for its owner.
    yield Path("/tmp")  # noqa: S108  # nosec B108
    yield Path(tempfile.gettempdir())


def _refuse_strangers(folder: Path, owners: set[int]) -> None:
    """A folder in a shared place may have been laid there by somebody else, to listen in."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners or status.st_mode & 0o022:
        raise EmbeddedError(
            f"{folder} is not a private folder of yours, so sockets in it would not be safe.",
            "Remove it, or point DATA_DIR at a shorter path.",
        )
