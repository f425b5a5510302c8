"""The page of diagrams."""

from shop.operations.management.commands.draw_schema import PAGE, schema


def test_page_shows_the_tables_as_they_are():
    assert PAGE.read_text("utf-8") == schema()


def test_relation_tells_which_side_may_be_many():
    page = schema()
    assert "catalog_product ||--o{ catalog_productvariant : product" in page
    assert "accounts_user |o--o{ orders_order : customer" in page
