"""Many people at the same moment, each with a connection of their own."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

from django.db import connection


def all_at_once(acts):
    """Start all ``acts`` together; what each returned or raised, in their order."""
    gate = Barrier(len(acts), timeout=120)

    def run(act):
        try:
            connection.ensure_connection()
            gate.wait()
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


class Meeting:
    """Lets nobody on before ``count`` have come; from then on everybody, at once."""

    def __init__(self, count):
        self._missing, self._lock, self._all_came = count, Lock(), Event()

    def wait(self):
        with self._lock:
            self._missing -= 1
            if self._missing <= 0:
                self._all_came.set()
        assert self._all_came.wait(timeout=60)


def aside(act):
    """Start ``act`` on a connection of its own; the future of what it returns or raises."""

    def run():
        try:
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    return future


def until_waiting(connections):
    """Return once so many connections of this database wait for a lock."""
    deadline = time.monotonic() + 30
    waiting = 0
    while waiting < connections and time.monotonic() < deadline:
        # Leaves the processor to those it waits for.
        time.sleep(0.01)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            waiting = cursor.fetchone()[0]
    assert waiting == connections
