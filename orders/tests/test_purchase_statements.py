"""How many statements a guest's whole purchase costs, page by page."""

from contextlib import ExitStack

import pytest
from django.db import connections
from django.test import Client

from catalog.tests.factories import ProductFactory
from orders.models import Order
from orders.tests.factories import ADDRESS, standard_delivery
from tests.bench.probe import counting

# Not in a transaction: there nothing would be kept from one reader to the next.
pytestmark = pytest.mark.django_db(transaction=True)

CARD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "security_code": "123"}
#: The sandbox's ledger stands for a stranger's: with a real provider none of it is here.
STRANGERS = "payments_sandbox"
#: Of one product in a shop that others use too: its page is there, stock and prices are known.
ADDING = {"GET product": 0, "POST cart/add": 2}
STEPS = {
    "GET cart": 1,
    "POST cart/checkout": 3,  # the shelves, their holds, and all that is written
    "GET checkout": 1,
    "POST checkout": 1,
    "GET checkout/delivery": 1,
    "POST checkout/delivery": 1,
    "GET checkout/payment": 1,
    "POST checkout/payment": 1,
    "GET checkout/review": 1,
    # Four to place it, one to note the approval, four to note the money and move the goods, and
    # one that wakes the relay.
    "POST checkout/review": 10,
    "GET thanks": 1,
}
MOST = 24
#: Round trips to Redis: what a page goes by comes along with its cart.
TRIPS = {
    "GET product": 1,
    "POST cart/add": 6,
    "GET cart": 5,
    "POST cart/checkout": 4,
    **dict.fromkeys(["GET checkout", "GET checkout/delivery", "GET checkout/payment"], 3),
    **dict.fromkeys(["POST checkout", "POST checkout/delivery", "POST checkout/payment"], 3),
    "GET checkout/review": 3,
    "POST checkout/review": 4,
    "GET thanks": 1,
}
MOST_TRIPS = 42
#: The same on one page.
EXPRESS = {
    "GET product": 0,
    "POST cart/express": 6,
    "GET checkout/express": 1,
    "POST checkout/express": 13,
    "GET thanks": 1,
}
EXPRESS_TRIPS = {
    "GET product": 1,
    "POST cart/express": 9,
    "GET checkout/express": 3,
    "POST checkout/express": 8,
    "GET thanks": 1,
}


class Shopper:
    """A visitor who buys; ``seen`` has each page's statements, ``trips`` its trips to Redis."""

    def __init__(self):
        self.client, self.seen, self.trips = Client(), {}, {}

    def ask(self, name, path="", /, **data):
        made = []

        def count(execute, sql, *rest):
            if STRANGERS not in sql:
                made.append(sql)
            return execute(sql, *rest)

        verb, _, place = name.partition(" ")
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(count))
            counter = stack.enter_context(counting())
            response = getattr(self.client, verb.lower())(path or f"/{place}/", data)
        assert response.status_code == (200 if verb == "GET" else 303), name
        self.seen[name], self.trips[name] = made, counter.redis
        return response

    def put_in(self, product):
        self.ask("GET product", product.get_absolute_url())
        self.ask("POST cart/add", product=product.slug, color="navy", size="m")

    def buy(self):
        self.ask("GET cart")
        self.ask("POST cart/checkout")
        self.ask("GET checkout")
        self.ask("POST checkout", email="ada@example.com", billing_same="on", **ADDRESS)
        self.ask("GET checkout/delivery")
        self.ask("POST checkout/delivery", method="standard", note="")
        self.ask("GET checkout/payment")
        self.ask("POST checkout/payment", **CARD)
        page = self.ask("GET checkout/review").context
        form = {"total": page["purchase"].total, "key": page["key"]}
        placed = self.ask("POST checkout/review", **form)
        self.ask("GET thanks", placed["Location"])

    def buy_now(self, product):
        self.ask("GET product", product.get_absolute_url())
        self.ask("POST cart/express", product=product.slug, color="navy", size="m")
        page = self.ask("GET checkout/express").context
        answers = {"email": "ada@example.com", "billing_same": "on", "method": "standard"}
        form = {"total": page["summary"].total, "due": page["due"], "key": page["key"]}
        placed = self.ask("POST checkout/express", **answers, **ADDRESS, **CARD, **form)
        self.ask("GET thanks", placed["Location"])

    @property
    def counts(self):
        return {name: len(made) for name, made in self.seen.items()}


@pytest.fixture
def products():
    """What others have bought and looked at."""
    standard_delivery()
    made = [ProductFactory() for _ in range(5)]
    first = Shopper()
    for product in made:
        first.put_in(product)
    first.buy()
    for product in made:
        Client().get(product.get_absolute_url())
    return made


def test_a_purchase_takes_at_most_twenty_four_statements(products):
    shopper = Shopper()
    shopper.put_in(products[0])
    shopper.buy()
    assert shopper.counts == ADDING | STEPS
    assert sum(shopper.counts.values()) <= MOST
    assert shopper.trips == TRIPS
    assert sum(shopper.trips.values()) <= MOST_TRIPS
    assert set(Order.objects.values_list("status", flat=True)) == {"PAID"}


def test_five_lines_take_no_more_statements_than_one(products):
    shopper = Shopper()
    for product in products:
        shopper.put_in(product)
    shopper.client.get("/cart/")
    shopper.seen.clear()
    shopper.buy()
    assert shopper.counts == STEPS | {"GET cart": 0}


def test_a_purchase_on_the_express_page_takes_no_more(products):
    shopper = Shopper()
    shopper.buy_now(products[0])
    assert shopper.counts == EXPRESS
    assert shopper.trips == EXPRESS_TRIPS
