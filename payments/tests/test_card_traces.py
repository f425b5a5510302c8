"""After purchases over HTTP, number and security code are nowhere: every store is searched."""

import logging
import re
import sys

import pytest
from django.core import mail
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client
from django.views.debug import ExceptionReporter
from django_redis import get_redis_connection

from orders.models import Order
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    member,
    ready_checkout,
    shown_total,
    standard_delivery,
    variant_in_stock,
)
from payments import saved_cards
from payments.models import Payment
from payments.providers.sandbox import Sandbox
from payments.tests.cards import DECLINED, GOOD
from shop.events import relay

# Not in a transaction: there nothing would be kept in Redis.
pytestmark = pytest.mark.django_db(transaction=True)

PAYMENT, REVIEW, EXPRESS = "/checkout/payment/", "/checkout/review/", "/checkout/express/"
#: No number, time or key of ours is written like this: it begins with a zero and stands alone.
CODE = "0739"
ALONE = re.compile(rf"(?<![0-9A-Za-z._+:-]){CODE}(?![0-9A-Za-z._:-])")

#: Where a demo shop tells of its test cards.
DEMO = re.compile(r"This is a demo shop.*?</details>", re.DOTALL)


def typed(number=GOOD, **fields):
    spaced = " ".join(number[at : at + 4] for at in range(0, 16, 4))
    plain = {"means": "card", "keeps": "on", "expiry": "12/40", "security_code": CODE}
    return plain | {"number": spaced} | fields


def is_in(text, number):
    spaced = typed(number)["number"]
    forms = (number, spaced, spaced.replace(" ", "+"), spaced.replace(" ", "-"))
    in_bytes = [form.encode().hex() for form in forms]
    return any(form in text for form in [*forms, *in_bytes]) or bool(ALONE.search(text))


def rows_with(number):
    """Tables that hold what was typed, whatever the type of the column."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row::text FROM "{table}" row')
            found += [table for (text,) in cursor.fetchall() if is_in(text, number)][:1]
    return found


def keys_with(number):
    """Keys of Redis that hold it, with all that is under them."""
    redis, found = get_redis_connection("default"), []
    readers = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1),
    }
    for key in redis.scan_iter("*"):
        value = readers.get(redis.type(key), redis.dump)(key)
        if is_in(f"{key!r} {value!r}", number):
            found.append(key)
    return found


class Shopper:
    """A member who buys; ``pages`` has all that they were shown."""

    def __init__(self):
        self.client, self.pages = Client(raise_request_exception=False), []
        self.user = member(first_name="Ada")
        self.client.force_login(self.user)

    def send(self, method, url, data=None):
        response = getattr(self.client, method)(url, data)
        shown = DEMO.sub("", response.content.decode())
        self.pages.append(f"{response.headers} {shown}")
        return response

    def buy(self, **chosen):
        checkout = ready_checkout(filled_cart((variant_in_stock(price=5000), 1), user=self.user))
        self.send("get", PAYMENT)
        self.send("post", PAYMENT, chosen)
        self.send("get", REVIEW)
        placed = self.send("post", REVIEW, {"total": shown_total(checkout)})
        self.send("get", placed["Location"])
        relay.deliver_due()

    def buy_at_once(self, **chosen):
        standard_delivery()
        filled_cart((variant_in_stock(price=5000), 1), user=self.user)
        self.client.post("/cart/checkout/")
        self.send("get", EXPRESS)
        known = {"email": self.user.email, "billing_same": "on", "method": "standard"}
        response = self.send("post", EXPRESS, ADDRESS | known | chosen | {"total": "5490"})
        relay.deliver_due()
        return response


@pytest.fixture
def shopper():
    return Shopper()


@pytest.fixture(autouse=True)
def told(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def assert_no_trace(shopper, told, number):
    assert rows_with(number) == []
    assert keys_with(number) == []
    letters = " ".join(str(letter.message()) for letter in mail.outbox)
    records = " ".join(f"{vars(record)!r}" for record in told.records)
    for where in (letters, records, told.text, *shopper.pages, repr(shopper.client.session)):
        assert not is_in(where, number)


def test_a_kept_card_that_pays_twice_leaves_no_trace_of_number_and_code(shopper, told):
    shopper.buy(**typed())
    (card,) = saved_cards.of_person(shopper.user.pk)
    shopper.buy(means=f"saved-{card.pk}")
    assert (
        list(Payment.objects.values_list("status", "method_token"))
        == [("CAPTURED", card.token)] * 2
    )
    shopper.send("get", "/account/payment-methods/")
    assert_no_trace(shopper, told, GOOD)


def test_a_declined_card_leaves_no_trace(shopper, told):
    shopper.buy(**typed(DECLINED))
    assert Payment.objects.get().failure_code == "card_declined"
    assert_no_trace(shopper, told, DECLINED)


@pytest.mark.parametrize("number", [GOOD, DECLINED])
def test_a_card_typed_in_the_account_leaves_no_trace(shopper, told, number):
    # Its own answer shows a refused number once more, to be mended; nothing after it does.
    shopper.client.post("/account/payment-methods/add/", typed(number))
    assert len(saved_cards.of_person(shopper.user.pk)) == (number == GOOD)
    shopper.send("get", "/account/payment-methods/")
    assert_no_trace(shopper, told, number)


def test_the_express_page_leaves_no_trace(shopper, told):
    shopper.buy_at_once(**typed())
    assert Order.objects.get().status == "PAID"
    assert_no_trace(shopper, told, GOOD)


@pytest.mark.parametrize("call", ["tokenize", "authorize"])
def test_a_provider_that_breaks_leaves_no_trace_also_in_the_report(
    shopper, told, monkeypatch, call
):
    reports = []

    def breaks(*_given):
        raise RuntimeError(call)

    def report(sender, request, **_rest):
        reporter = ExceptionReporter(request, *sys.exc_info())
        reports.append(reporter.get_traceback_text())

    monkeypatch.setattr(Sandbox, call, breaks)
    got_request_exception.connect(report)
    try:
        assert shopper.buy_at_once(**typed()).status_code == 500
    finally:
        got_request_exception.disconnect(report)
    assert call in reports[0]
    assert not any(is_in(text, GOOD) for text in reports)
    assert_no_trace(shopper, told, GOOD)


def test_the_search_finds_what_was_left_behind(shopper, told):
    shopper.user.last_name = f"Weber {CODE}"
    shopper.user.save()
    get_redis_connection("default").set("left-behind", GOOD, ex=60)
    assert "accounts_user" in rows_with(GOOD)
    assert keys_with(GOOD) == [b"left-behind"]
    get_redis_connection("default").delete("left-behind")
