"""Links for people without an account: signed, so that only the owner of the mailbox has them."""

from datetime import timedelta
from typing import Final

from django.core import signing
from django.urls import reverse

from shop.accounts.factors.sealing import InvalidToken, open_sealed, seal

#: A link works for so many days.
LINK_DAYS: Final = 7
_SALT: Final = "accounts.privacy"


def path_to(email: str) -> str:
    """The page of what is held of an address."""
    signed = signing.dumps(email.strip().lower(), salt=_SALT)
    # Sealed as well: the address would stand in the logs of every proxy.
    return reverse("privacy:guest", args=[seal(signed)])


def read(token: str) -> str | None:
    """The address of a link; None for one that is forged or too old."""
    try:
        signed = open_sealed(token)
        email: str = signing.loads(signed, salt=_SALT, max_age=timedelta(days=LINK_DAYS))
    except (InvalidToken, signing.BadSignature):
        return None
    return email
