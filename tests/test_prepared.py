"""Statements that are planned once are statements like all others."""

import pytest
from django.db import DatabaseError, connection, transaction

from orders.models import CartItem
from orders.tests.factories import filled_cart, variant_in_stock
from shop import prepared
from shop.prepared import Given, Rows

pytestmark = pytest.mark.django_db

ITEMS = Rows(
    lambda: CartItem.objects.filter(cart=Given("cart")).select_related("variant__product__brand")
)


def plans(of):
    rows = prepared.run("SELECT statement FROM pg_prepared_statements", []).fetchall()
    return [text for (text,) in rows if of in text]


def test_a_connection_plans_a_statement_once():
    for number in range(5):
        assert prepared.run("SELECT %s::int + 4711", [number]).fetchone() == (number + 4711,)
    assert plans("4711") == ["SELECT $1::int + 4711"]


def test_rows_come_as_the_query_itself_would_give_them():
    cart = filled_cart((variant_in_stock(), 2), (variant_in_stock(), 1))
    other = filled_cart((variant_in_stock(), 3))
    for one in (cart, other, cart):
        expected = CartItem.objects.filter(cart=one).select_related("variant__product__brand")
        found = ITEMS.read(cart=one.pk)
        assert [vars(row)["quantity"] for row in found] == [row.quantity for row in expected]
        assert [row.variant.option_values for row in found] == [
            row.variant.option_values for row in expected
        ]
        assert [row._loaded_values for row in found] == [row._loaded_values for row in expected]


def test_what_was_selected_with_a_row_costs_no_other_statement(django_assert_num_queries):
    cart = filled_cart((variant_in_stock(), 2))
    with django_assert_num_queries(1):
        [item] = ITEMS.read(cart=cart.pk)
        assert item.variant.product.title


def test_a_percent_sign_stays_one():
    found = prepared.run("SELECT 'a' LIKE %s, 7 %% 4", ["%a"]).fetchone()
    assert found == (True, 3)


def test_whoever_watches_statements_sees_them():
    seen = []

    def watch(execute, sql, params, many, context):
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        prepared.run("SELECT %s::text", ["here"])
    assert seen == [("SELECT %s::text", ["here"])]


def test_a_statement_that_fails_leaves_the_connection_as_good_as_before():
    for _again in range(3):
        with pytest.raises(DatabaseError), transaction.atomic():
            prepared.run("SELECT 1 / %s::int", [0])
        assert prepared.run("SELECT 1 / %s::int", [1]).fetchone() == (1,)


def test_it_reads_what_the_transaction_wrote():
    cart = filled_cart((variant_in_stock(), 1))
    with transaction.atomic():
        CartItem.objects.filter(cart=cart).update(quantity=4)
        assert [item.quantity for item in ITEMS.read(cart=cart.pk)] == [4]
