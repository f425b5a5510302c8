"""Address of the profile, below the account's."""

from django.urls import path

from shop.accounts.profile import views

urlpatterns = [path("profile/", views.edit, name="profile")]
