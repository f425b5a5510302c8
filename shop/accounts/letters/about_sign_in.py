"""Letters that open an account: to confirm an address, to choose a password, to sign in."""

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.accounts.letters.words import Words, in_shop
from shop.accounts.models import User
from shop.accounts.sign_in.reset_tokens import reset_tokens


def confirm(to: str, user: User | None, facts: dict[str, Any]) -> Words | None:
    """To the owner of a mailbox: is it yours? Says nothing once the address is confirmed."""
    address = EmailAddress.objects.filter(pk=facts["address"], verified=False).first()
    if address is None:
        return None
    key = EmailConfirmationHMAC.create(address).key
    if facts["is_new_account"]:
        lead = _("One more step, and your account at %(shop)s is open.")
        subject = _("Confirm your e-mail address")
    else:
        lead = _("This is to be the e-mail address of an account at %(shop)s.")
        subject = _("Confirm your new e-mail address")
    return Words(
        subject=subject,
        lead=lead % {"shop": settings.SHOP_NAME},
        action_label=_("Confirm this address"),
        action_url=in_shop(reverse("account_confirm_email", args=[key])),
        notes=[
            _("The link works for three days."),
            _("If it was not you, do nothing: without you nobody can use your address."),
        ],
    )


def known_already(to: str, user: User | None, facts: dict[str, Any]) -> Words:
    """To who signed up with an address that has an account."""
    return Words(
        subject=_("You already have an account"),
        lead=_("Someone, most likely you, tried to open an account with this address. It has one."),
        action_label=_("Sign in"),
        action_url=in_shop(reverse("account_login")),
        to=_stored(to),
        notes=[
            _("Forgot your password? Choose a new one: %(url)s")
            % {"url": in_shop(reverse("account_reset_password"))},
            _("If it was not you, you need not do anything."),
        ],
    )


def reset(to: str, user: User | None, facts: dict[str, Any]) -> Words:
    """A new password; goes to the address that the account has, not to the one that was typed."""
    found = User.objects.with_address(to)
    if found is None or not found.is_active:
        return unknown(to, user, facts)
    return Words(
        subject=_("Choose a new password"),
        lead=_("You asked for a new password for your account at %(shop)s.")
        % {"shop": settings.SHOP_NAME},
        action_label=_("Choose a new password"),
        action_url=in_shop(reset_path(found)),
        notes=[
            _lasting(),
            _("If it was not you, do nothing: your password stays as it is."),
        ],
        to=found.email,
    )


def invitation(to: str, user: User | None, facts: dict[str, Any]) -> Words | None:
    """To somebody who is to work in the back office."""
    if user is None or not user.is_active:
        return None
    return Words(
        subject=_("Your account at %(shop)s") % {"shop": settings.SHOP_NAME},
        lead=_("You are invited to the back office of %(shop)s. Choose your password to begin.")
        % {"shop": settings.SHOP_NAME},
        action_label=_("Choose a password"),
        action_url=in_shop(reset_path(user)),
        notes=[
            _lasting(),
            _("After that, ask for a new link here: %(url)s")
            % {"url": in_shop(reverse("account_reset_password"))},
        ],
    )


def code(to: str, user: User | None, facts: dict[str, Any]) -> Words:
    """A code that signs in once."""
    return Words(
        subject=_("Your code to sign in"),
        lead=_("Type this code on the page where you asked for it."),
        code=facts["code"],
        to=_stored(to),
        notes=[
            ngettext(
                "It works once, for %(n)d minute.", "It works once, for %(n)d minutes.", _minutes()
            )
            % {"n": _minutes()},
            _("Nobody from %(shop)s will ever ask you for it.") % {"shop": settings.SHOP_NAME},
            _("If it was not you, do nothing: without the code nobody gets in."),
        ],
    )


def unknown(to: str, user: User | None, facts: dict[str, Any]) -> Words:
    """To who asked for help with an account that does not exist."""
    return Words(
        subject=_("There is no account with this address"),
        lead=_(
            "Someone, most likely you, asked to get into an account with this address. "
            "There is none; perhaps you used another one."
        ),
        action_label=_("Create an account"),
        action_url=in_shop(reverse("account_signup")),
        notes=[_("If it was not you, you need not do anything.")],
    )


def reset_path(user: User) -> str:
    """The page on which ``user`` chooses a password: once, and for a limited time."""
    parts = {"uidb36": user_pk_to_url_str(user), "key": reset_tokens.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=parts)


def _stored(typed: str) -> str:
    """The address as the account has it: letters never go to a look-alike that somebody typed."""
    found = User.objects.with_address(typed)
    return found.email if found else ""


def _lasting() -> str:
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    words = ngettext(
        "The link works once, for %(n)d hour.", "The link works once, for %(n)d hours.", hours
    )
    return words % {"n": hours}


def _minutes() -> int:
    return int(settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT) // 60


WRITERS: dict[str, Callable[[str, User | None, dict[str, Any]], Words | None]] = {
    "confirm": confirm,
    "known_already": known_already,
    "reset": reset,
    "invitation": invitation,
    "code": code,
    "unknown": unknown,
}
