"""Codes of gift cards: made of chance, stored as a keyed hash."""

import secrets
import unicodedata
from typing import Final

from django.conf import settings
from django.utils.crypto import salted_hmac

#: Without letters and digits that look alike: no 0 and O, 1, I and L, 5 and S, 8 and B.
ALPHABET: Final = "ACDEFGHJKMNPQRTUVWXYZ234679"
LENGTH: Final = 16
_GROUP = 4


def new_code() -> str:
    """A code of 76 bits, as it is stored nowhere."""
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def shown(code: str) -> str:
    """As people read it: ``ACDE-FGHJ-KMNP-QRTU``."""
    return "-".join(code[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def plain(typed: str) -> str:
    """What was typed as a code, whatever its case, spaces and dashes; empty when it is none."""
    code = "".join(unicodedata.normalize("NFKC", typed[:60]).upper().replace("-", " ").split())
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def hash_of(code: str) -> str:
    """The hash by which a plain ``code`` is found; without the key nobody can try codes."""
    key = settings.GIFT_CARD_KEY
    return salted_hmac("payments.gift_card", code, secret=key, algorithm="sha256").hexdigest()
