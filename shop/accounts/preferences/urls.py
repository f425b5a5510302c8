"""Addresses of what one is told, below the account's."""

from django.urls import path

from shop.accounts.preferences import views

urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/stop/<str:token>/", views.stop, name="stop"),
]
