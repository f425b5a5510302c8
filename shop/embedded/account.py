"""Under whose name the servers run.

PostgreSQL refuses to run as root. An ordinary user runs it as themself. Root runs it as the
owner of the data folder if that is not root, else as ``nobody`` when ``nobody`` can reach the
binaries and the data, else as root's bare user id inside a user namespace (no capability, but
root's own folders stay reachable), else as ``nobody`` from a copy of the binaries that lies
beside the data. No system user is made and no folder above the data is touched.
"""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shop.embedded.binaries import Program
from shop.embedded.errors import EmbeddedError

NAMESPACE = ("unshare", "--user", "--map-user={uid}", "--map-group={gid}", "--")


@dataclass(frozen=True)
class Account:
    """How to start a program: under another user id, behind a prefix, or as we are."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    @property
    def groups(self) -> Sequence[int] | None:
        return None if self.uid is None else []

    @property
    def owner(self) -> int:
        """User id that files of the servers have, seen from outside."""
        return os.geteuid() if self.uid is None else self.uid

    @property
    def owner_group(self) -> int:
        return os.getegid() if self.gid is None else self.gid

    def command(self, arguments: Sequence[str]) -> list[str]:
        return [*self.prefix, *arguments]

    def runs(self, program: Path) -> bool:
        """Whether this account can execute the program, tried by asking its version."""
        try:
            return (
                subprocess.run(  # noqa: S603
                    self.command([str(program), "--version"]),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    check=False,
                    user=self.uid,
                    group=self.gid,
                    extra_groups=self.groups,
                ).returncode
                == 0
            )
        except OSError:
            return False


def choose(data_dir: Path, program: Program) -> tuple[Account, Path]:
    """The account for a server, and the path at which that account finds its binary.

    Raises EmbeddedError when no way is open on this machine.
    """
    binary = program.path
    if os.geteuid() != 0:
        return _as_ourselves(binary), binary
    other = _stand_in(data_dir)
    reaches_data = _can_enter(data_dir.parent, other)
    if reaches_data and other.runs(binary):
        return other, binary
    confined = _namespace()
    if confined.runs(binary):
        return confined, binary
    if reaches_data:
        let_in(data_dir, other)
        copy = _copy(program, data_dir / "binaries")
        if other.runs(copy):
            return other, copy
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and no other user can reach {data_dir}.",
        "Start the shop as an ordinary user, or put the checkout in a folder that others "
        "may enter, such as /srv.",
    )


def let_in(folder: Path, account: Account) -> None:
    """Let the servers' account pass through a folder of root's, and nobody else."""
    status = folder.stat()
    if account.uid is not None and status.st_uid != account.uid:
        os.chown(folder, -1, account.owner_group)
        folder.chmod(0o710)


def refuse_foreign(folder: Path) -> None:
    """Raise EmbeddedError when the folder is somebody else's; root may use it all the same."""
    if os.geteuid() != 0 and folder.exists() and folder.stat().st_uid != os.geteuid():
        raise EmbeddedError.foreign(folder, folder.stat().st_uid)


def hand_over(folder: Path, account: Account) -> None:
    """Make the account own a server's folder; raises EmbeddedError when it is somebody else's.

    Root may change its mind between ``nobody`` and a namespace when the checkout has moved, so
    files of either are handed over; those of a person are not.
    """
    owner = folder.stat().st_uid
    if owner == account.owner:
        return
    if owner not in (0, _nobody().pw_uid):
        raise EmbeddedError.foreign(folder, owner)
    for parent, _folders, files in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in files)):
            os.chown(path, account.owner, account.owner_group, follow_symlinks=False)


def _as_ourselves(binary: Path) -> Account:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        # initdb insists on a user with a name; containers often run a bare number.
        confined = _namespace()
        if confined.runs(binary):
            return confined
        raise EmbeddedError(
            f"User id {os.geteuid()} has no name on this machine, which PostgreSQL needs.",
            "Run the shop as a user that /etc/passwd knows.",
        ) from None
    return Account()


def _stand_in(data_dir: Path) -> Account:
    status = data_dir.stat()
    if status.st_uid != 0:
        return Account(uid=status.st_uid, gid=status.st_gid)
    nobody = _nobody()
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return pwd.struct_passwd(("nobody", "x", 65534, 65534, "", "/", "/bin/false"))


def _namespace() -> Account:
    nobody = _nobody()
    return Account(
        prefix=tuple(part.format(uid=nobody.pw_uid, gid=nobody.pw_gid) for part in NAMESPACE)
    )


def _can_enter(folder: Path, account: Account) -> bool:
    """Whether the permission bits let the account through the folder and all above it."""
    return all(_may_search(step.stat(), account) for step in (folder, *folder.parents))


def _may_search(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _copy(program: Program, folder: Path) -> Path:
    """Copy the wheel's package and its libraries into the folder, once per version."""
    target = folder / program.version
    copied = target / program.path.relative_to(program.package.parent)
    if not copied.exists():
        partial = folder / f"{program.version}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        for source in (program.package, program.libraries):
            if source.is_dir():
                shutil.copytree(source, partial / source.name, symlinks=True)
        partial.rename(target)
    for step in (folder, target):
        step.chmod(0o755)
    return copied
