"""How many passkeys one person has, also when two browsers add one at the same moment."""

import json
import secrets
from hashlib import sha256

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import RequestFactory
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from inventory.tests.crowd import aside, until_waiting
from shop.accounts.factors import changes, passkeys
from shop.accounts.factors.errors import TooManyPasskeys
from shop.accounts.tests.signing_in import person

Flag = AuthenticatorData.FLAG
SITE = "localhost"


def made_by_a_device(challenge):
    """What a browser sends back for ``challenge``: a key that it has just made."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = AttestedCredentialData.create(
        Aaguid.NONE, secrets.token_bytes(16), ES256.from_cryptography_key(public)
    )
    opened = Flag.UP | Flag.UV | Flag.AT
    device = AuthenticatorData.create(sha256(SITE.encode()).digest(), opened, 0, key)
    kind = CollectedClientData.TYPE.CREATE
    answer = RegistrationResponse(
        raw_id=key.credential_id,
        response=AuthenticatorAttestationResponse(
            client_data=CollectedClientData.create(kind, challenge, f"http://{SITE}"),
            attestation_object=AttestationObject.create("none", device, {}),
        ),
    )
    return json.loads(json.dumps(dict(answer), default=dict))


def adding(user):
    """A browser of ``user`` in which a passkey was just made: what is left is to add it."""
    request = RequestFactory().post("/", HTTP_HOST=SITE)
    request.user, request.session = user, SessionStore()
    options = passkeys.creation_options(request, user)
    credential = made_by_a_device(options["publicKey"]["challenge"])
    return lambda: changes.add_passkey(request, user, name="Phone", credential=credential)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_browsers_at_once_find_room_for_one(monkeypatch):
    monkeypatch.setattr(passkeys, "MOST", 2)
    user = person()
    adding(user)()
    with transaction.atomic():
        adding(user)()
        second = aside(adding(user))
        until_waiting(1)
    assert isinstance(second.result(timeout=60), TooManyPasskeys)
    assert passkeys.passkeys_of(user).count() == 2


@pytest.mark.django_db
def test_one_who_has_enough_gets_no_more(monkeypatch):
    monkeypatch.setattr(passkeys, "MOST", 1)
    user = person()
    adding(user)()
    with pytest.raises(TooManyPasskeys):
        adding(user)()
    assert Authenticator.objects.filter(type="webauthn").count() == 1
