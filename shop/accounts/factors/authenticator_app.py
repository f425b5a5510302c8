"""The authenticator app: a secret it shares with the shop, from which both derive codes."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.http import HttpRequest

from shop.accounts.factors import codes
from shop.accounts.factors.errors import WrongCode
from shop.accounts.factors.sealing import InvalidToken, open_sealed, seal
from shop.accounts.models import User

_SECRET = "authenticator_secret"  # noqa: S105


def offered_secret(request: HttpRequest) -> str:
    """The secret that this session is about to agree on; the same until it is taken or refused."""
    try:
        return open_sealed(request.session[_SECRET])
    except (KeyError, InvalidToken):
        secret: str = generate_totp_secret()
        request.session[_SECRET] = seal(secret)
        return secret


def address_of(user: User, secret: str) -> str:
    """What the app reads from the picture."""
    url: str = get_adapter().build_totp_url(user, secret)
    return url


def take(request: HttpRequest, user: User, code: str) -> Authenticator:
    """The app of ``user`` with the secret that was offered, in the place of the one before.

    ``code`` proves that the app has it; raises :class:`WrongCode` if not.
    """
    secret = offered_secret(request)
    step = codes.app_step(secret, "".join(code.split()))
    if step is None:
        raise WrongCode
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
        app: Authenticator = TOTP.activate(user, secret).instance
        # The code that proved it signs nobody in.
        app.data["last_step"] = step
        app.save(update_fields=["data"])
    del request.session[_SECRET]
    return app
