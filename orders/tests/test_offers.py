"""The waiting list: a unit that came back is kept for whoever waited longest."""

from datetime import timedelta
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.models import Subscription
from catalog.wishes import offers, subscriptions
from inventory import availability, reservations, stock
from inventory.models import Reservation
from orders.carts import cart as carts
from orders.checkouts import checkout
from orders.mailing import offer_letters
from orders.models import Cart
from orders.tests.factories import member, variant_in_stock
from shop.events.models import OutboxEvent
from shop.events.relay import deliver_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def shirt():
    return variant_in_stock(units=0)


def wait(shirt, email):
    subscriptions.subscribe(
        kind=Subscription.Kind.BACK_IN_STOCK, variant=shirt, email=email, language="en"
    )
    return Subscription.objects.get(email=email)


def restock(shirt, units):
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=units, note="Sewn")


def status_of(subscription):
    subscription.refresh_from_db()
    return subscription.status


def test_who_waited_longest_gets_the_only_unit(shirt):
    first, second = wait(shirt, "ada@example.com"), wait(shirt, "bob@example.com")
    restock(shirt, 1)
    assert subscriptions.mark_due(timezone.now()) == 1
    assert (status_of(first), status_of(second)) == ("DUE", "ACTIVE")
    assert availability.available([shirt.pk]) == {shirt.pk: 0}
    event = OutboxEvent.objects.get(type="offer.made")
    assert event.payload["variant"] == str(shirt.pk)
    assert "ada@" not in str(event.payload)


def test_unit_that_nobody_took_in_time_goes_to_the_next(shirt, settings):
    first, second = wait(shirt, "ada@example.com"), wait(shirt, "bob@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    with time_machine.travel(timezone.now() + timedelta(hours=settings.OFFER_HOURS, minutes=1)):
        reservations.expire()
        assert subscriptions.mark_due(timezone.now()) == 1
    assert (status_of(first), status_of(second)) == ("DUE", "DUE")
    assert offers.kept_until(first) is None


def test_offer_goes_into_the_cart_and_through_checkout(client, shirt):
    offer = wait(shirt, "ada@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    page = reverse("orders:offer", args=[offer.token])
    assert "kept for you until" in client.get(page).content.decode()
    assert client.post(page)["Location"] == reverse("orders:cart")
    cart = Cart.objects.get()
    assert [item.variant for item in cart.items.all()] == [shirt]
    assert checkout.begin(cart=cart).cart == cart


def test_others_cannot_take_what_is_kept(client, shirt):
    first = wait(shirt, "ada@example.com")
    other = wait(shirt, "bob@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    page = reverse("orders:offer", args=[other.token])
    assert "Nothing is kept for you now" in client.get(page).content.decode()
    assert client.post(page)["Location"] == page
    assert not Cart.objects.filter(items__variant=shirt).exists()
    assert reservations.held_for_checkout(offers.owner_of(first), [shirt.pk]) == {shirt.pk: 1}


def test_who_wants_no_word_any_more_gives_the_unit_back(shirt):
    offer = wait(shirt, "ada@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    subscriptions.end(offer.token)
    assert availability.available([shirt.pk]) == {shirt.pk: 1}


def deliver():
    """What the worker does between an event and the mail."""
    deliver_due()
    [job] = ProcrastinateJob.objects.filter(task_name=offer_letters.SEND)
    return offer_letters.send(UUID(job.args["subscription_id"]))


def test_who_waited_is_told_once_with_a_link_to_take_it_or_let_it_go(client, shirt):
    offer = wait(shirt, "ada@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    assert deliver()
    assert not offer_letters.send(offer.pk)
    [letter] = mail.outbox
    assert letter.to == ["ada@example.com"]
    page = reverse("orders:offer", args=[offer.token])
    assert page in letter.body
    assert page in letter.alternatives[0].content
    assert status_of(offer) == "SENT"
    end = urlsplit(letter.extra_headers["List-Unsubscribe"].strip("<>")).path
    Client(enforce_csrf_checks=True).post(end, {"List-Unsubscribe": "One-Click"})
    assert availability.available([shirt.pk]) == {shirt.pk: 1}


def test_nobody_is_told_of_what_is_not_kept_any_more(shirt, settings):
    offer = wait(shirt, "ada@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    with time_machine.travel(timezone.now() + timedelta(hours=settings.OFFER_HOURS, minutes=1)):
        assert not deliver()
    assert mail.outbox == []
    assert status_of(offer) == "DUE"


@pytest.mark.parametrize("others", [False, True])
def test_checkout_does_not_shorten_the_time_a_piece_is_kept(client, shirt, settings, others):
    offer = wait(shirt, "ada@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    until = offers.kept_until(offer)
    client.post(reverse("orders:offer", args=[offer.token]))
    cart = Cart.objects.get()
    if others:
        carts.add(cart=cart, variant=variant_in_stock())
    checkout.begin(cart=cart)
    held = Reservation.objects.filter(owner=carts.owner_of(cart), status="ACTIVE")
    assert held.get(variant=shirt).expires_at == until
    soon = timezone.now() + timedelta(seconds=settings.CHECKOUT_HOLD_SECONDS + 5)
    assert all(row.expires_at < soon for row in held.exclude(variant=shirt))


def test_unknown_offer_is_not_found(client):
    assert client.get(reverse("orders:offer", args=["x" * 43])).status_code == 404


@pytest.mark.parametrize("token", ["\0", "é", "a.b", "%"])
def test_an_offer_that_cannot_be_is_not_found(client, token):
    assert client.get(f"/cart/offer/{quote(token)}/").status_code == 404


def test_an_offer_taken_twice_is_in_the_cart_once_and_its_page_says_so(client, shirt):
    offer = wait(shirt, "ada@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    page = reverse("orders:offer", args=[offer.token])
    assert [client.post(page)["Location"] for _ in range(2)] == [reverse("orders:cart")] * 2
    assert Cart.objects.get().items.get().quantity == 1
    assert "It is in your cart, and kept for you until" in client.get(page).content.decode()


def test_an_offer_taken_out_of_the_cart_can_be_put_in_again_while_it_is_kept(client, shirt):
    offer = wait(shirt, "ada@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    page = reverse("orders:offer", args=[offer.token])
    client.post(page)
    cart = Cart.objects.get()
    carts.set_quantity(cart=cart, item_id=cart.items.get().pk, quantity=0)
    assert "one is kept for you until" in client.get(page).content.decode()
    client.post(page)
    assert cart.items.get().variant == shirt


def test_an_offer_stays_with_who_signs_in_on_the_way_to_pay(client, shirt):
    offer = wait(shirt, "ada@example.com")
    restock(shirt, 1)
    subscriptions.mark_due(timezone.now())
    until = offers.kept_until(offer)
    client.post(reverse("orders:offer", args=[offer.token]))
    user = member()
    mine = carts.merge(guest=Cart.objects.get(), user=user)
    checkout.begin(cart=mine)
    assert availability.available([shirt.pk]) == {shirt.pk: 0}
    assert offers.kept_until(offer, carts.owner_of(mine)) == until
