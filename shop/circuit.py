"""Keeps the shop quick while Redis is away: a circuit breaker around every command.

The first command that fails or times out opens the circuit of this process. Until Redis answers
again every command fails at once, without a connection attempt, and callers go to PostgreSQL.
A background thread, not a request, does the probing, so a frozen Redis costs one time-out once.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from redis import ConnectionPool, Redis
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

logger = logging.getLogger(__name__)

#: Pause between two probes of a Redis that is away, in seconds.
PROBE_SECONDS = 1.0

#: Errors that mean "Redis is away", and not "Redis refused this command".
AWAY = (RedisConnectionError, RedisTimeoutError)


class CircuitOpen(RedisConnectionError):
    """Redis was away a moment ago; nothing was sent."""


class Circuit:
    """Open while Redis is away. One per process; safe to use from many threads."""

    def __init__(self) -> None:
        self._opened_at: float | None = None
        self._lock = threading.Lock()
        self._prober: threading.Thread | None = None
        self._on_return: list[Callable[[], None]] = []

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def on_return(self, act: Callable[[], None]) -> None:
        """Run ``act`` in the background when Redis is back, before the circuit closes.

        An ``act`` that raises a RedisError keeps the circuit open until the next probe.
        """
        self._on_return.append(act)

    def check(self, client: Redis) -> None:
        """Raise CircuitOpen while Redis is away."""
        if self._opened_at is None or threading.current_thread() is self._prober:
            return
        # A forked child inherits the open circuit but not the thread that would close it.
        if self._prober is None or not self._prober.is_alive():
            self._probe_in_background(client)
        raise CircuitOpen("Redis is away")

    def failed(self, client: Redis, error: Exception) -> None:
        """Open the circuit after ``error``."""
        if self._opened_at is not None:
            return
        with self._lock:
            if self._opened_at is not None:
                return
            self._opened_at = time.monotonic()
        logger.warning("Redis is away, reading from PostgreSQL: %s", type(error).__name__)
        self._probe_in_background(client)

    def _probe_in_background(self, client: Redis) -> None:
        with self._lock:
            if self._prober is not None and self._prober.is_alive():
                return
            self._prober = threading.Thread(
                target=self._probe, args=(client,), name="redis-probe", daemon=True
            )
            try:
                self._prober.start()
            except RuntimeError:  # the interpreter is shutting down
                self._prober = None

    def _probe(self, client: Redis) -> None:
        while (opened_at := self._opened_at) is not None:
            time.sleep(PROBE_SECONDS)
            try:
                client.ping()
                self._act_on_return()
                self._opened_at = None
                # Work that was handed in while the circuit closed.
                self._act_on_return()
            except RedisError:
                continue
            logger.warning("Redis is back after %.1f s", time.monotonic() - opened_at)

    def _act_on_return(self) -> None:
        for act in self._on_return:
            act()


#: The circuit of this process.
circuit = Circuit()
os.register_at_fork(after_in_child=lambda: setattr(circuit, "_lock", threading.Lock()))


class QuietPool(ConnectionPool):
    """Connections of this process (setting ``CONNECTION_POOL_CLASS`` of the cache).

    redis-py's own pool counts and times each loan for collectors that nobody runs, which costs as
    much as the command itself.
    """

    def get_connection(self, *names: Any, **options: Any) -> Any:
        self._checkpid()
        with self._lock:
            idle = self._available_connections
            connection: Any = idle.pop() if idle else self.make_connection()
            self._in_use_connections.add(connection)
        # Sending connects one that is not connected: who asked it first would wait twice in vain.
        if connection.is_connected and not _is_ready(connection):
            # Closed by the other end, or with an answer to somebody else: sending connects anew.
            connection.disconnect()
        return connection

    def release(self, connection: Any) -> None:
        self._checkpid()
        with self._lock:
            if connection not in self._in_use_connections:
                return
            self._in_use_connections.remove(connection)
            if not self.owns_connection(connection):
                connection.disconnect()
                return
            if connection.should_reconnect():
                connection.disconnect()
            self._available_connections.append(connection)


def _is_ready(connection: Any) -> bool:
    try:
        return not connection.can_read()
    except (*AWAY, OSError):
        return False


class GuardedPipeline(Pipeline):
    """A pipeline whose commands share the fate of the circuit."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        client = GuardedRedis(connection_pool=self.connection_pool)
        circuit.check(client)
        try:
            return super().execute(raise_on_error)
        except AWAY as error:
            circuit.failed(client, error)
            raise


class GuardedRedis(Redis):
    """The Redis client of the shop (setting ``REDIS_CLIENT_CLASS`` of the cache)."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        circuit.check(self)
        try:
            return super().execute_command(*args, **options)
        except AWAY as error:
            circuit.failed(self, error)
            raise

    def _execute_command(self, *args: Any, **options: Any) -> Any:
        # One attempt, as the shop's connections are set up, and counted by nobody either.
        connection: Any = self.connection_pool.get_connection()
        try:
            connection.send_command(*args, **options)
            return self.parse_response(connection, args[0], **options)
        except AWAY:
            connection.disconnect()
            raise
        finally:
            self.connection_pool.release(connection)

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> GuardedPipeline:
        return GuardedPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )
