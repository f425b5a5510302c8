"""Pages of second factors; all but the second step are below "accounts:"."""

from django.urls import path

from shop.accounts.factors import (
    app_pages,
    code_pages,
    pages,
    passkey_pages,
    sign_in_pages,
    step_up_page,
)

account_patterns = [
    path("security/", pages.security, name="security"),
    path("security/set-up/", pages.set_up, name="set_up_factor"),
    path("security/confirm/", step_up_page.step_up, name="step_up"),
    path("security/authenticator/", app_pages.set_up, name="authenticator"),
    path("security/authenticator/remove/", app_pages.remove, name="authenticator_remove"),
    path("security/codes/", code_pages.codes, name="recovery_codes"),
    path("security/codes/file/", code_pages.codes_file, name="recovery_codes_file"),
    path("security/passkeys/add/", passkey_pages.add, name="passkey_add"),
    path("security/passkeys/options/", passkey_pages.options, name="passkey_options"),
    path("security/passkeys/<int:pk>/name/", passkey_pages.rename, name="passkey_rename"),
    path("security/passkeys/<int:pk>/remove/", passkey_pages.remove, name="passkey_remove"),
    path("login/passkey/", sign_in_pages.sign_in, name="passkey_sign_in"),
    path("login/passkey/challenge/", sign_in_pages.challenge, name="passkey_challenge"),
]

urlpatterns = [
    # The name by which django-allauth's steps of signing in know it.
    path("login/second-step/", sign_in_pages.second_step, name="mfa_authenticate"),
]
