"""Addresses of cart, checkout and orders."""

from django.urls import path

from orders.views import cart, checkout, orders, wishes

app_name = "orders"

urlpatterns = [
    path("cart/", cart.show, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/items/<uuid:item_id>/", cart.update, name="cart_update"),
    path("cart/items/<uuid:item_id>/remove/", cart.remove, name="cart_remove"),
    path("cart/items/<uuid:item_id>/keep/", wishes.keep, name="cart_keep"),
    path("cart/from-wishlist/<uuid:wish_id>/", wishes.add, name="cart_from_wishlist"),
    path("cart/restore/<uuid:variant_id>/<int:quantity>/", cart.restore, name="cart_restore"),
    path("cart/checkout/", cart.begin_checkout, name="cart_checkout"),
    path("cart/reopen/", cart.reopen, name="cart_reopen"),
    path("checkout/", checkout.contact, name="checkout"),
    path("checkout/delivery/", checkout.delivery, name="delivery"),
    path("order/<slug:token>/thanks/", orders.confirmation, name="confirmation"),
]
