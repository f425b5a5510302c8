"""Product pages that a process holds ready, and what ends them."""

import pytest
from django.test import Client

from catalog.models import ProductVariant
from catalog.products.composition import Wanted
from catalog.products.ready_pages import ready_page
from catalog.shown_products import read_published
from catalog.tests.factories import CategoryFactory, ProductFactory
from inventory import stock
from inventory.models import Stock
from orders.models import ShippingMethod
from orders.tests.factories import standard_delivery
from shop.pieces import late, make_piece

# Not in a transaction: there nothing would be held.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def uncached(settings):
    """A client whose pages nobody keeps whole."""
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if not name.startswith("shop.page_cache.")
    ]
    return Client()


def text_of(client, product, **query):
    response = client.get(product.get_absolute_url(), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_held_page_asks_no_database(uncached, django_assert_num_queries):
    standard_delivery()
    category = CategoryFactory()
    product = ProductFactory(category=category)
    neighbor = ProductFactory(category=category)
    text_of(uncached, product)
    with django_assert_num_queries(0):
        text = text_of(uncached, product)
    assert neighbor.title in text
    assert "c-delivery-line" in text


def test_a_held_page_is_the_page_as_it_was_made(uncached):
    product = ProductFactory(colors=("navy", "oat"))
    token = 'name="csrfmiddlewaretoken" value="'
    first, second = (text_of(uncached, product, color="oat").split(token) for _ in range(2))
    assert first[0] == second[0]
    assert [part[64:] for part in first[1:]] == [part[64:] for part in second[1:]]


def test_a_held_page_has_the_token_of_its_own_visitor(uncached):
    product = ProductFactory()
    text_of(Client(), product)
    text_of(uncached, product)
    form = {"product": product.slug, "color": "navy", "size": "s"}
    strict = Client(enforce_csrf_checks=True)
    token = text_of(strict, product).split('name="csrfmiddlewaretoken" value="')[1][:64]
    assert strict.post("/cart/add/", form | {"csrfmiddlewaretoken": token}).status_code == 303


def test_price_stock_and_words_show_right_after_the_write(uncached):
    product = ProductFactory(sizes=("s",), stock=9)
    assert "€49.00" in text_of(uncached, product)
    ProductVariant.objects.update(price=3900)
    assert '"price": "39.00"' in (text := text_of(uncached, product))
    assert "€49.00" not in text.partition("c-price__was")[0]
    stock.adjust(stock_id=Stock.objects.get().pk, quantity_change=-9, note="Moths")
    assert "Sold out" in text_of(uncached, product)
    product.refresh_from_db()
    product.summary = "Warm and dry."
    product.save()
    assert "Warm and dry." in text_of(uncached, product)


def test_what_is_archived_is_gone_at_once(uncached):
    product = ProductFactory()
    text_of(uncached, product)
    product.status = "ARCHIVED"
    product.save()
    assert uncached.get(product.get_absolute_url()).status_code == 410


def test_a_neighbor_that_sells_out_stands_back_at_once(uncached):
    category = CategoryFactory()
    product, first, second = (ProductFactory(category=category, sizes=("s",)) for _ in range(3))
    text_of(uncached, product)
    row = Stock.objects.get(variant__product=first)
    stock.adjust(stock_id=row.pk, quantity_change=-10, note="Moths")
    similar = text_of(uncached, product).partition('id="similar"')[2]
    assert 0 < similar.index(second.title) < similar.index(first.title)


def test_a_new_price_of_delivery_shows_at_once(uncached):
    standard_delivery()
    product = ProductFactory()
    assert "€4.90" in text_of(uncached, product)
    ShippingMethod.objects.update(price=590)
    text = text_of(uncached, product)
    assert "€5.90" in text
    assert '"value": "5.90"' in text


def test_where_no_parcel_goes_no_day_is_promised(uncached):
    assert "c-delivery-line" not in text_of(uncached, ProductFactory())


def test_made_up_choices_share_one_page(rf):
    product = read_published(ProductFactory().slug)
    plain = ready_page(rf.get("/"), product, Wanted())
    assert ready_page(rf.get("/"), product, Wanted("x", "\0", "9" * 4000)) is plain
    assert ready_page(rf.get("/"), product, Wanted("navy")) is not plain


def test_late_words_of_a_piece_are_made_for_each_reader():
    words = iter("ab")
    piece = make_piece(lambda marks: f"<{marks['path']}>{late(lambda: next(words))}")
    assert [piece.late["late0"]() for _ in range(2)] == ["a", "b"]
    assert piece.filled({"path": "/p/", "late0": "c"}) == "</p/>c"
    assert late(lambda: "at once") == "at once"
