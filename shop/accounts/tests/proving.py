"""People with second factors, and sessions of people who have just proved themselves."""

import time

from allauth.account.internal.userkit import user_id_to_str
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from shop.accounts.factors.codes import STEP_SECONDS
from shop.accounts.models import User

PASSWORD = "right-horse-battery"
SIGN_IN = "/account/login/"


def person(email="nora@example.com", **fields):
    """Somebody who can sign in."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def proven(user, *, method="password", seconds_ago=0):
    """A client whose session ``user`` opened, and proved by ``method`` so many seconds ago."""
    client = Client()
    client.force_login(user)
    prove(client, user, method=method, seconds_ago=seconds_ago)
    return client


def prove(client, user, *, method="password", seconds_ago=0):
    """Note in the session of ``client`` what ``user`` would have proved."""
    session = client.session
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session["account_authentication_methods"] = [
        {"method": method, "at": time.time() - seconds_ago}
    ]
    session.save()


def give_app(user):
    """An authenticator app; returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def give_codes(user):
    """Recovery codes; returns them."""
    return RecoveryCodes.activate(user).generate_codes()


def code_now(secret, steps=0):
    """What the app shows, ``steps`` of 30 seconds from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // STEP_SECONDS + steps))


def wrong_code(secret):
    """Six digits that the app shows neither now nor soon."""
    near = {code_now(secret, steps) for steps in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222") if code not in near)


def factors_of(user):
    """The kinds of factors that ``user`` has, sorted."""
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def type_password(client, user, to="", password=PASSWORD):
    """Send the form of the sign-in page."""
    return client.post(SIGN_IN, {"login": user.email, "password": password, "next": to})
