"""Addresses of the payment steps of checkout."""

from django.urls import path

from payments import (
    card_views,
    credit_views,
    express,
    gift_views,
    links,
    transfer_views,
    views,
    webhooks,
)

app_name = "payments"

urlpatterns = [
    path("webhooks/<slug:name>/", webhooks.receive, name="webhook"),
    path("gift-cards/", gift_views.buy, name="gift_cards"),
    path("gift-cards/balance/", gift_views.balance, name="gift_card_balance"),
    path("account/credit/", gift_views.credit, name="account_credit"),
    path("account/payment-methods/", card_views.cards, name="account_cards"),
    path(
        "account/payment-methods/<uuid:card_id>/first/",
        card_views.make_default,
        name="card_default",
    ),
    path("account/payment-methods/add/", card_views.add, name="card_add"),
    path(
        "account/payment-methods/add/<slug:name>/",
        card_views.add_account,
        name="card_add_account",
    ),
    path("account/payment-methods/<uuid:card_id>/added/", card_views.added, name="card_added"),
    path("account/payment-methods/<uuid:card_id>/remove/", card_views.remove, name="card_remove"),
    path("checkout/express/", express.express, name="express"),
    path("checkout/payment/", views.payment, name="payment"),
    path("checkout/credit/add/", credit_views.add, name="credit_add"),
    path("checkout/credit/remove/", credit_views.remove, name="credit_remove"),
    path("checkout/credit/account/", credit_views.use_account, name="credit_account"),
    path("checkout/review/", views.review, name="review"),
    path("order/<slug:token>/pay/", links.pay, name="order"),
    path("order/<slug:token>/transfer.png", transfer_views.code, name="transfer_code"),
    path("checkout/challenge/<uuid:payment_id>/", views.challenge, name="challenge"),
    path(
        "checkout/challenge/<uuid:payment_id>/return/",
        views.challenge_return,
        name="challenge_return",
    ),
]
