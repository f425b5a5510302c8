"""Shopper and staff write to each other about an order."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from orders.models import OrderNote
from orders.placed import notes, queues
from orders.tests.factories import member, paid_order, placed_order
from orders.views import messages
from shop.models import new_id
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def write(client, order, text="Where is it?", **fields):
    url = reverse("orders:order_message", args=[order.token])
    return client.post(url, {"text": text, "key": str(new_id())} | fields)


def answer(order, kind=OrderNote.Kind.CUSTOMER):
    return notes.write(
        order_id=order.pk, kind=kind, text="It left today.", key=new_id(), actor_id=member().pk
    )


def test_guest_writes_and_reads_it_again(client):
    order = paid_order()
    response = write(client, order, "Where is <b>it</b>?")
    assert (response.status_code, response["Location"]) == (303, f"/order/{order.token}/")
    page = client.get(response["Location"]).content.decode()
    assert "Where is &lt;b&gt;it&lt;/b&gt;?" in page
    note = OrderNote.objects.get()
    assert (note.kind, note.author) == ("INCOMING", None)
    assert not mail.outbox


def test_message_sent_twice_is_one(client):
    order = paid_order()
    form = fields_of(client.get(f"/order/{order.token}/")) | {"text": "Hello?"}
    for _ in range(2):
        write(client, order, **form)
    assert OrderNote.objects.count() == 1


def test_member_comes_back_to_the_account():
    buyer = member()
    order = paid_order(user=buyer)
    response = write(signed_in(buyer), order)
    assert response["Location"] == f"/account/orders/{order.number}/"
    assert OrderNote.objects.get().author == buyer
    stranger = write(signed_in(member()), order)
    assert stranger["Location"] == f"/order/{order.token}/"
    assert OrderNote.objects.latest("created_at").author is None


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "bad \0 byte"])
def test_message_that_cannot_be_comes_back_with_words(client, text):
    order = paid_order()
    response = write(client, order, text)
    assert response.status_code == 422
    page = response.content.decode()
    assert "There is a problem" in page
    assert 'href="#id_text"' in page
    assert re.search(r"<title[^>]*>Error: Order ", page)
    assert not OrderNote.objects.exists()


def test_order_that_is_not_there_takes_no_message(client):
    order = placed_order()
    order.token = "nobody-knows"
    assert write(client, order).status_code == 404
    assert client.get(reverse("orders:order_message", args=["x"])).status_code == 405


def test_many_messages_from_one_place_are_stopped(client):
    order = paid_order()
    for _ in range(messages.MOST):
        write(client, order)
    assert write(client, order).status_code == 429
    assert OrderNote.objects.count() == messages.MOST


@pytest.mark.parametrize("kind", ["CUSTOMER", "INTERNAL"])
def test_message_waits_until_staff_write_something(client, kind):
    order = paid_order()
    assert not queues.to_answer().exists()
    write(client, order)
    assert queues.to_answer().get() == order
    answer(order, kind)
    assert not queues.to_answer().exists()
    write(client, order)
    assert queues.to_answer().get() == order


def test_staff_find_it_in_their_queue_and_in_the_customers_part_of_the_timeline(client):
    order = paid_order()
    write(client, order, "Is it wool?")
    desk = signed_in(staff())
    assert "Messages to answer" in desk.get("/admin/").content.decode()
    listed = desk.get(reverse("admin:orders_order_changelist"), {"queue": "to-answer"})
    assert order.number in listed.content.decode()
    page = reverse("admin:orders_order_change", args=[order.pk])
    shown = {
        part: any(
            "Is it wool?" in step["note"]
            for step in desk.get(page, {"show": part}).context["steps"]
        )
        for part in ("", "customer", "staff", "system")
    }
    assert shown == {"": True, "customer": True, "staff": False, "system": False}


def test_staff_cannot_write_in_the_customers_name():
    order = paid_order()
    url = reverse("admin:orders_order_step", args=[order.pk, "write"])
    form = {"key": str(new_id()), "kind": "INCOMING", "text": "I am glad."}
    assert signed_in(staff()).post(url, form).status_code == 422
    assert not OrderNote.objects.exists()


def test_internal_notes_stay_inside():
    order = paid_order()
    answer(order, OrderNote.Kind.INTERNAL)
    assert "It left today." not in Client().get(f"/order/{order.token}/").content.decode()
