"""Addresses of one's own data, below the account's."""

from django.urls import path

from shop.accounts.privacy import views

urlpatterns = [
    path("privacy/", views.privacy, name="privacy"),
    path("privacy/copy/", views.ask_copy, name="data_copy"),
    path("privacy/copy/<uuid:export_id>/", views.copy_file, name="data_copy_file"),
    path("privacy/erase/", views.erase, name="erase"),
    path("privacy/keep/", views.keep, name="erase_keep"),
    path("privacy/withdraw/", views.withdraw, name="consent_withdraw"),
]
