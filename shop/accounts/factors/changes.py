"""Changes of somebody's second factors: the act, its security event, and a letter to the owner.

All three or none: no factor comes or goes that its owner does not hear of.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.factors import authenticator_app, held, passkeys, proof, recovery
from shop.accounts.models import User
from shop.accounts.security_letters import tell
from shop.accounts.sign_in import sessions

Kind = SecurityEvent.Kind


def add_app(request: HttpRequest, user: User, code: str) -> bool:
    """The app that proved itself with ``code``; whether recovery codes were made along with it."""
    with transaction.atomic():
        app = authenticator_app.take(request, user, code)
        return _added(request, user, app)


def add_passkey(request: HttpRequest, user: User, *, name: str, credential: Any) -> bool:
    """The passkey that the browser made; whether recovery codes were made along with it."""
    with transaction.atomic():
        passkey = passkeys.register(request, user, name=name, credential=credential)
        return _added(request, user, passkey)


def remove(user: User, factor: Authenticator) -> None:
    """Take ``factor`` from ``user``; refused as :func:`shop.accounts.factors.held.remove` says."""
    name = name_of(factor)
    with transaction.atomic():
        held.remove(factor)
        note(Kind.FACTOR_REMOVED, user_id=user.pk, payload={"type": factor.type, "name": name})
        tell(user=user, kind="factor_removed", context={"facts": [[gettext("What"), name]]})


def remove_all(user: User, *, reason: str) -> None:
    """Staff take every factor from ``user``, who lost them and has proved so by other means.

    All their sessions end. ``reason`` says what the proof was.
    """
    with transaction.atomic():
        held.remove_all(user)
        note(Kind.FACTOR_REMOVED, user_id=user.pk, payload={"type": "all", "reason": reason})
        sessions.end_all(user)
        facts = [[gettext("What"), gettext("All second factors, by our staff")]]
        tell(user=user, kind="factor_removed", context={"facts": facts})


def make_codes(request: HttpRequest, user: User) -> None:
    """A new list of recovery codes in the place of the one before."""
    with transaction.atomic():
        recovery.make(request, user)
        note(Kind.CODES_MADE, user_id=user.pk)
        tell(user=user, kind="codes_made", context={})


def name_of(factor: Authenticator) -> str:
    """What its owner calls it."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        return gettext("Passkey “%s”") % factor.data["name"]
    if factor.type == Authenticator.Type.TOTP:
        return gettext("Authenticator app")
    return gettext("Recovery codes")


def _added(request: HttpRequest, user: User, factor: Authenticator) -> bool:
    # Who just made it holds it: the session counts as opened with it.
    factor.user = user
    proof.note_factor(request, factor)
    name = name_of(factor)
    note(Kind.FACTOR_ADDED, user_id=user.pk, payload={"type": factor.type, "name": name})
    has_codes = recovery.make_first(request, user)
    if has_codes:
        note(Kind.CODES_MADE, user_id=user.pk)
    tell(user=user, kind="factor_added", context={"facts": [[gettext("What"), name]]})
    return has_codes
