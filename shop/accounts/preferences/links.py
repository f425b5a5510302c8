"""The links that stop one kind of mail for one person: signed, and good for ever."""

from uuid import UUID

from django.core import signing
from django.urls import reverse

from shop.accounts.models import NotificationPreference

Kind = NotificationPreference.Kind
_SALT = "accounts.preferences.stop"


def stop_path(user_id: UUID, kind: Kind) -> str:
    """Where the person stops ``kind`` without signing in; mail programs post there, too."""
    token = signing.dumps([user_id.hex, kind.value], salt=_SALT)
    return reverse("accounts:stop", args=[token])


def read(token: str) -> tuple[UUID, Kind] | None:
    """Person and kind of a link; None for a forged one."""
    try:
        key, kind = signing.loads(token, salt=_SALT)
        return UUID(key), Kind(kind)
    except (signing.BadSignature, ValueError):
        return None
