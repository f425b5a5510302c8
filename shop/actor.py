"""Who is acting: what the audit log writes beside every change.

During a request it is the visitor. Nothing is read for that until someone asks, so a page that
changes nothing costs no session or user query. Jobs and commands say who they act for with
:func:`acting_as`; without anything set it is the system.
"""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

_USER_AGENT_LENGTH = 300


class ActorType(StrEnum):
    """Words as the audit log stores them."""

    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"
    VISITOR = "VISITOR"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Actor:
    """Someone who changes something. ``user_id`` is None for visitors and the system."""

    type: ActorType = ActorType.SYSTEM
    user_id: UUID | None = None
    ip: str | None = None
    user_agent: str = ""
    request_id: str = ""


#: Commands, jobs and everything else without a person behind it.
SYSTEM = Actor()

_current: ContextVar[Callable[[], Actor] | None] = ContextVar("actor", default=None)


def current_actor() -> Actor:
    """Who is acting now; reads the signed-in user the first time it is asked in a request."""
    find = _current.get()
    return find() if find else SYSTEM


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Attribute the changes made inside to ``actor``."""
    token = _current.set(lambda: actor)
    try:
        yield
    finally:
        _current.reset(token)


def set_from_request(request: HttpRequest) -> Token[Callable[[], Actor] | None]:
    """Attribute changes to whoever sent ``request``, until :func:`reset`."""
    known: list[tuple[Any, Actor]] = []

    def find() -> Actor:
        user = getattr(request, "user", None)
        if not known or known[-1][0] is not user:
            # Signing in changes half-way who it is.
            known.append((user, actor_of(request)))
        return known[-1][1]

    return _current.set(find)


def reset(token: Token[Callable[[], Actor] | None]) -> None:
    """Forget the request of ``token``."""
    _current.reset(token)


def actor_of(request: HttpRequest) -> Actor:
    """Who sent ``request``, by what is known of them now."""
    kind, user_id = ActorType.VISITOR, None
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        kind, user_id = (ActorType.STAFF if user.is_staff else ActorType.CUSTOMER), user.pk
    return Actor(
        type=kind,
        user_id=user_id,
        ip=client_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:_USER_AGENT_LENGTH].replace("\0", ""),
        request_id=getattr(request, "id", ""),
    )


def client_ip(request: HttpRequest) -> str | None:
    """The visitor's address, or None when it cannot be told (a Unix socket).

    X-Forwarded-For is believed only as far as our own proxies wrote it: setting
    ``TRUSTED_PROXIES`` (default 0) says how many stand before the shop, and each appends the
    address it was called from.
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies = getattr(settings, "TRUSTED_PROXIES", 0)
    if proxies:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(hops) >= proxies:
            address = hops[-proxies]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
