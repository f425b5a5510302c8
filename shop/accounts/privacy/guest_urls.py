"""Addresses for people without an account."""

from django.urls import path

from shop.accounts.privacy import guest_views

app_name = "privacy"

urlpatterns = [
    path("", guest_views.ask_link, name="ask"),
    path("sent/", guest_views.sent, name="sent"),
    path("<str:token>/", guest_views.show, name="guest"),
    path("<str:token>/copy/", guest_views.ask_copy, name="guest_copy"),
    path("<str:token>/copy/<uuid:export_id>/", guest_views.copy_file, name="guest_copy_file"),
    path("<str:token>/erase/", guest_views.erase, name="guest_erase"),
    path("<str:token>/keep/", guest_views.keep, name="guest_keep"),
]
