"""The pages of diagrams and of indexes."""

import pytest

from catalog.models import Product
from shop.operations.management.commands.draw_schema import PAGES
from shop.operations.schema.diagrams import schema
from shop.operations.schema.indexes import index_page

# How an index is written depends on the server it is written for.
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_shows_the_tables_as_they_are(path):
    assert path.read_text("utf-8") == PAGES[path]()


def test_relation_tells_which_side_may_be_many():
    page = schema()
    assert "catalog_product ||--o{ catalog_productvariant : product" in page
    assert "accounts_user |o--o{ orders_order : customer" in page


def test_index_is_listed_with_what_it_is_for():
    line = "| product_price | (price) WHERE deleted_at IS NULL | Back office: the list by price"
    assert line in index_page()


def test_index_that_serves_nothing_is_refused(monkeypatch):
    index = Product._meta.indexes[0].clone()
    index.name = "nobody_knows"
    monkeypatch.setattr(Product._meta, "indexes", [index])
    with pytest.raises(ValueError, match="nobody_knows"):
        index_page()
