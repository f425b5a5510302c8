"""Forms of e-mail address and password: sign-in, sign-up, a new password."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    ConfirmLoginCodeForm,
    LoginForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from allauth.account.internal.flows.email_verification import get_address_for_user
from allauth.account.utils import has_verified_email
from django import forms
from django.core.validators import EmailValidator, MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from shop.accounts.letters.queue import queue
from shop.accounts.models import User
from shop.accounts.sign_in import throttle
from shop.accounts.sign_in.addresses import INVALID as _EMAIL_INVALID
from shop.accounts.sign_in.addresses import refuse_lookalike

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_EMAIL_LENGTH = 254
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

        Both cost the same and look the same: for a known address an account is made, too, and
        taken back.
        """
        if self.account_already_exists:
            self._make_and_take_back(request)
        try:
            with transaction.atomic():
                saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:
            # The same form, sent twice at once, was quicker; or it is stored with capitals.
            self.account_already_exists = True
            saved = super().try_save(request)
        return saved

    def _make_and_take_back(self, request: HttpRequest) -> None:
        email = self.cleaned_data["email"]
        with suppress(_TakenBack), transaction.atomic():
            self.cleaned_data["email"] = f"{get_random_string(20).lower()}@taken-back.invalid"
            self.account_already_exists = False
            try:
                user = self.save(request)
                # What is asked before the letter to a new member leaves.
                has_verified_email(user)
                get_address_for_user(user)
            finally:
                self.cleaned_data["email"] = email
                self.account_already_exists = True
            raise _TakenBack


class _TakenBack(Exception):
    """Rolls back what was made for the look of it."""


class RequestResetForm(ResetPasswordForm):
    """Where the link for a new password goes. Whether there is an account is asked by the job."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_email(self.fields["email"], autocomplete="username")

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        if throttle.may_write_to(email):
            queue("reset", to=email, facts={})
        return email


class RequestCodeForm(RequestLoginCodeForm):
    """Where the code goes that signs in once."""

    _user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_email(self.fields["email"], autocomplete="username")

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        user = User.objects.with_address(email)
        self._user = user if user is not None and user.is_active else None
        return email


class CodeForm(ConfirmLoginCodeForm):
    """The code of the letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Code")
        code.error_messages |= {"required": _("Enter the code of our letter")}
        code.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}
        code.widget.attrs |= {"maxlength": "20", "enterkeyhint": "go"}
        code.widget.attrs.pop("placeholder", None)


class NewAddressForm(forms.Form):
    """The e-mail address that an account is to have."""

    email = forms.EmailField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        _word_email(self.fields["email"], autocomplete="email")
        self.fields["email"].label = _("New e-mail address")

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        if email == self.user.email.lower():
            raise forms.ValidationError(_("This is your address already"), code="same")
        return email


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
        refuse_lookalike,
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
