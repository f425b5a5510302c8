"""Passkeys: keys that a device or a manager of passwords keeps and opens by finger, face or PIN.

Each stands for two factors by itself, the device and what opens it, so it signs in alone and
serves as the second step after a password. A challenge is good for one try within five minutes,
in the session it was made for.
"""

import struct
import time
from typing import Any, cast
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn, get_authenticator_by_credential_id
from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shop.accounts.factors.errors import PasskeyRefused, TooManyPasskeys
from shop.accounts.models import User

#: Passkeys of one person.
MOST = 20
NAME_LENGTH = 50
CHALLENGE_SECONDS = 300
_CHALLENGE = "passkey_challenge"
#: What reading raises that a stranger made up.
_MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


def passkeys_of(user: User) -> "models.QuerySet[Authenticator]":
    """The oldest first."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk")


def creation_options(request: HttpRequest, user: User) -> dict[str, Any]:
    """What a browser needs to make a passkey for ``user``, as JSON."""
    options, state = _server(request).register_begin(
        user=PublicKeyCredentialUserEntity(
            id=user.pk.hex.encode(), name=user.email, display_name=user.get_short_name()
        ),
        credentials=_credentials(user),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep_challenge(request, "create", state)
    return dict(options)


def register(request: HttpRequest, user: User, *, name: str, credential: Any) -> Authenticator:
    """The passkey that the browser made.

    Raises :class:`PasskeyRefused` for anything but an answer to the challenge of this session,
    :class:`TooManyPasskeys` beyond MOST. Locks the account, so that whoever adds another one at
    the same time counts this one, too.
    """
    state = _take_challenge(request, "create")
    try:
        answer = RegistrationResponse.from_dict(credential)
        data = _server(request).register_complete(state, answer)
    except _MALFORMED as error:
        raise PasskeyRefused from error
    if data.credential_data is None:
        raise PasskeyRefused
    # Only what was understood is kept, not whatever else came along.
    response = {key: credential["response"][key] for key in ("clientDataJSON", "attestationObject")}
    kept = {"id": answer.id, "rawId": answer.id, "type": "public-key", "response": response}
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        if passkeys_of(user).count() >= MOST:
            raise TooManyPasskeys(MOST)
        return cast("Authenticator", WebAuthn.add(user, name[:NAME_LENGTH], kept).instance)


def request_options(request: HttpRequest, user: User | None) -> dict[str, Any]:
    """What a browser needs to use a passkey, as JSON: one of ``user``, or whichever it has."""
    options, state = _server(request).authenticate_begin(
        credentials=_credentials(user) if user else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep_challenge(request, "use", state)
    return dict(options)


def use(request: HttpRequest, user: User | None, *, credential: Any) -> Authenticator:
    """The passkey that answered the challenge, with its owner as ``.user``.

    It has to be one of ``user`` if given. Raises :class:`PasskeyRefused`.
    """
    state = _take_challenge(request, "use")
    try:
        answer = AuthenticationResponse.from_dict(credential)
        owner = user or _owner_named_by(answer)
        used = _server(request).authenticate_complete(state, _credentials(owner), answer)
    except (*_MALFORMED, User.DoesNotExist) as error:
        raise PasskeyRefused from error
    passkey = get_authenticator_by_credential_id(owner, used.credential_id)
    if passkey is None:
        raise PasskeyRefused
    passkey.user = owner
    return passkey


def rename(passkey: Authenticator, name: str) -> None:
    """Call ``passkey`` ``name``."""
    passkey.data["name"] = name[:NAME_LENGTH]
    passkey.save(update_fields=["data"])


def _server(request: HttpRequest) -> Fido2Server:
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return Fido2Server(PublicKeyCredentialRpEntity(name=settings.SHOP_NAME, id=host))


def _credentials(user: User) -> list[AttestedCredentialData]:
    found = [passkey.wrap().authenticator_data.credential_data for passkey in passkeys_of(user)]
    return [data for data in found if data is not None]


def _owner_named_by(answer: AuthenticationResponse) -> User:
    handle = answer.response.user_handle or b""
    return cast("User", User.objects.get(pk=UUID(handle.decode("ascii"))))


def _keep_challenge(request: HttpRequest, purpose: str, state: Any) -> None:
    request.session[_CHALLENGE] = [purpose, state, int(time.time())]


def _take_challenge(request: HttpRequest, purpose: str) -> Any:
    kept = request.session.pop(_CHALLENGE, None)
    if kept is None or kept[0] != purpose or time.time() - kept[2] > CHALLENGE_SECONDS:
        raise PasskeyRefused
    return kept[1]
