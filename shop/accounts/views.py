"""Sign-in, sign-up and passwords; the acts are django-allauth's, the pages are ours."""

from http import HTTPStatus
from typing import Any, cast

from allauth.account import views
from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginByCodeStage, LoginStage
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shop.accounts.credentials import (
    CodeForm,
    NewPasswordForm,
    PasswordChangeForm,
    RequestCodeForm,
    RequestResetForm,
    SignInForm,
    SignUpForm,
)
from shop.accounts.models import User
from shop.accounts.newsletter.forms import ConsentForm
from shop.accounts.profile import hints, profile
from shop.accounts.sign_in import email_changes, new_passwords, sessions, throttle
from shop.middleware import private_page

#: On a developer's own machine mail is written to files, and pages that announce mail say so.
MAIL_IS_IN_FILES = settings.DEBUG and settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend")


class UnprocessableMixin:
    """Answers 422 to a form that has to be corrected."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        if response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response


class SteppingBackMixin:
    """Who waits for a code may still choose another way to sign in."""

    def _redirect_to_pending_stage(
        self, request: HttpRequest, stage: LoginStage
    ) -> HttpResponse | None:
        if stage.key == LoginByCodeStage.key:
            clear_login(request)
            return None
        answer: HttpResponse | None = super()._redirect_to_pending_stage(  # type: ignore[misc]
            request, stage
        )
        return answer


class SignInView(SteppingBackMixin, UnprocessableMixin, views.LoginView):
    form_class = SignInForm


class SignUpView(UnprocessableMixin, views.SignupView):
    form_class = SignUpForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle.spend(request, "sign_up")
        # One commit, whether an account is made or taken back.
        with transaction.atomic():
            answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


class RequestCodeView(SteppingBackMixin, UnprocessableMixin, views.RequestLoginCodeView):
    """A code by mail instead of a password; the answer is the same for an unknown address."""

    form_class = RequestCodeForm

    def form_valid(self, form: RequestCodeForm) -> HttpResponse:
        throttle.spend(self.request, "code", account=form.cleaned_data["email"])
        answer: HttpResponse = super().form_valid(form)
        return answer


class CodeView(UnprocessableMixin, views.ConfirmLoginCodeView):
    """The code of the letter; it signs in this browser only, and a second factor still follows."""

    form_class = CodeForm
    extra_context = {"mail_is_in_files": MAIL_IS_IN_FILES}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle.spend(request, "code_try")
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: CodeForm) -> HttpResponse:
        user = self._process.user
        if not user.emailaddress_set.filter(verified=True).exists():
            # Whoever chose the password never proved that the address is theirs.
            with transaction.atomic():
                user.set_unusable_password()
                user.save(update_fields=["password"])
                email_changes.was_reached(user=user, request=self.request)
        answer: HttpResponse = super().form_valid(form)
        return answer


class RequestResetView(UnprocessableMixin, views.PasswordResetView):
    form_class = RequestResetForm

    def form_valid(self, form: RequestResetForm) -> HttpResponse:
        throttle.spend(self.request, "reset", account=form.cleaned_data["email"])
        answer: HttpResponse = super().form_valid(form)
        return answer


class MailSentMixin:
    """Pages after a mail was sent."""

    extra_context = {"mail_is_in_files": MAIL_IS_IN_FILES}


class ResetSentView(MailSentMixin, views.PasswordResetDoneView):
    pass


class ConfirmationSentView(MailSentMixin, views.EmailVerificationSentView):
    pass


class NewPasswordView(UnprocessableMixin, views.PasswordResetFromKeyView):
    """A new password for who has the link; it also proves the address that the link was sent to."""

    form_class = NewPasswordForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle.spend(request, "new_password")
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            new_passwords.was_reset(user=self.reset_user, request=self.request)
        return answer


class PasswordChangeView(UnprocessableMixin, views.PasswordChangeView):
    form_class = PasswordChangeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated and not user.has_usable_password():
            # Whoever signs in without one proves the mailbox before they get one.
            return redirect("account_reset_password")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast("User", request.user)
        self._spent = throttle.spend(request, "sign_in", account=user.email)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        self._spent.give_back()
        before = self.request.session.session_key
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            sessions.change_key(before, self.request)
            new_passwords.was_changed(user=form.user, keep=self.request.session.session_key)
        return answer


@require_safe
@login_required
@private_page
def overview(request: HttpRequest) -> HttpResponse:
    """What is on its way, who the person is, what would make the account safer, and news."""
    user = cast("User", request.user)
    news = ConsentForm(initial={"consent": user.has_marketing_consent}, auto_id="news-%s")
    context = {
        "news": news,
        "has_newsletter": True,
        "hints": hints.for_person(user),
        "public_name": profile.public_name(user),
        "not_said": gettext("Not said"),
    }
    return render(request, "account/overview.html", context)
