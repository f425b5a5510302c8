"""Pieces that reached their buyers."""

import pytest
from django.utils import timezone

from catalog.models import Purchase
from catalog.reviewing import purchases
from catalog.tests.factories import ProductFactory
from orders.placed import lifecycle
from orders.tests.factories import member, paid_order, variant_in_stock

pytestmark = pytest.mark.django_db


def delivered_order(*lines, user=None):
    order = paid_order(*lines, user=user)
    lifecycle.mark_fulfilled(order.pk)
    lifecycle.mark_shipped(order.pk)
    return lifecycle.mark_delivered(order.pk)


def test_a_delivered_order_tells_what_was_bought():
    user, shirt, coat = member(), variant_in_stock(), variant_in_stock()
    order = delivered_order((shirt, 2), (coat, 1), user=user)
    rows = Purchase.objects.values_list("variant", "quantity", "user", "order_number", "email")
    assert set(rows) == {
        (shirt.pk, 2, user.pk, order.number, user.email),
        (coat.pk, 1, user.pk, order.number, user.email),
    }


def test_an_order_on_its_way_is_no_purchase_yet():
    order = paid_order()
    lifecycle.mark_fulfilled(order.pk)
    lifecycle.mark_shipped(order.pk)
    assert not Purchase.objects.exists()


def test_delivered_twice_is_delivered_once():
    order = delivered_order((variant_in_stock(), 1))
    lifecycle.mark_delivered(order.pk)
    assert Purchase.objects.count() == 1


def test_a_guest_is_known_by_the_address_whatever_its_case():
    user, product = member(), ProductFactory()
    told = {
        "order_number": "ORD-1",
        "user_id": None,
        "email": user.email.upper(),
        "delivered_at": timezone.now(),
        "quantities": {product.variants.first().pk: 1},
    }
    purchases.record_delivery(**told)
    assert purchases.proof_for(user, product) == Purchase.objects.get()
    assert purchases.proof_for(member(), product) is None


def test_a_return_is_written_down_once_with_its_reason():
    variant = variant_in_stock()
    order = delivered_order((variant, 1))
    told = {"order_number": order.number, "returned_at": timezone.now()}
    small, large = Purchase.ReturnReason.TOO_SMALL, Purchase.ReturnReason.TOO_LARGE
    assert purchases.record_return(reasons={variant.pk: small}, **told) == 1
    assert purchases.record_return(reasons={variant.pk: large}, **told) == 0
    assert Purchase.objects.get().return_reason == "TOO_SMALL"
    assert purchases.record_return(reasons={}, **told) == 0


def test_a_link_names_its_purchase_and_ends(monkeypatch):
    delivered_order((variant_in_stock(), 1))
    purchase = Purchase.objects.get()
    token = purchases.review_link(purchase).rstrip("/").rpartition("/")[2]
    assert purchases.from_link(token) == purchase
    monkeypatch.setattr(purchases, "LINK_SECONDS", -1)
    assert purchases.from_link(token) is None
