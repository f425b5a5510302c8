"""What can keep the embedded servers from running, said so that a person can act on it."""

import errno
from pathlib import Path
from typing import Self

DISK_FULL = "The disk that holds {folder} is full."
DISK_REMEDY = "Free at least 200 MB there, or point DATA_DIR at a folder on another disk."


class EmbeddedError(Exception):
    """The embedded PostgreSQL or Redis cannot serve; carries the cause and what helps."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause} {remedy}")
        self.cause = cause
        self.remedy = remedy

    @classmethod
    def disk_full(cls, folder: Path) -> Self:
        return cls(DISK_FULL.format(folder=folder), DISK_REMEDY)

    @classmethod
    def foreign(cls, path: Path, owner: int) -> Self:
        return cls(
            f"{path} belongs to user id {owner}, not to you.",
            "Run the shop as that user, give the folder to yourself with chown -R, "
            "or point DATA_DIR at a folder of your own.",
        )

    @classmethod
    def from_os_error(cls, error: OSError, data_dir: Path) -> Self:
        """Translate a failed system call of ours; ``data_dir`` names the disk when it is full."""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return cls.disk_full(data_dir)
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return cls(
                f"{error.filename or data_dir} may not be written: {error.strerror}.",
                "Run the shop as the user who owns that folder, "
                "or point DATA_DIR at a folder of your own.",
            )
        return cls(
            f"The embedded servers could not be reached: {error}.",
            "Set DATABASE_URL and REDIS_URL to use servers of your own.",
        )

    @classmethod
    def from_output(cls, program: str, output: str, data_dir: Path) -> Self:
        """Translate what a server wrote before it gave up."""
        complaints = _complaints(output)
        why = complaints[-1].rstrip(".") + "."
        if any("shared memory" in line for line in complaints):
            return cls(
                f"{program} got no shared memory: {why}",
                "Give /dev/shm at least 64 MB (docker: --shm-size=256m) and raise "
                "kernel.shmmax and kernel.shmall if they are limited.",
            )
        if "No space left on device" in output or "Disk quota exceeded" in output:
            return cls.disk_full(data_dir)
        if "Unix-domain socket" in output or "opening Unix socket" in output:
            return cls(
                f"{program} could not use its socket folder: {why}",
                "Point DATA_DIR at a folder on a local disk that allows sockets.",
            )
        return cls(
            f"{program} did not start: {why}",
            f"The full log is beside the data in {data_dir}.",
        )


def _complaints(output: str) -> list[str]:
    """The lines of a log that say why, else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it wrote nothing."]
    marks = ("FATAL", "PANIC", "ERROR", "error:", "Fatal", "Failed", "cannot")
    return [line for line in lines if any(mark in line for mark in marks)] or lines[-1:]
