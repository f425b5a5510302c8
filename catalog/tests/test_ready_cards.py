"""Cards, products and the frame that a process holds ready."""

import pytest

from catalog.models import Category, ProductVariant
from catalog.ready_cards import ready_cards
from catalog.tests.factories import CategoryFactory, ProductFactory
from inventory import stock
from inventory.models import Stock

pytestmark = pytest.mark.django_db(transaction=True)


def card_of(product, **choice):
    [[card]] = ready_cards([product.pk], **choice)
    return card


def test_a_held_card_asks_no_database(django_assert_num_queries):
    product = ProductFactory()
    card_of(product)
    with django_assert_num_queries(0):
        assert product.title in card_of(product).html


def test_a_title_cannot_write_html():
    product = ProductFactory(title='<b onload="x()"> loading="lazy"')
    card = card_of(product)
    assert "<b " not in card.html
    assert "&lt;b onload=&quot;x()&quot;&gt;" in card.eager


def test_a_new_price_and_an_empty_shelf_show_right_after_the_write():
    product = ProductFactory(sizes=("s",), stock=4)
    assert "€49.00" in card_of(product).html
    ProductVariant.objects.update(price=3900)
    assert "€39.00" in card_of(product).html
    stock.adjust(stock_id=Stock.objects.get().pk, quantity_change=-4, note="Moths")
    assert card_of(product).is_sold_out


def test_what_is_not_published_has_no_card():
    product = ProductFactory()
    card_of(product)
    product.status = "ARCHIVED"
    product.save()
    assert ready_cards([product.pk]) == [[]]


def test_a_card_shows_the_color_that_was_asked_for():
    product = ProductFactory(colors=("navy", "rust"))
    assert card_of(product, colors=["rust"]).url.endswith("?color=rust")
    assert "color" not in card_of(product).url


def test_only_the_first_picture_of_a_first_row_is_fetched_at_once():
    card = card_of(ProductFactory())
    assert card.html.count('loading="lazy"') == card.eager.count('loading="lazy"') + 1
    assert " data-focus" in card.focused


def test_the_frame_follows_the_categories_and_fills_in_the_page(client):
    CategoryFactory(slug="coats")
    first = client.get("/search/", {"q": 'a"b'}).content.decode()
    assert 'value="a&quot;b"' in first
    assert ">Coats</a>" in first
    Category.objects.update(name="Jackets")
    second = client.get("/c/coats/").content.decode()
    assert 'aria-current="page">Jackets</a>' in second
    assert '<input type="hidden" name="next" value="/c/coats/">' in second


def test_a_renamed_product_is_found_by_its_new_address_only(client):
    product = ProductFactory(slug="old-tee")
    for _ in range(3):
        assert client.get("/p/old-tee/").status_code == 200
    product.slug = "new-tee"
    product.save()
    other = ProductFactory(slug="old-tee", title="Another tee", colors=("rust",))
    assert other.title in client.get("/p/old-tee/").content.decode()
    assert product.title in client.get("/p/new-tee/").content.decode()
