"""Card data goes to the provider and nowhere else."""

import pytest
from django.db import connection

from orders.checkouts import placing
from orders.models import Checkout
from orders.tests.factories import filled_cart, ready_checkout, shown_total
from payments import processing
from payments.errors import CardRefused
from payments.models import Payment
from payments.providers import provider
from payments.providers.base import Card
from payments.tests.cards import GOOD, card

pytestmark = pytest.mark.django_db


def tables_with(text):
    """Tables with ``text`` in any of their columns, whatever the type."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" row WHERE strpos(row::text, %s) > 0)', [text]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def purchase():
    """From the card form to the paid order, as the views do it."""
    ready = ready_checkout(filled_cart())
    method = provider("SANDBOX").tokenize(card())
    ready.payment_provider, ready.payment_method = "SANDBOX", vars(method)
    ready.save()
    order = placing.place_order(cart_id=ready.cart_id, agreed_total=shown_total(ready))
    return processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method)


def test_no_table_holds_a_card_number_after_a_purchase():
    assert purchase().status == "CAPTURED"
    assert tables_with(GOOD) == []
    assert tables_with("4242 4242") == []
    assert Payment._meta.db_table in tables_with("424242")


def test_audit_log_does_not_hold_the_provider_token():
    token = purchase().method_token
    assert Checkout._meta.db_table in tables_with(token)
    assert [table for table in tables_with(token) if table.startswith("audit_")] == []


def test_card_does_not_show_itself_in_a_log_line():
    assert GOOD not in f"{card()} {card()!r}"
    assert "739" not in repr(card())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "4111111111111111"}, "number"),
        ({"expiry_year": 2020}, "expiry"),
        ({"security_code": "12x"}, "security_code"),
    ],
)
def test_card_the_provider_cannot_use_is_refused_by_field(change, field):
    plain = {"number": GOOD, "expiry_month": 1, "expiry_year": 2090, "security_code": "123"}
    with pytest.raises(CardRefused) as refused:
        provider("SANDBOX").tokenize(Card(**plain | change))
    assert refused.value.field == field
