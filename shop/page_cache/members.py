"""Who a session belongs to, remembered in Redis so that a member's hit needs no database.

What is remembered ends with the next write of the session or of the person, by the proof that
``shop.page_cache`` gives for pages: it is stored only if neither changed since before they were
read, and counts only while the tokens it was stored with stand. So who signed out, was suspended
or chose a new password elsewhere is looked up anew. Nobody is let in by it: it opens pages that
all may see, with the member's own parts in them. Staff are not remembered.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from shop.making import Version
from shop.page_cache import scripts
from shop.versioned import (
    TOKEN_SECONDS,
    changes_key,
    new_token,
    run_script,
    token_key,
    value_keys,
)

SESSION, PERSON = "session", "person"
#: A member is remembered for this long at most, in seconds.
REMEMBERED_SECONDS = 300


@dataclass(frozen=True)
class Member:
    """``person`` is the key of a user who is no staff; ``versions`` name the cached values that
    the parts of this member show.
    """

    person: str
    versions: tuple[Version, ...]

    def user(self) -> Any:
        """The user; what else is asked of it is read from the database then."""
        model = get_user_model()
        key = model._meta.pk.to_python(self.person)
        return model.from_db(None, [model._meta.pk.attname, "is_staff"], [key, False])


@dataclass(frozen=True)
class Changes:
    """Epoch and clock of the changes when a reader began."""

    epoch: bytes
    clock: bytes


def session_version(session_key: str) -> Version:
    """What ends with each write of a session. Its name tells no stranger the key."""
    secret = settings.SECRET_KEY.encode()[:64]
    return SESSION, blake2b(session_key.encode(), digest_size=16, key=secret).hexdigest()


def person_version(user_id: object) -> Version:
    """What ends with each write of a user."""
    return PERSON, str(user_id)


def name_of(session_key: str) -> str:
    """Where Redis keeps whose session it is."""
    return token_key(*session_version(session_key)).removesuffix("t") + "member"


def member_of(text: bytes) -> Member:
    """The member as :func:`remember` stored it."""
    person, versions = json.loads(text)
    return Member(person, tuple((namespace, key) for namespace, key in versions))


def remember(request: HttpRequest, changes: Changes, versions: Collection[Version]) -> None:
    """Remember who sent ``request``, unless something changed since; raises RedisError."""
    key = request.session.session_key
    ends_at = request.session.expires_at  # type: ignore[attr-defined]
    if not request.user.is_authenticated or key is None or ends_at is None:
        return
    seconds = min(REMEMBERED_SECONDS, (ends_at - timezone.now()).total_seconds())
    if seconds <= 0:
        return
    tokens = [token_key(*session_version(key)), token_key(*person_version(request.user.pk))]
    run_script(
        scripts.REMEMBER,
        [name_of(key), changes_key(), *tokens],
        changes.epoch,
        changes.clock,
        new_token(),
        TOKEN_SECONDS,
        int(seconds * 1000),
        "\n".join(tokens),
        json.dumps([str(request.user.pk), [list(version) for version in versions]]),
        "\n".join(name for version in versions for name in value_keys(*version)),
    )
