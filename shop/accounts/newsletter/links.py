"""The links of the newsletter's mails: signed, so that only who got a mail has them."""

from uuid import UUID

from django.core import signing
from django.urls import reverse

#: A link to confirm works for this long, in days; one to unsubscribe works for good.
CONFIRM_DAYS = 7
_CONFIRM, _UNSUBSCRIBE = "accounts.newsletter.confirm", "accounts.newsletter.unsubscribe"


def confirm_path(subscription_id: UUID) -> str:
    """Where the owner of the mailbox confirms."""
    token = signing.dumps(subscription_id.hex, salt=_CONFIRM)
    return reverse("newsletter:confirm", args=[token])


def unsubscribe_path(subscription_id: UUID) -> str:
    """Where the owner of the mailbox leaves; mail programs post there, too."""
    token = signing.dumps(subscription_id.hex, salt=_UNSUBSCRIBE)
    return reverse("newsletter:unsubscribe", args=[token])


def read_confirm(token: str) -> UUID | None:
    """The key in a link to confirm; None for a link that is forged or too old."""
    return _read(token, _CONFIRM, seconds=CONFIRM_DAYS * 24 * 3600)


def read_unsubscribe(token: str) -> UUID | None:
    """The key in a link to unsubscribe; None for a forged one."""
    return _read(token, _UNSUBSCRIBE, seconds=None)


def _read(token: str, salt: str, *, seconds: int | None) -> UUID | None:
    try:
        return UUID(signing.loads(token, salt=salt, max_age=seconds))
    except signing.BadSignature:
        return None
