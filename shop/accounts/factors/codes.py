"""Codes that are typed: of an authenticator app (RFC 6238), or of the list of recovery codes.

Each works once: what was used is noted beside the secret in the database, under a lock, so neither
two requests at once nor a Redis that forgot let one in again. Who asks counts the tries.
"""

import hmac
import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction

from shop.accounts.factors.errors import WrongCode
from shop.accounts.factors.sealing import open_sealed
from shop.accounts.models import User

#: A clock may be wrong by so many steps of 30 seconds either way.
STEP_SECONDS, STEPS_APART = 30, 1


def accept(user: User, typed: str) -> Authenticator:
    """The app or list of ``user`` that ``typed`` is a code of; it is used up now.

    Raises :class:`WrongCode`.
    """
    code = re.sub(r"[\s-]", "", typed)
    with transaction.atomic():
        kinds = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
        factors = kinds.select_for_update().order_by("pk")
        used = next((factor for factor in factors if _takes(factor, code)), None)
    if used is None:
        raise WrongCode
    used.user = user
    return used


def app_step(secret: str, code: str, *, after: int = 0) -> int | None:
    """The step of time that ``code`` belongs to, near now and later than ``after``; else None."""
    now = int(time.time()) // STEP_SECONDS
    for step in range(now - STEPS_APART, now + STEPS_APART + 1):
        if hmac.compare_digest(format_hotp_value(hotp_value(secret, step)).encode(), code.encode()):
            return step if step > after else None
    return None


def _takes(factor: Authenticator, code: str) -> bool:
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        return bool(RecoveryCodes(factor).validate_code(code))
    step = app_step(open_sealed(factor.data["secret"]), code, after=factor.data.get("last_step", 0))
    if step is None:
        return False
    factor.data["last_step"] = step
    factor.save(update_fields=["data"])
    return True
