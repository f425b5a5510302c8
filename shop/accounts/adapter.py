"""Where the shop's rules of sign-up and sign-in differ from django-allauth's."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.letters.queue import queue
from shop.accounts.models import User
from shop.accounts.newsletter import subscriptions
from shop.accounts.security_letters import tell
from shop.accounts.sign_in import email_changes, known_devices, throttle
from shop.accounts.sign_in.addresses import clean_address
from shop.actor import client_ip
from shop.events import outbox

Kind = SecurityEvent.Kind
#: The letters of django-allauth that there are here, by the names of its templates.
_LETTERS = {
    "account/email/account_already_exists": "known_already",
    "account/email/login_code": "code",
    "account/email/unknown_account": "unknown",
}


class AccountAdapter(DefaultAccountAdapter):
    """E-mail is the login; the public name is made up until the person chooses one.

    Answers do not tell whether an account exists, and redirects stay in the shop.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and password do not belong together"),
        "enter_current_password": _("This is not your current password"),
        "incorrect_code": _("This is not the code of our letter"),
        "invalid_password_reset": _("This link has been used or is too old"),
        "too_many_login_attempts": _("Too many tries. Ask for a new code."),
    }

    def populate_username(self, request: HttpRequest, user: User) -> None:
        user.username = f"customer-{get_random_string(10).lower()}"

    def clean_email(self, email: str) -> str:
        return clean_address(super().clean_email(email))

    def clean_password(self, password: str, user: User | None = None) -> str:
        validate_password(password, user)
        return password

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Whether the address is the person's now; it takes the place of the one before."""
        with transaction.atomic():
            user = User.objects.select_for_update().filter(pk=email_address.user_id).first()
            if user is None or not user.emailaddress_set.filter(pk=email_address.pk).exists():
                # Closed, or called off, since the link was looked up: it would be written anew.
                return False
            proven = user.emailaddress_set.filter(email=user.email, verified=True)
            before = user.email if proven.exists() else ""
            try:
                with transaction.atomic():
                    is_confirmed: bool = super().confirm_email(request, email_address)
            except IntegrityError:
                # Another account was opened with the address meanwhile, if only for the look of it.
                return False
            if is_confirmed:
                user.refresh_from_db()
                outbox.emit("account.confirmed", user, payload={})
                if before and before.lower() != user.email.lower():
                    subscriptions.follow(user=user, before=before)
                    email_changes.note_change(user=user, before=before)
                else:
                    subscriptions.take_over(user)
        return is_confirmed

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try; raises TooManyRequests."""
        account = str(credentials.get("email", ""))
        self._spent = throttle.spend(request, "sign_in", account=account)

    def _rollback_login_failed_rl_usage(self) -> None:
        self._spent.give_back()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        user = User.objects.with_address(str(credentials.get("email", "")))
        note(Kind.SIGN_IN_FAILED, user_id=user.pk if user else None)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        # Counts end by themselves; a new password opens no second round of guesses.
        return

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and tell the owner if it is the first time on this device."""
        is_first = user.last_login is None
        is_known = bool(known_devices.id_for(request, user.email))
        super().login(request, user)
        note(Kind.SIGNED_IN, user_id=user.pk, payload={"known_device": is_known})
        if not is_first and not is_known:
            tell(user=user, kind="new_device", context={})

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_devices.remember(request, response, user.email)
        return response

    def logout(self, request: HttpRequest) -> None:
        note(Kind.SIGNED_OUT, user_id=request.user.pk)
        super().logout(request)

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

    def get_client_ip(self, request: HttpRequest) -> str:
        """A socket of this machine has no address of its own."""
        return client_ip(request) or "127.0.0.1"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:overview")

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        address = emailconfirmation.email_address
        proven = EmailAddress.objects.filter(user_id=address.user_id, verified=True)
        is_new_account = signup or not proven.exists()
        self._queue(
            "confirm", address.email, {"address": address.pk, "is_new_account": is_new_account}
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave the letter for the job; raises KeyError for one that the shop does not send."""
        self._queue(_LETTERS[template_prefix], email, {"code": context.get("code", "")})

    def _queue(self, kind: str, to: str, facts: dict[str, Any]) -> None:
        if throttle.may_write_to(to):
            queue(kind, to=to, facts=facts)
