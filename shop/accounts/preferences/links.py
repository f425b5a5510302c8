"""The links that stop one kind of mail for one person: signed, always the same, good for ever."""

from uuid import UUID

from django.core import signing
from django.urls import reverse

from shop.accounts.models import NotificationPreference

Kind = NotificationPreference.Kind
_SIGNER = signing.Signer(salt="accounts.preferences.stop")


def stop_path(user_id: UUID, kind: Kind) -> str:
    """Where the person stops ``kind`` without signing in; mail programs post there, too."""
    token = _SIGNER.sign_object([user_id.hex, kind.value])
    return reverse("accounts:stop", args=[token])


def read(token: str) -> tuple[UUID, Kind] | None:
    """Person and kind of a link; None for a forged one."""
    try:
        key, kind = _SIGNER.unsign_object(token)
        return UUID(key), Kind(kind)
    except (signing.BadSignature, ValueError):
        return None
