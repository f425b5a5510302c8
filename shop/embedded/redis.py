"""The embedded Redis: started, found again after any crash, stopped.

Every function expects the caller to hold the start lock of the data folder.
"""

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from shop.embedded import binaries, processes
from shop.embedded.account import Account, choose, hand_over, let_in, refuse_foreign
from shop.embedded.errors import EmbeddedError
from shop.embedded.folders import make_socket_folder, open_log, socket_folder

START_SECONDS = 60
STOP_SECONDS = 30
ANSWER_SECONDS = 3

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "databases": "64",
    "appendonly": "yes",
    "save": "",
    "daemonize": "no",
    "pidfile": "redis.pid",
}


@dataclass(frozen=True)
class Redis:
    """The server of one data folder."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        return self.data_dir / "redis"

    @property
    def log(self) -> Path:
        return self.data_dir / "redis.log"

    @property
    def socket(self) -> Path:
        return socket_folder(self.data_dir) / "redis.sock"

    def ensure_running(self) -> None:
        """Attach to the running server, or start one; raises EmbeddedError."""
        refuse_foreign(self.folder)
        if self._answer().startswith(b"-LOADING"):
            processes.wait_until(lambda: self._answer().startswith(b"+PONG"), START_SECONDS)
        if self._answer().startswith(b"+PONG"):
            return
        account, binary = choose(self.data_dir, binaries.redis())
        let_in(self.data_dir, account)
        self._make_folder(account)
        self.stop()
        self._start(account, binary)

    def stop(self) -> None:
        """Write the append-only file out and end, even if the server does not answer."""
        pid = self._pid()
        if pid is not None and processes.works_in(pid, self.folder):
            processes.end(pid, (signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5))

    def _make_folder(self, account: Account) -> None:
        if self.folder.exists():
            hand_over(self.folder, account)
            return
        self.folder.mkdir(mode=0o700)
        if account.uid is not None:
            os.chown(self.folder, account.owner, account.owner_group)

    def _pid(self) -> int | None:
        try:
            return int((self.folder / SETTINGS["pidfile"]).read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _answer(self) -> bytes:
        """What the server says to a PING; empty when nobody listens or it hangs."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_SECONDS)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64)
            except (FileNotFoundError, ConnectionError, TimeoutError):
                return b""

    def _start(self, account: Account, binary: Path) -> None:
        sockets = make_socket_folder(self.data_dir, account)
        settings = SETTINGS | {
            "dir": str(self.folder),
            "unixsocket": str(sockets / self.socket.name),
        }
        arguments = [str(binary)]
        for name, value in settings.items():
            arguments += [f"--{name}", value]
        written = open_log(self.log)
        pid = processes.spawn(account, arguments, self.log)
        processes.wait_until(
            lambda: self._answer().startswith(b"+PONG") or not processes.is_alive(pid),
            START_SECONDS,
        )
        if not self._answer().startswith(b"+PONG"):
            processes.end(pid, (signal.SIGKILL, 5))
            said = self.log.read_bytes()[written:].decode(errors="replace")
            raise EmbeddedError.from_output("Redis", said, self.data_dir)
