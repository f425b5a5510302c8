"""Addresses of the address book, below the account's."""

from django.urls import path

from shop.accounts.address_book import views

urlpatterns = [
    path("addresses/", views.listed, name="addresses"),
    path("addresses/new/", views.add, name="address_add"),
    path("addresses/<uuid:address_id>/", views.edit, name="address_edit"),
    path("addresses/<uuid:address_id>/first/", views.make_default, name="address_default"),
    path("addresses/<uuid:address_id>/remove/", views.remove, name="address_remove"),
    path("addresses/<uuid:address_id>/restore/", views.restore, name="address_restore"),
]
