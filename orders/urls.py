"""Addresses of cart, checkout and orders."""

from django.urls import path

from orders.views import (
    account_orders,
    cart,
    checkout,
    coupons,
    offers,
    order_page,
    orders,
    saved,
    sharing,
    tracking,
    wishes,
)

app_name = "orders"

urlpatterns = [
    path("cart/", cart.show, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/items/<uuid:item_id>/", cart.update, name="cart_update"),
    path("cart/items/<uuid:item_id>/remove/", cart.remove, name="cart_remove"),
    path("cart/items/<uuid:item_id>/keep/", wishes.keep, name="cart_keep"),
    path("cart/from-wishlist/<uuid:wish_id>/", wishes.add, name="cart_from_wishlist"),
    path("cart/restore/<uuid:variant_id>/<int:quantity>/", cart.restore, name="cart_restore"),
    path("cart/offer/<str:token>/", offers.show, name="offer"),
    path("cart/code/", coupons.add, name="coupon_add"),
    path("cart/code/remove/", coupons.remove, name="coupon_remove"),
    path("cart/items/<uuid:item_id>/save/", saved.save, name="cart_save"),
    path("cart/saved/<uuid:saved_id>/", saved.take_back, name="cart_take_back"),
    path("cart/saved/<uuid:saved_id>/remove/", saved.remove, name="saved_remove"),
    path(
        "cart/saved/<uuid:variant_id>/<int:quantity>/restore/", saved.restore, name="saved_restore"
    ),
    path("cart/delivery/", cart.estimate_delivery, name="cart_delivery"),
    path("cart/additions/", sharing.additions, name="cart_additions"),
    path("cart/shared/<str:token>/", sharing.shared, name="cart_shared"),
    path("cart/checkout/", cart.begin_checkout, name="cart_checkout"),
    path("cart/reopen/", cart.reopen, name="cart_reopen"),
    path("checkout/", checkout.contact, name="checkout"),
    path("checkout/delivery/", checkout.delivery, name="delivery"),
    path("track/", tracking.ask, name="track"),
    path("track/sent/", tracking.sent, name="track_sent"),
    path("track/<str:token>/", tracking.follow, name="tracked"),
    path("account/orders/", account_orders.listed, name="account_orders"),
    path("account/orders/<slug:number>/", account_orders.detail, name="account_order"),
    path("order/<slug:token>/", order_page.show, name="order"),
    path("order/<slug:token>/cancel/", order_page.cancel, name="order_cancel"),
    path("order/<slug:token>/address/", order_page.change_address, name="order_address"),
    path("order/<slug:token>/again/", order_page.again, name="order_again"),
    path("order/<slug:token>/documents/<slug:number>/", order_page.invoice, name="order_invoice"),
    path("order/<slug:token>/email/", orders.correct_email, name="correct_email"),
    path("order/<slug:token>/thanks/", orders.confirmation, name="confirmation"),
]
