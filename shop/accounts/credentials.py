"""Forms of e-mail address and password: sign-in, sign-up, a new password."""

from typing import TYPE_CHECKING, Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from django import forms
from django.core.validators import EmailValidator, MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_EMAIL_LENGTH = 254
_EMAIL_INVALID = _("Enter an e-mail address such as name@example.com")
_PASSWORD_MISSING = _("Enter a password")
_PASSWORD_HINT = _("At least 10 characters. A few words in a row are easy to remember.")


class SignInForm(LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The second token lets browsers offer passkeys in the same list.
        _word_email(self.fields["login"], autocomplete="username webauthn")
        _word_password(
            self.fields["password"], label=_("Password"), missing=_("Enter your password")
        )


class SignUpForm(SignupForm):
    """E-mail address and password; the answer never tells whether the address was known."""

    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_email(self.fields["email"], autocomplete="email")
        _word_password(self.fields["password1"], label=_("Password"), hint=_PASSWORD_HINT)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """The new account, or the answer for an address that has one already.

        Both take as long as hashing a password, and look the same.
        """
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:
            # The same form, sent twice at once, was quicker; or it is stored with capitals.
            self.account_already_exists = True
            saved = super().try_save(request)
        return saved


class RequestResetForm(ResetPasswordForm):
    """Where the link for a new password goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_email(self.fields["email"], autocomplete="username")


class NewPasswordForm(ResetPasswordKeyForm):
    """A new password, typed once: it can be shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _word_password(self.fields["password1"], label=_("New password"), hint=_PASSWORD_HINT)


class PasswordChangeForm(ChangePasswordForm):
    """The password there is, and the one there shall be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _word_password(
            self.fields["oldpassword"],
            label=_("Current password"),
            missing=_("Enter your current password"),
        )
        _word_password(self.fields["password1"], label=_("New password"), hint=_PASSWORD_HINT)


def _word_email(field: forms.Field, *, autocomplete: str) -> None:
    field.label = _("E-mail")
    field.error_messages |= {"required": _("Enter your e-mail address"), "invalid": _EMAIL_INVALID}
    # A validator's own words would win over those of the field. Without the limit, an address that
    # is too long would be cut: the account would belong to another address than was confirmed.
    field.validators = [
        EmailValidator(message=_EMAIL_INVALID),
        MaxLengthValidator(_EMAIL_LENGTH, message=_EMAIL_INVALID),
    ]
    field.widget.attrs["maxlength"] = str(_EMAIL_LENGTH)
    field.widget.attrs |= {"autocomplete": autocomplete, "spellcheck": "false"}
    field.widget.attrs |= {"autocapitalize": "none", "enterkeyhint": "next"}
    field.widget.attrs.pop("placeholder", None)


def _word_password(
    field: forms.Field,
    *,
    label: "StrOrPromise",
    hint: "StrOrPromise" = "",
    missing: "StrOrPromise" = _PASSWORD_MISSING,
) -> None:
    field.label = label
    field.help_text = hint
    field.error_messages |= {"required": missing}
    field.widget.attrs |= {"enterkeyhint": "go"}
    field.widget.attrs.pop("placeholder", None)
