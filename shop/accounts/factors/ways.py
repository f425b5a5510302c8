"""The three ways to prove oneself, as the pages of the second step and of stepping up try them."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.factors import codes, passkeys
from shop.accounts.factors.errors import PasskeyRefused, WrongCode
from shop.accounts.factors.forms import CodeForm, PasskeyForm, PasswordForm
from shop.accounts.models import User
from shop.accounts.sign_in import throttle

Kind = SecurityEvent.Kind


def try_code(
    request: HttpRequest, user: User, form: CodeForm, *, step: str
) -> Authenticator | None:
    """The app or list that the code of ``form`` is of; None, and the form says why, otherwise.

    Raises :class:`~shop.errors.TooManyRequests` after too many wrong ones.
    """
    if not form.is_valid():
        return None
    spent = throttle.spend(request, "second_factor", account=user.email)
    try:
        used = _accepted(user, form.cleaned_data["code"], step)
    except WrongCode:
        note(Kind.SIGN_IN_FAILED, user_id=user.pk, payload={"step": step, "way": "code"})
        form.add_error("code", gettext("This code is wrong, or was used already"))
        return None
    spent.give_back()
    return used


def try_passkey(
    request: HttpRequest, user: User | None, form: PasskeyForm, *, step: str
) -> Authenticator | None:
    """The passkey that answered, of ``user`` if given; None, and the form says so, otherwise."""
    if form.is_valid():
        try:
            return passkeys.use(request, user, credential=form.cleaned_data["credential"])
        except PasskeyRefused:
            user_id = user.pk if user else None
            note(Kind.SIGN_IN_FAILED, user_id=user_id, payload={"step": step, "way": "passkey"})
            words = gettext("This passkey was not accepted. Try again, or use another way.")
            form.add_error(None, words)
    else:
        form.add_error(None, form.errors.pop("credential")[0])
    return None


def _accepted(user: User, code: str, step: str) -> Authenticator:
    """Whose code it is; a recovery code is not used up without a word of it."""
    with transaction.atomic():
        used = codes.accept(user, code)
        if used.type == Authenticator.Type.RECOVERY_CODES:
            note(Kind.CODE_USED, user_id=user.pk, payload={"step": step})
    return used


def try_password(request: HttpRequest, user: User, form: PasswordForm) -> bool:
    """Whether the password is right; the form says so otherwise.

    Tries count as at sign-in: raises :class:`~shop.errors.TooManyRequests` after too many.
    """
    if not form.is_valid():
        return False
    typed = form.cleaned_data["password"]
    found = get_adapter().authenticate(request, email=user.email, password=typed)
    if found is None or found.pk != user.pk:
        form.add_error("password", gettext("This is not your password"))
        return False
    return True
