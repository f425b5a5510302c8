"""What products earn: net price less cost, and what lately sold."""

import pytest
from django.urls import reverse

from catalog.models import Product
from inventory.tests import buying
from inventory.tests.builders import variant
from orders.edits import edits
from orders.edits.reckoning import Wanted
from orders.placed import lifecycle
from orders.prices.margins import margins
from orders.tests.factories import paid_order, standard_delivery
from shop.accounts.roles import Role
from shop.models import new_id
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db


def bought(units, cost, **fields):
    """A garment that a supplier delivered at ``cost``."""
    shirt = variant(**fields)
    buying.receive(buying.sent((shirt, units, cost)), units)
    return shirt


def margin_of(shirt):
    (found,) = margins([shirt.product])
    return found


def test_tax_and_cost_come_off_the_price():
    standard_delivery()
    found = margin_of(bought(10, 1500, price=4990))
    # 49.90 contains 7.97 of tax at 19 %.
    assert (found.prices, found.costs, found.margins) == ((4193,), (1500,), (2693,))
    assert [round(share, 2) for share in found.shares] == [0.64]
    assert (found.on_hand, found.value) == (10, 15000)


def test_what_was_earned_is_what_it_cost_when_it_was_sold():
    standard_delivery()
    shirt = bought(10, 1500, price=4990)
    paid_order((shirt, 2))
    buying.receive(buying.sent((shirt, 8, 3000)), 8)
    found = margin_of(shirt)
    assert (found.sold, found.revenue, found.spent) == (2, 2 * 4990 - 1593, 3000)
    assert found.earned == found.revenue - 3000
    assert found.costs == (2250,)


def test_a_canceled_order_earned_and_cost_nothing():
    standard_delivery()
    shirt = bought(10, 1500, price=4990)
    paid_order((shirt, 2))
    lifecycle.call_off(paid_order((shirt, 3)).pk, reason="Second thoughts")
    found = margin_of(shirt)
    assert (found.sold, found.revenue, found.spent) == (2, 2 * 4990 - 1593, 3000)


def test_a_line_made_shorter_counts_as_it_is_now():
    standard_delivery()
    shirt = bought(10, 1500, price=4990)
    order = paid_order((shirt, 3))
    wanted = Wanted(units={order.items.get().pk: 2})
    total = edits.preview(order, wanted).total
    edits.apply(
        order_id=order.pk, wanted=wanted, agreed_total=total, reason="Too many", key=new_id()
    )
    found = margin_of(shirt)
    left = order.items.get()
    assert (found.sold, found.revenue, found.spent) == (2, left.line_total - left.tax, 3000)


def test_a_cost_nobody_knows_is_not_made_up():
    found = margin_of(variant())
    assert (found.costs, found.margins) == ((), ())


def test_the_page_and_its_file_cost_the_same_for_many_products(django_assert_max_num_queries):
    client = signed_in(staff(Role.MANAGER))
    for _ in range(9):
        bought(3, 1500)
    with django_assert_max_num_queries(14):
        text = client.get(reverse("admin:margins")).content.decode()
    assert "€15.00" in text
    lines = client.get(reverse("admin:margins_csv")).getvalue().decode().splitlines()
    assert len(lines) == 10


def test_a_product_is_found_by_sku_and_costs_are_not_for_everyone():
    shirt, other = bought(3, 1500), bought(3, 1500)
    url = reverse("admin:margins")
    found = signed_in(staff(Role.MANAGER)).get(url, {"q": shirt.sku}).context["rows"]
    assert [row.one.product for row in found] == [shirt.product]
    assert Product.objects.filter(pk=other.product_id).exists()
    employee = signed_in(staff(Role.EMPLOYEE))
    assert employee.get(url).status_code == 403
    assert employee.get(reverse("admin:margins_csv")).status_code == 403
