"""Addresses of cart, checkout and orders."""

from django.urls import include, path

from orders.views import (
    account_orders,
    account_returns,
    cart,
    checkout,
    coupons,
    express,
    messages,
    offers,
    order_page,
    orders,
    returns,
    saved,
    sharing,
    tracking,
    wishes,
    withdrawals,
)

app_name = "orders"

cart_patterns = [
    path("", cart.show, name="cart"),
    path("add/", cart.add, name="cart_add"),
    path("items/<uuid:item_id>/", cart.update, name="cart_update"),
    path("items/<uuid:item_id>/remove/", cart.remove, name="cart_remove"),
    path("items/<uuid:item_id>/keep/", wishes.keep, name="cart_keep"),
    path("from-wishlist/<uuid:wish_id>/", wishes.add, name="cart_from_wishlist"),
    path("restore/<uuid:variant_id>/<int:quantity>/", cart.restore, name="cart_restore"),
    path("offer/<slug:token>/", offers.show, name="offer"),
    path("code/", coupons.add, name="coupon_add"),
    path("code/remove/", coupons.remove, name="coupon_remove"),
    path("items/<uuid:item_id>/save/", saved.save, name="cart_save"),
    path("saved/<uuid:saved_id>/", saved.take_back, name="cart_take_back"),
    path("saved/<uuid:saved_id>/remove/", saved.remove, name="saved_remove"),
    path("saved/<uuid:variant_id>/<int:quantity>/restore/", saved.restore, name="saved_restore"),
    path("delivery/", cart.estimate_delivery, name="cart_delivery"),
    path("additions/", sharing.additions, name="cart_additions"),
    path("shared/<str:token>/", sharing.shared, name="cart_shared"),
    path("checkout/", cart.begin_checkout, name="cart_checkout"),
    path("express/", express.start, name="express"),
    path("reopen/", cart.reopen, name="cart_reopen"),
]

checkout_patterns = [
    path("", checkout.contact, name="checkout"),
    path("delivery/", checkout.delivery, name="delivery"),
]

order_patterns = [
    path("<slug:token>/", order_page.show, name="order"),
    path("<slug:token>/cancel/", order_page.cancel, name="order_cancel"),
    path("<slug:token>/address/", order_page.change_address, name="order_address"),
    path("<slug:token>/again/", order_page.again, name="order_again"),
    path("<slug:token>/documents/<slug:number>/", order_page.invoice, name="order_invoice"),
    path("<slug:token>/return/", returns.step, name="return_items"),
    path("<slug:token>/return/<slug:name>/", returns.step, name="return_step"),
    path("<slug:token>/returns/<slug:number>/", returns.show, name="return"),
    path("<slug:token>/returns/<slug:number>/cancel/", returns.cancel, name="return_cancel"),
    path("<slug:token>/returns/<slug:number>/sent/", returns.sent, name="return_sent"),
    path("<slug:token>/returns/<slug:number>/label/", returns.label, name="return_label"),
    path("<slug:token>/message/", messages.write, name="order_message"),
    path("<slug:token>/email/", orders.correct_email, name="correct_email"),
    path("<slug:token>/thanks/", orders.confirmation, name="confirmation"),
]

# What begins alike is looked through once, and by nobody who asks for something else.
urlpatterns = [
    path("cart/", include(cart_patterns)),
    path("checkout/", include(checkout_patterns)),
    path("track/", tracking.ask, name="track"),
    path("track/sent/", tracking.sent, name="track_sent"),
    path("track/<str:token>/", tracking.follow, name="tracked"),
    path("account/orders/", account_orders.listed, name="account_orders"),
    path("account/returns/", account_returns.listed, name="account_returns"),
    path("account/orders/<slug:number>/", account_orders.detail, name="account_order"),
    path("order/", include(order_patterns)),
    path("withdraw/", withdrawals.withdraw, name="withdraw"),
    path("withdraw/<str:token>/", withdrawals.declared, name="withdrawn"),
]
