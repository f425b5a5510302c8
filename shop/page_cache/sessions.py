"""Sessions in the database; their writes end what the page cache remembers (``SESSION_ENGINE``)."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db

from shop.cache import bump_versions
from shop.page_cache.members import session_version


class SessionStore(db.SessionStore):
    """``expires_at`` is when a session that was read ends; None for any other."""

    expires_at: datetime | None = None

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        self.expires_at = row.expire_date if row else None
        return self.decode(row.session_data) if row else {}

    def save(self, must_create: bool = False) -> None:
        known = None if must_create else self.session_key
        super().save(must_create)
        if known is not None:
            bump_versions([session_version(known)])

    def delete(self, session_key: str | None = None) -> None:
        ended = session_key or self.session_key
        super().delete(session_key)
        if ended is not None:
            bump_versions([session_version(ended)])
