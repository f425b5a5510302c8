"""E-mail addresses that may have an account."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

INVALID = _("Enter an e-mail address such as name@example.com")


def refuse_lookalike(address: str) -> None:
    """Raise ValidationError for an address that turns into another when case or width is dropped.

    The Kelvin sign becomes a k, wide letters become plain ones: one address would reach the
    account of another. What stands before the @ is ASCII, and the rest is written as everywhere.
    """
    local, _at, domain = address.strip().rpartition("@")
    is_stable = unicodedata.normalize("NFKC", domain) == domain and _outside(domain) == _outside(
        domain.lower()
    )
    if not (local.isascii() and is_stable):
        raise ValidationError(INVALID, code="invalid")


def clean_address(address: str) -> str:
    """``address`` without case and space around it; raises ValidationError for a look-alike."""
    refuse_lookalike(address)
    return address.strip().lower()


def _outside(text: str) -> int:
    """How many letters are not ASCII."""
    return sum(not letter.isascii() for letter in text)
