"""Secrets that lie encrypted in the database and in sessions.

The keys come from the setting ``FACTOR_KEYS``: the first seals, all of them open, so a key is
changed by putting a new one before it. Who copies the database alone learns no secret.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

__all__ = ["InvalidToken", "open_sealed", "seal"]


def seal(text: str) -> str:
    """``text`` encrypted and signed."""
    return _box(tuple(settings.FACTOR_KEYS)).encrypt(text.encode()).decode()


def open_sealed(sealed: str) -> str:
    """What was sealed; raises :class:`InvalidToken` if it was changed or its key is gone."""
    return _box(tuple(settings.FACTOR_KEYS)).decrypt(sealed.encode()).decode()


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"selvedge second factors")
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
