"""Whoever reads along outside the shop finds every event in the stream, in order."""

import json

import pytest
from django.db import transaction
from django_redis import get_redis_connection

from inventory.models import Location
from shop.events import outbox, streams
from shop.tests.wire import wait_until_closed

pytestmark = pytest.mark.django_db(transaction=True)


def emit(number):
    with transaction.atomic():
        row = Location(code="north")
        return outbox.emit("shelf.moved", row, payload={"number": number}, key="north")


def read():
    entries = get_redis_connection("default").xrange(streams.STREAM)
    return [
        {name.decode(): value.decode() for name, value in fields.items()} for _, fields in entries
    ]


@pytest.fixture(autouse=True)
def empty_stream():
    get_redis_connection("default").delete(streams.STREAM)


def test_the_stream_has_each_event_once_and_in_order():
    first, _second = emit(1), emit(2)
    assert streams.publish() == 2
    assert streams.publish() == 0
    entries = read()
    assert [json.loads(each["payload"])["number"] for each in entries] == [1, 2]
    assert entries[0]["id"] == str(first.pk)
    assert (entries[0]["type"], entries[0]["key"]) == ("shelf.moved", "north")


def test_what_redis_missed_comes_when_it_is_back(wire):
    emit(1)
    wire.cut()
    assert streams.publish() == 0
    wire.state = "through"
    wait_until_closed()
    assert streams.publish() == 1
    assert len(read()) == 1
