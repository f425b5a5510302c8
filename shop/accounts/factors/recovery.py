"""Recovery codes: a list on paper for the day the phone is gone. Each signs in once.

They are shown once, in the session that made them.
"""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.http import HttpRequest

from shop.accounts.models import User

_SHOWN = "recovery_codes_shown"
#: New codes can be read and downloaded for so many seconds.
SHOWN_SECONDS = 900


def make(request: HttpRequest, user: User) -> None:
    """A new list for ``user``; the one before opens nothing any more."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        made = RecoveryCodes.activate(user).instance
    request.session[_SHOWN] = [made.pk, int(time.time())]


def make_first(request: HttpRequest, user: User) -> bool:
    """A list for who has none yet, along with the first factor; whether it was made."""
    kinds = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    if kinds.exists():
        return False
    make(request, user)
    return True


def shown(request: HttpRequest, user: User) -> list[str]:
    """The codes that this session has made and not put away, as "1234 5678"; else none."""
    pk, made_at = request.session.get(_SHOWN, (None, 0))
    if pk is None or time.time() - made_at > SHOWN_SECONDS:
        return []
    kinds = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    found = kinds.filter(pk=pk).first()
    unused: list[str] = RecoveryCodes(found).get_unused_codes() if found else []
    return [f"{code[:4]} {code[4:]}" for code in unused]


def put_away(request: HttpRequest) -> None:
    """They are kept elsewhere now: nobody sees them here again."""
    request.session.pop(_SHOWN, None)
