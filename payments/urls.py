"""Addresses of the payment steps of checkout."""

from django.urls import include, path

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

checkout_patterns = [
    path("express/", express.express, name="express"),
    path("payment/", views.payment, name="payment"),
    path("credit/add/", credit_views.add, name="credit_add"),
    path("credit/remove/", credit_views.remove, name="credit_remove"),
    path("credit/account/", credit_views.use_account, name="credit_account"),
    path("review/", views.review, name="review"),
    path("challenge/<uuid:payment_id>/", views.challenge, name="challenge"),
    path(
        "challenge/<uuid:payment_id>/return/",
        views.challenge_return,
        name="challenge_return",
    ),
]

account_patterns = [
    path("credit/", gift_views.credit, name="account_credit"),
    path("payment-methods/", card_views.cards, name="account_cards"),
    path(
        "payment-methods/<uuid:card_id>/first/",
        card_views.make_default,
        name="card_default",
    ),
    path("payment-methods/add/", card_views.add, name="card_add"),
    path(
        "payment-methods/add/<slug:name>/",
        card_views.add_account,
        name="card_add_account",
    ),
    path("payment-methods/<uuid:card_id>/added/", card_views.added, name="card_added"),
    path("payment-methods/<uuid:card_id>/remove/", card_views.remove, name="card_remove"),
]

urlpatterns = [
    path("webhooks/<slug:name>/", webhooks.receive, name="webhook"),
    path("gift-cards/", gift_views.buy, name="gift_cards"),
    path("gift-cards/balance/", gift_views.balance, name="gift_card_balance"),
    path("account/", include(account_patterns)),
    path("checkout/", include(checkout_patterns)),
    path("order/<slug:token>/pay/", links.pay, name="order"),
    path("order/<slug:token>/transfer.png", transfer_views.code, name="transfer_code"),
]
