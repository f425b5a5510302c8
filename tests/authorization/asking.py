"""Asking for a cell of the matrix, so that nothing of it stays."""

import runpy
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.urls.resolvers import RegexPattern

from tests.authorization.world import ROLES, World

_WRITES = ("INSERT", "UPDATE", "DELETE")
#: Not what people have, but that somebody was there.
_MARGINAL = (
    "django_session",
    "accounts_devicesession",
    "accounts_tries",
    "audit_securityevent",
    # That staff looked; a change shows by its own statement.
    "audit_auditlog",
    # A member who acts on a cart has an open one, be it empty.
    'INSERT INTO "orders_cart" ',
)


class _Undo(Exception):
    """Takes back what a request wrote."""


@dataclass
class Answer:
    """A response, with the statements that wrote something."""

    response: HttpResponse
    writes: list[str] = field(default_factory=list)
    #: All of a file that came in parts; empty for a page, which the response has.
    parts: bytes = b""

    @property
    def text(self) -> str:
        content = self.parts if self.response.streaming else self.response.content
        return content.decode(errors="replace")

    def fits(self, expected: int | str) -> bool:
        """Whether it is the status expected, and leads where it should."""
        status, _, place = str(expected).partition(" ")
        if self.response.status_code != int(status):
            return False
        if place and len(place) > 1:
            return self.response["Location"].startswith(place)
        return not place or self.response["Location"].partition("?")[0] == place

    def __str__(self) -> str:
        return f"{self.response.status_code} {self.response.headers.get('Location', '')}".strip()


class Asker:
    """Sends requests as each of the roles, each as if it were the first."""

    def __init__(self, world: World) -> None:
        self.world = world
        # Two for all: a client sets up the whole way of a request anew.
        self.clients = {strict: Client(enforce_csrf_checks=strict) for strict in (False, True)}
        self.cookies = {role: world.client(role).cookies.output(header="") for role in ROLES}

    def ask(
        self, role: str, method: str, url: str, data: Any = None, *, is_strict: bool = False
    ) -> Answer:
        """What ``role`` gets, and what it would have written; ``is_strict``: only with a token."""
        client = self.clients[is_strict]
        client.cookies = SimpleCookie(self.cookies[role])
        writes: list[str] = []
        parts = b""

        def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.lstrip()[:6].upper() in _WRITES and not any(word in sql for word in _MARGINAL):
                writes.append(sql[:200])
            return execute(sql, params, many, context)

        cache.clear()
        self.world.plan.keep()
        try:
            with transaction.atomic():
                with connection.execute_wrapper(look):
                    response = getattr(client, method)(url, data)
                    if response.streaming:
                        parts = b"".join(response.streaming_content)
                raise _Undo
        except _Undo:
            return Answer(response, writes, parts)

    def url(self, name: str, objects: dict[str, str], which: str = "own") -> str:
        """The route's address, about an "own", "foreign" or "missing" object."""
        kwargs = {key: self._value(word, which) for key, word in objects.items()}
        return reverse(name, kwargs=kwargs)

    def kinds(self, objects: dict[str, str]) -> list[str]:
        """Which of "own", "foreign" and "missing" there are for a route."""
        words = [word for word in objects.values() if not word.startswith("=")]
        kinds = ["own"]
        if any(word in self.world.own for word in words):
            kinds.append("foreign")
        return [*kinds, "missing"] if words else kinds

    def _value(self, word: str, which: str) -> Any:
        if word.startswith("="):
            return word[1:]
        owned = self.world.foreign if which == "foreign" else self.world.own
        value = owned[word] if word in owned else self.world.common[word]
        if which != "missing":
            return value
        return uuid4() if isinstance(value, UUID) else "nothing-like-it"


def routes() -> dict[str, list[str]]:
    """The paths of every route of the site by name; of those without a name, by path."""
    # Read anew: who read them first may have turned DEBUG on, which brings pages for development.
    patterns = runpy.run_path(str(settings.BASE_DIR / "shop" / "urls.py"))["urlpatterns"]
    found: dict[str, list[str]] = {}
    for path, name in _walk(URLResolver(RegexPattern(""), patterns), "", ""):
        found.setdefault(name or path, []).append(path)
    return found


def _walk(part: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in part.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, f"{space}{pattern.name}" if pattern.name else ""
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern, path, inner)
