"""Addresses of the shop."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from shop.operations import health, mailbox, preferences, styleguide

handler400 = "shop.errors.bad_request"
handler403 = "shop.errors.permission_denied"
handler404 = "shop.errors.page_not_found"
handler429 = "shop.errors.too_many_requests"
handler500 = "shop.errors.server_error"

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("", include("orders.urls")),
    path("", include("payments.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("shop.accounts.urls")),
    path("newsletter/", include("shop.accounts.newsletter.urls")),
    path("your-data/", include("shop.accounts.privacy.guest_urls")),
    path("preferences/theme/", preferences.set_theme, name="set_theme"),
    path("preferences/language/", preferences.set_language, name="set_language"),
    path("", include("catalog.urls")),
    path("", include("catalog.content.urls")),
]

if settings.DEBUG:
    urlpatterns += [
        path("styleguide/", styleguide.show, name="styleguide"),
        path("dev/mail/", mailbox.letters, name="dev_mailbox"),
        path("dev/mail/<str:file>/<int:place>/", mailbox.letter, name="dev_letter"),
        path("dev/mail/<str:file>/<int:place>/page/", mailbox.letter_page, name="dev_letter_page"),
    ]
