"""Pages about one's account: those of django-allauth that the shop supports, under its names."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, include, path, re_path

from shop.accounts import views
from shop.accounts.factors import urls as factors
from shop.middleware import private_page

account_patterns: list[URLPattern | URLResolver] = [
    path("", views.overview, name="overview"),
    path("", include("shop.accounts.address_book.urls")),
    path("", include("shop.accounts.preferences.urls")),
    path("", include("shop.accounts.privacy.urls")),
    path("", include("shop.accounts.profile.urls")),
    path("", include(factors.account_patterns)),
    path("", include("shop.accounts.sign_in.urls")),
]

urlpatterns = [
    path("", include((account_patterns, "accounts"))),
    path("", include(factors.urlpatterns)),
    path("login/", private_page(views.SignInView.as_view()), name="account_login"),
    path(
        "login/code/",
        private_page(views.RequestCodeView.as_view()),
        name="account_request_login_code",
    ),
    path(
        "login/code/enter/",
        private_page(views.CodeView.as_view()),
        name="account_confirm_login_code",
    ),
    path("logout/", private_page(allauth_views.logout), name="account_logout"),
    path("signup/", private_page(views.SignUpView.as_view()), name="account_signup"),
    path(
        "confirm-email/",
        private_page(views.ConfirmationSentView.as_view()),
        name="account_email_verification_sent",
    ),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        private_page(allauth_views.confirm_email),
        name="account_confirm_email",
    ),
    path(
        "password/change/",
        private_page(views.PasswordChangeView.as_view()),
        name="account_change_password",
    ),
    path(
        "password/reset/",
        private_page(views.RequestResetView.as_view()),
        name="account_reset_password",
    ),
    path(
        "password/reset/done/",
        private_page(views.ResetSentView.as_view()),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        private_page(views.NewPasswordView.as_view()),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        private_page(allauth_views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
