"""Where a person is signed in, and ending that.

The list is for its owner; what lets a browser in is Django's session alone. Ending deletes that,
by the store that also ends what the page cache remembers of it, so it is over with the next
request, on pages that all visitors share too.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.models import DeviceSession, User
from shop.actor import actor_of

#: A session in use is noted as seen at most once in so many seconds.
SEEN_SECONDS = 300
#: Sessions that this process noted as seen lately, by their keys, with the time.
_seen: dict[str, float] = {}
_MOST_SEEN = 10_000


def connect() -> None:
    """Django tells of a sign-in by a signal only, whichever door it was."""
    user_logged_in.connect(begin, dispatch_uid="accounts.sessions")


def begin(request: HttpRequest | None, user: User, **_signal: Any) -> None:
    """Put a session that has just begun on its person's list."""
    if request is None:
        return
    if not request.session.session_key:
        request.session.create()
    key = str(request.session.session_key)
    actor = actor_of(request)
    facts = {"user": user, "ip_address": actor.ip, "user_agent": actor.user_agent}
    DeviceSession.objects.update_or_create(
        session_key=key, defaults=facts | {"last_seen_at": timezone.now()}
    )
    _note_seen(key)


def see(request: HttpRequest) -> None:
    """Note that the session of ``request`` is in use, unless that was noted lately."""
    key = request.session.session_key
    if key is None or time.monotonic() - _seen.get(key, -SEEN_SECONDS) < SEEN_SECONDS:
        return
    _note_seen(key)
    now = timezone.now()
    earlier = DeviceSession.objects.filter(
        session_key=key, last_seen_at__lte=now - timedelta(seconds=SEEN_SECONDS)
    )
    # Past the audited update, which reads the rows before and after.
    QuerySet.update(earlier, last_seen_at=now, ip_address=actor_of(request).ip)


def of(user: User) -> QuerySet[DeviceSession]:
    """The open sessions of ``user``, the latest seen first."""
    is_open = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
    )
    rows: QuerySet[DeviceSession] = user.device_sessions.filter(Exists(is_open))
    return rows


def end(user: User, session_id: UUID) -> bool:
    """End one session of ``user``; whether it was theirs and open."""
    found = user.device_sessions.filter(pk=session_id).first()
    if found is None:
        return False
    _end([found])
    return True


def end_others(user: User, *, keep: str | None) -> int:
    """End all sessions of ``user`` but the one with the key ``keep``; returns how many."""
    return _end(user.device_sessions.exclude(session_key=keep or ""))


def end_all(user: User) -> int:
    """End all sessions of ``user``: a suspension, an erasure, a new password; returns how many."""
    return _end(user.device_sessions.all())


def change_key(before: str | None, request: HttpRequest) -> None:
    """The session of ``request`` goes on under a new key, as after a change of the password."""
    key = request.session.session_key
    if before and key and before != key:
        rows = DeviceSession.objects.filter(session_key=before)
        QuerySet.update(rows, session_key=key)
        _note_seen(key)


def forget(now: datetime) -> int:
    """Delete what belongs to sessions that ended by themselves; returns how many."""
    living = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    deleted, _rows = DeviceSession.objects.filter(~Exists(living)).delete()
    return deleted


def _end(rows: Iterable[DeviceSession]) -> int:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    ended = 0
    for row in rows:
        # One by one: should the next one fail, those before it are over and are told of.
        with transaction.atomic():
            told = {"id": str(row.pk)}
            store().delete(row.session_key)
            row.delete()
            note(SecurityEvent.Kind.SESSION_ENDED, user_id=row.user_id, payload=told)
        ended += 1
    return ended


def _note_seen(key: str) -> None:
    if len(_seen) >= _MOST_SEEN:
        _seen.clear()
    _seen[key] = time.monotonic()
