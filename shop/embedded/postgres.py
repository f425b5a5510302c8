"""The embedded PostgreSQL: created, started, found again after any crash, stopped.

Every function expects the caller to hold the start lock of the data folder.
"""

import os
import re
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

from shop.embedded import binaries, processes
from shop.embedded.account import Account, choose, hand_over, let_in, refuse_foreign
from shop.embedded.errors import EmbeddedError
from shop.embedded.folders import make_socket_folder, open_log, socket_folder

NAME = "selvedge"
PORT = 5432
START_SECONDS = 90
STOP_SECONDS = 60
#: A live server that says nothing for this long hangs, or lost its socket.
SILENCE_SECONDS = 5

#: ``pg_isready`` answers with these.
ACCEPTING, REJECTING = 0, 1

INITDB = (
    f"--username={NAME}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "logging_collector": "off",
    "unix_socket_permissions": "0700",
}


@dataclass(frozen=True)
class Postgres:
    """The server of one data folder."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    def ensure_running(self) -> None:
        """Attach to the running server, or start one; raises EmbeddedError."""
        refuse_foreign(self.folder)
        if self._is_serving():
            return
        program = binaries.postgres()
        account, binary = choose(self.data_dir, program)
        let_in(self.data_dir, account)
        if self.folder.exists():
            self._refuse_other_version(account, binary)
            hand_over(self.folder, account)
            self._clear_remains()
        else:
            self._create(account, binary)
        self._start(account, binary)

    def stop(self) -> None:
        """Fast shutdown: running statements are canceled, everything committed is kept."""
        pid = self._pid()
        if pid is not None and processes.works_in(pid, self.folder):
            processes.end(
                pid,
                (signal.SIGINT, STOP_SECONDS),
                (signal.SIGQUIT, 10),
                (signal.SIGKILL, 5),
            )
        # Backends outlive a killed postmaster for a while and hold its shared memory.
        for orphan in processes.all_working_in(self.folder):
            processes.end(orphan, (signal.SIGQUIT, 5), (signal.SIGKILL, 5))

    def _is_serving(self) -> bool:
        """Whether it accepts connections, given time if it is still starting or recovering."""
        if self._state() == REJECTING:
            processes.wait_until(lambda: self._state() != REJECTING, START_SECONDS)
        elif (pid := self._pid()) is not None and processes.works_in(pid, self.folder):
            processes.wait_until(lambda: self._state() == ACCEPTING, SILENCE_SECONDS)
        return self._state() == ACCEPTING

    def _state(self) -> int:
        isready = binaries.postgres().path.with_name("pg_isready")
        place = socket_folder(self.data_dir)
        answer = processes.run(
            Account(),
            [
                str(isready),
                "-q",
                "-t",
                "5",
                "-h",
                str(place),
                "-p",
                str(PORT),
                "-U",
                NAME,
                "-d",
                NAME,
            ],
        )
        return answer.returncode

    def _pid(self) -> int | None:
        try:
            return int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _create(self, account: Account, binary: Path) -> None:
        """Make the cluster and the shop's database beside the final place, then move it there."""
        fresh = self.data_dir / "postgres.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        if account.uid is not None:
            os.chown(fresh, account.owner, account.owner_group)
        initdb = str(binary.with_name("initdb"))
        made = processes.run(account, [initdb, *INITDB, "-D", str(fresh)])
        output = made.stdout
        if made.returncode == 0:
            single = [str(binary), "--single", "-D", str(fresh), "template1"]
            made = processes.run(account, single, text=f"CREATE DATABASE {NAME};\n")
            output = made.stdout
        if made.returncode != 0 or "ERROR:" in output:
            shutil.rmtree(fresh, ignore_errors=True)
            raise EmbeddedError.from_output("PostgreSQL", output, self.data_dir)
        fresh.rename(self.folder)

    def _refuse_other_version(self, account: Account, binary: Path) -> None:
        version_file = self.folder / "PG_VERSION"
        try:
            stored = version_file.read_text().strip()
        except FileNotFoundError:
            raise EmbeddedError(
                f"{self.folder} is there but holds no PostgreSQL data.",
                "Move it away, or point DATA_DIR at another folder.",
            ) from None
        offered = processes.run(account, [str(binary), "--version"]).stdout
        number = re.search(r"(\d+)", offered)
        installed = number[1] if number else offered.strip()
        if stored != installed:
            raise EmbeddedError(
                f"The data in {self.folder} was written by PostgreSQL {stored}, "
                f"but PostgreSQL {installed} is installed.",
                f"Install the requirements of then, dump with pg_dump {stored} and load the dump "
                "into a new folder; or, if the data may go, remove the folder.",
            )

    def _clear_remains(self) -> None:
        """End what is left of a server that does not answer, and remove its lock files."""
        self.stop()
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        socket = socket_folder(self.data_dir) / f".s.PGSQL.{PORT}"
        socket.unlink(missing_ok=True)
        socket.with_name(f"{socket.name}.lock").unlink(missing_ok=True)

    def _start(self, account: Account, binary: Path) -> None:
        sockets = make_socket_folder(self.data_dir, account)
        settings = SETTINGS | {"unix_socket_directories": f'"{sockets}"'}
        if (binary.parents[1] / "lib" / "pg_stat_statements.so").exists():
            settings["shared_preload_libraries"] = "pg_stat_statements"
        arguments = [str(binary), "-D", str(self.folder)]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        written = open_log(self.log)
        pid = processes.spawn(account, arguments, self.log)
        processes.wait_until(
            lambda: self._state() == ACCEPTING or not processes.is_alive(pid),
            START_SECONDS,
        )
        if self._state() != ACCEPTING:
            processes.end(pid, (signal.SIGQUIT, 5), (signal.SIGKILL, 5))
            said = self.log.read_bytes()[written:].decode(errors="replace")
            raise EmbeddedError.from_output("PostgreSQL", said, self.data_dir)
