"""Where the shop's rules of sign-up and sign-in differ from django-allauth's."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.accounts.newsletter import subscriptions
from shop.events import outbox


class AccountAdapter(DefaultAccountAdapter):
    """E-mail is the login; the public name is made up until the person chooses one.

    Answers do not tell whether an account exists, and redirects stay in the shop.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and password do not belong together"),
        "enter_current_password": _("This is not your current password"),
        "invalid_password_reset": _("This link has been used or is too old"),
        "too_many_login_attempts": _(
            "Too many tries. Wait five minutes and try again, or choose a new password."
        ),
    }

    def populate_username(self, request: HttpRequest, user: User) -> None:
        user.username = f"customer-{get_random_string(10).lower()}"

    def clean_email(self, email: str) -> str:
        cleaned: str = super().clean_email(email)
        return cleaned.strip().lower()

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        with transaction.atomic():
            is_confirmed: bool = super().confirm_email(request, email_address)
            if is_confirmed:
                subscriptions.take_over(email_address.user)
                outbox.emit("account.confirmed", email_address.user, payload={})
        return is_confirmed

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person, if the password is right and the account is open.

        A suspended account gets the answer of a wrong password, and its try counts like one.
        """
        user: User | None = super().authenticate(request, **credentials)
        if user is None or user.is_active:
            return user
        self.pre_authenticate(request, **credentials)
        self.authentication_failed(request, **credentials)
        return None

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """For an account that was suspended between its password and its sign-in."""
        messages.error(request, gettext("You could not be signed in. Please try again."))
        return redirect("account_login")

    def is_safe_url(self, url: str | None) -> bool:
        """Whether ``url`` leads to this very host."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: everybody gets pages."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:overview")

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is: the sender already names the shop."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, {"shop_name": settings.SHOP_NAME, **context})

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Per account and source together: a stranger who guesses cannot lock the owner out.
        login = str(credentials.get("email", "")).lower()
        return f"{login}:{self.get_client_ip(request)}"
