"""Addresses of the newsletter."""

from django.urls import path

from shop.accounts.newsletter import views

app_name = "newsletter"

urlpatterns = [
    path("", views.ask, name="ask"),
    path("thanks/", views.thanks, name="thanks"),
    path("choose/", views.choose, name="choose"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
