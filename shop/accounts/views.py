"""Sign-in, sign-up and passwords; the acts are django-allauth's, the pages are ours."""

from typing import cast

from allauth.account import views
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shop.accounts.credentials import (
    NewPasswordForm,
    PasswordChangeForm,
    RequestResetForm,
    SignInForm,
    SignUpForm,
)
from shop.accounts.models import User
from shop.accounts.newsletter.forms import ConsentForm
from shop.middleware import private_page

#: On a developer's own machine mail is written to files, and pages that announce mail say so.
MAIL_IS_IN_FILES = settings.DEBUG and settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend")


class UnprocessableMixin:
    """Answers 422 to a form that has to be corrected."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


class SignInView(UnprocessableMixin, views.LoginView):
    form_class = SignInForm


class SignUpView(UnprocessableMixin, views.SignupView):
    form_class = SignUpForm


class RequestResetView(UnprocessableMixin, views.PasswordResetView):
    form_class = RequestResetForm


class MailSentMixin:
    """Pages after a mail was sent."""

    extra_context = {"mail_is_in_files": MAIL_IS_IN_FILES}


class ResetSentView(MailSentMixin, views.PasswordResetDoneView):
    pass


class ConfirmationSentView(MailSentMixin, views.EmailVerificationSentView):
    pass


class NewPasswordView(UnprocessableMixin, views.PasswordResetFromKeyView):
    form_class = NewPasswordForm


class PasswordChangeView(UnprocessableMixin, views.PasswordChangeView):
    form_class = PasswordChangeForm


@require_safe
@login_required
@private_page
def overview(request: HttpRequest) -> HttpResponse:
    """Who is signed in, whether they want news, and the way out."""
    consent = cast("User", request.user).has_marketing_consent
    news = ConsentForm(initial={"consent": consent}, auto_id="news-%s")
    context = {"news": news, "has_newsletter": True}
    return render(request, "account/overview.html", context)
