"""A Redis that a test can freeze or cut off."""

import contextlib
import os
import shutil
import socket
import tempfile
import threading
import time

from django.core.cache import caches

from shop.circuit import circuit


class Wire:
    """Stands between the shop and the real Redis: passes on, hangs, or is cut."""

    def __init__(self):
        self.state = "through"
        self.accepted = 0
        real = caches["default"].client.get_client().connection_pool.connection_kwargs
        self._real = real.get("path") or (real["host"], real["port"])
        self.path = os.path.join(tempfile.mkdtemp(prefix="wire"), "redis.sock")
        self._open = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.accepted += 1
                if self.state == "cut":
                    client.close()
                    continue
                is_path = isinstance(self._real, str)
                server = socket.socket(socket.AF_UNIX if is_path else socket.AF_INET)
                server.connect(self._real)
                self._open += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                while self.state == "frozen":
                    time.sleep(0.01)
                target.sendall(data)

    def cut(self):
        self.state = "cut"
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.cut()
        self._listener.close()
        shutil.rmtree(os.path.dirname(self.path))


def waits(monkeypatch):
    """The failures of Redis that anyone but the probe waited for, as they come."""
    failed, seen = circuit.failed, []

    def note(client, error):
        if threading.current_thread().name != "redis-probe":
            seen.append(error)
        failed(client, error)

    monkeypatch.setattr(circuit, "failed", note)
    return seen


def wait_until_closed():
    deadline = time.monotonic() + 30
    while circuit.is_open and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not circuit.is_open
