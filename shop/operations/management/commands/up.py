"""``manage.py up``: the whole shop on one machine, from an empty folder to a served page."""

import errno
import fcntl
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from audit import partitions
from catalog.models import Product
from shop.operations.assets import refresh_static_files
from shop.operations.demo import DEMO_ACCOUNTS, demo_password
from shop.operations.processes import Child, ChildGaveUp, Supervisor
from shop.startup import ServersUnavailable, attach_embedded_servers

LOOPBACK = "127.0.0.1"
WEB_WORKERS = 2
#: Requests that one web worker handles at a time, below its share of database connections.
WEB_THREADS = 5
#: How often the embedded servers are looked after, in seconds.
CARE_SECONDS = 2.0
#: Longest time in which the embedded servers may fail to come back, in seconds.
CARE_PATIENCE_SECONDS = 60.0
COLORS = {"web": "36", "worker": "35", "servers": "33"}


class Command(BaseCommand):
    help = "Run the shop: migrate, seed if empty, build static files, start web and worker."
    # The checks that touch the database come after the migrations, in the children.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=LOOPBACK, help="address to listen on")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        self.host, self.port = host, port
        self.url = f"http://{host}:{port}"
        self.printing = threading.Lock()
        with _claimed(host, port):
            self._prepare()
            connections.close_all()
            self._serve()

    def _prepare(self) -> None:
        """Migrations, demo data, static files: each only if there is something to do."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say(_("Preparing the database …"))
            try:
                call_command("migrate", interactive=False, verbosity=0)
            except InconsistentMigrationHistory as error:
                raise CommandError(
                    _(
                        "This database was made by an earlier state of the shop; before the "
                        "first release none is carried over. “make clean” takes it away, then "
                        "start again."
                    )
                ) from error
        # Nobody made them while the shop stood still.
        partitions.make_ahead()
        if not Product.objects.exists():
            self._say(_("Filling the demo shop …") if settings.DEBUG else _("Filling the shop …"))
            call_command("seed", profile="demo" if settings.DEBUG else "production")
        if refresh_static_files():
            self._say(_("Static files are built."))

    def _serve(self) -> None:
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        children = [
            Child("web", _web_command(self.host, self.port), self._log, {"DATABASE_POOL": "true"}),
            Child("worker", [*manage, "worker"], self._log),
        ]
        self.welcomed = False
        self.cared_at = self.healthy_at = time.monotonic()
        try:
            Supervisor(children).run(self._each_round)
        except ChildGaveUp as error:
            raise CommandError(
                _(
                    "The process “%(name)s” ended again and again, the last time with status "
                    "%(status)d; the lines above that begin with “%(name)s” say why."
                )
                % {"name": error.name, "status": error.status}
            ) from error
        self._say(_("The shop is closed."))

    def _each_round(self) -> None:
        if not self.welcomed and _answers(self.host, self.port):
            self.welcomed = True
            self._welcome()
        now = time.monotonic()
        if now - self.cared_at < CARE_SECONDS:
            return
        try:
            attach_embedded_servers()
            self.healthy_at = time.monotonic()
        except ServersUnavailable as error:
            self._log("servers", str(error))
            if now - self.healthy_at > CARE_PATIENCE_SECONDS:
                raise CommandError(str(error)) from error
        self.cared_at = time.monotonic()

    def _welcome(self) -> None:
        lines = [
            "",
            _("Selvedge is open:  %s/") % self.url,
            _("Administration:    %s/admin/") % self.url,
            "",
            *_demo_log_ins(),
            _("Ctrl-C closes the shop."),
            "",
        ]
        with self.printing:
            self.stdout.write("\n".join(lines))
            self.stdout.flush()

    def _say(self, text: str) -> None:
        with self.printing:
            self.stdout.write(text)
            self.stdout.flush()

    def _log(self, name: str, line: str) -> None:
        prefix = f"{name:<7} |"
        if self.stdout.isatty():
            prefix = f"\033[{COLORS[name]}m{prefix}\033[0m"
        self._say(f"{prefix} {line}")


def _demo_log_ins() -> list[str]:
    """Who may look around the demo shop; nobody with DEBUG off."""
    if not settings.DEBUG:
        return []
    return [
        _("Demo log-ins, all with the password %s") % demo_password(),
        *(f"  {account.email}" for account in DEMO_ACCOUNTS),
        *_word_about_staff(),
        "",
    ]


def _word_about_staff() -> list[str]:
    """That staff come in by password alone here, as they do nowhere else."""
    if settings.STAFF_SECOND_FACTOR:
        return []
    return [_("Staff need no second factor here; STAFF_SECOND_FACTOR=true asks for one.")]


def _web_command(host: str, port: int) -> list[str]:
    options = {
        "--interface": "wsgi",
        "--working-dir": settings.BASE_DIR,
        "--host": host,
        "--port": port,
        "--workers": WEB_WORKERS,
        "--blocking-threads": WEB_THREADS,
        "--workers-kill-timeout": 5,
    }
    words = [str(word) for option in options.items() for word in option]
    switches = ["--respawn-failed-workers", "--no-ws"]
    return [sys.executable, "-m", "granian", "shop.wsgi:application", *words, *switches]


@contextmanager
def _claimed(host: str, port: int) -> Iterator[None]:
    """Refuse a port that is taken, also by a second ``up`` that still prepares the shop."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (settings.DATA_DIR / f"up-{port}.lock").open("w") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EWOULDBLOCK):
                raise CommandError(
                    _("Cannot listen on %(host)s, port %(port)d: %(reason)s.")
                    % {"host": host, "port": port, "reason": error.strerror}
                ) from error
            raise CommandError(
                _(
                    "Port %(port)d is taken, perhaps by this shop in another terminal. "
                    "Choose another one: make up PORT=%(next)d"
                )
                % {"port": port, "next": port + 1}
            ) from error
        yield


def _answers(host: str, port: int) -> bool:
    """Whether the web process answers requests yet, with whatever status."""
    request = HTTPConnection(host, port, timeout=1)
    try:
        request.request("GET", "/health/live")
        request.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        request.close()
    return True
