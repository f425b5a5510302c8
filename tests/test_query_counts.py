"""How many queries the pages of the catalog cost, for many products as for few."""

import pytest

from catalog.tests.factories import CategoryFactory, ProductFactory
from orders.tests.factories import standard_delivery

# Not in a transaction: there nothing would be kept from one reader to the next.
pytestmark = pytest.mark.django_db(transaction=True)

LIMITS = {"/": 6, "/c/tops/": 6, "/p/tee-0/": 10}


@pytest.mark.parametrize("count", [2, 12])
@pytest.mark.parametrize(("path", "limit"), LIMITS.items())
def test_a_page_costs_few_queries_however_many_products(
    client, path, limit, count, django_assert_max_num_queries
):
    standard_delivery()
    category = CategoryFactory(slug="tops")
    for number in range(count):
        ProductFactory(slug=f"tee-{number}", category=category)
    with django_assert_max_num_queries(limit):
        assert client.get(path).status_code == 200
