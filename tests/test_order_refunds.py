"""Giving money back from the page of an order in the back office."""

import pytest
from django.urls import reverse

from inventory.models import Stock
from orders.tests.factories import placed_order, variant_in_stock
from payments import processing
from payments.models import Refund
from payments.tests.cards import method
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return signed_in(staff())


def paid(price=1000, quantity=3):
    order = placed_order((variant_in_stock(price=price), quantity))
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
    order.refresh_from_db()
    return order


def step(order):
    return reverse("admin:orders_order_step", args=[order.pk, "refund"])


def page_of(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def give(client, order, *, units=0, **wanted):
    form = fields_of(client.get(step(order)))
    units_field = f"units_{order.items.get().pk}"
    plain = {units_field: str(units), "reason": "RETURNED", "to": "ORIGINAL"}
    return client.post(step(order), form | plain | wanted)


def test_units_and_delivery_go_back_and_the_shelf_has_them_again(client):
    order = paid()
    response = give(client, order, units=2, shipping="4.90", restock="on", note="Too small")
    assert response["Location"] == page_of(order)
    made = Refund.objects.get()
    assert (made.status, made.goods, made.shipping, made.note) == (
        "SUCCEEDED",
        2000,
        490,
        "Too small",
    )
    assert made.actor.is_staff
    assert Stock.objects.get(variant=order.items.get().variant).on_hand == 9


def test_the_size_of_what_goes_back_is_named(client):
    order = paid()
    item = order.items.get()
    assert f"{item.title}, M ({item.sku})" in client.get(step(order)).content.decode()


def test_form_sent_twice_gives_back_once(client):
    order = paid()
    form = fields_of(client.get(step(order))) | {
        "extra": "5",
        "reason": "GOODWILL",
        "to": "ORIGINAL",
    }
    for _ in range(2):
        client.post(step(order), form)
    assert [made.amount for made in Refund.objects.all()] == [500]


@pytest.mark.parametrize(
    "wanted",
    [
        {"units": 4},
        {"units": -1},
        {"shipping": "4.91"},
        {"shipping": "-1"},
        {"extra": "34.91"},
        {"units": 3, "shipping": "4.90", "extra": "0.01"},
        {"extra": "12a"},
        {"reason": "CANCELED", "extra": "1"},
        {"to": "ELSEWHERE", "extra": "1"},
        {},
    ],
)
def test_what_cannot_be_comes_back_with_words(client, wanted):
    response = give(client, paid(), **wanted)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert not Refund.objects.exists()


def test_large_refund_is_confirmed_by_its_amount(client):
    order = paid(price=12_000, quantity=2)
    assert give(client, order, units=2).status_code == 422
    assert give(client, order, units=2, confirmation="239.99").status_code == 422
    assert not Refund.objects.exists()
    assert give(client, order, units=2, confirmation="240.00").status_code == 302
    assert Refund.objects.get().amount == 24_000


def test_page_says_what_went_back_and_offers_no_more_than_is_left(client):
    order = paid()
    give(client, order, units=3, shipping="4.90")
    page = client.get(page_of(order)).content.decode()
    assert "Refund: all of it went back" in page
    assert "captured €34.90 · refunded €34.90" in page.replace("\xa0", "")
    assert client.get(step(order))["Location"] == page_of(order)


def test_who_may_not_refund_is_refused():
    order, client = paid(), signed_in(staff(Role.EMPLOYEE))
    assert client.get(step(order)).status_code == 403
    assert client.post(step(order), {"extra": "1"}).status_code == 403
    assert "Refund" not in [move.label for move in client.get(page_of(order)).context["moves"]]
    assert not Refund.objects.exists()


def test_refunds_are_listed_with_their_lines_and_parts(client, django_assert_max_num_queries):
    order = paid()
    give(client, order, units=1, extra="1.00")
    listed = reverse("admin:payments_refund_changelist")
    assert order.number in client.get(listed).content.decode()
    url = reverse("admin:payments_refund_change", args=[Refund.objects.get().pk])
    with django_assert_max_num_queries(14):
        page = client.get(url).content.decode()
    assert order.items.get().sku in page
