"""Addresses of the payment steps of checkout."""

from django.urls import path

from payments import views

app_name = "payments"

urlpatterns = [
    path("checkout/payment/", views.payment, name="payment"),
    path("checkout/review/", views.review, name="review"),
    path("checkout/challenge/<uuid:payment_id>/", views.challenge, name="challenge"),
]
