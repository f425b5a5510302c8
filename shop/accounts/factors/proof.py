"""How the person of a session proved who they are, and when.

django-allauth notes each proof in the session, bound to the person. Only what nobody else can
have counts: a password, a code of the authenticator app or of the list, a passkey. A link that
was mailed does not.
"""

import time
from typing import Any

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from shop.accounts.models import User

PASSWORD, FACTOR = "password", "mfa"


def note_password(request: HttpRequest, user: User) -> None:
    """``user`` has just typed their password."""
    record_authentication(request, user, PASSWORD, reauthenticated=True)


def note_factor(
    request: HttpRequest, authenticator: Authenticator, *, is_sign_in: bool = False
) -> None:
    """Its person has just used ``authenticator``; in place of a password if ``is_sign_in``."""
    authenticator.record_usage()
    record_authentication(
        request,
        authenticator.user,
        FACTOR,
        id=authenticator.pk,
        type=authenticator.type,
        passwordless=is_sign_in or None,
    )


def is_fresh(request: HttpRequest) -> bool:
    """Whether who is signed in proved themselves within the last STEP_UP_SECONDS."""
    times = [proof["at"] for proof in _proofs(request)]
    return bool(times) and time.time() - times[-1] < settings.STEP_UP_SECONDS


def has_used_factor(request: HttpRequest) -> bool:
    """Whether this session was opened, or confirmed later, with more than a password."""
    return any(proof["method"] == FACTOR for proof in _proofs(request))


def _proofs(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    records = get_authentication_records(request, request.user)
    return [record for record in records if record.get("method") in (PASSWORD, FACTOR)]
