from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.cards import cards_of
from catalog.goods import goods_of, with_goods
from catalog.models import Product
from catalog.products.choices import read_choices
from catalog.tests.factories import OptionValueFactory, ProductFactory, variant

pytestmark = pytest.mark.django_db


def card_of(product):
    [goods] = goods_of(with_goods(Product.objects.filter(pk=product.pk)))
    [card] = cards_of(goods, read_choices())
    return card


def old(**fields):
    return ProductFactory(published_at=timezone.now() - timedelta(days=40), **fields)


def test_a_card_shows_front_and_back_of_the_first_color():
    card = card_of(old(title="Tee", colors=("navy", "oat"), garment="tee"))
    assert card.picture.src.endswith("/tee/front/navy.svg")
    assert card.second_picture.src.endswith("/tee/back/navy.svg")
    assert card.picture.alt == "Tee, NAVY"


def test_a_card_says_who_made_it_and_how_it_is_cut():
    assert card_of(old()).fit_line == "Northmill · Regular"


def test_prices_that_differ_begin_with_from():
    product = old(price=4900)
    variant(product, "navy", "xl", price=5400)
    assert (card_of(product).price.current, card_of(product).price.is_from) == (4900, True)


def test_a_recommended_price_is_not_a_reduction():
    product = old(sizes=())
    variant(product, "navy", "s", compare_at_price=6900)
    price = card_of(product).price
    assert (price.rrp, price.was) == (6900, None)


def test_what_is_new_and_nearly_gone_says_so():
    badges = [kind for kind, _ in card_of(ProductFactory(sizes=("s",), stock=2)).badges]
    assert badges == ["new", "low"]
    assert card_of(old(stock=50)).badges == []


def test_sold_out_is_the_only_badge():
    card = card_of(ProductFactory(stock=0))
    assert [kind for kind, _ in card.badges] == ["sold_out"]
    assert card.is_sold_out


@pytest.mark.parametrize(("policy", "sold_out"), [("CONTINUE", False), ("DENY", True)])
def test_the_policy_decides_before_the_shelf(policy, sold_out):
    stock = 0 if policy == "CONTINUE" else 10
    assert card_of(old(inventory_policy=policy, stock=stock)).is_sold_out is sold_out


def test_five_colors_are_shown_and_the_rest_counted():
    colors = ("navy", "oat", "rust", "sage", "plum", "ash", "black")
    OptionValueFactory(option="color", slug="navy", swatch="#1E2C4F")
    card = card_of(old(colors=colors, sizes=("s",)))
    assert (len(card.swatches), card.extra_swatches) == (5, 2)
    assert card.swatches[0].hex == "#1E2C4F"
    assert card.swatches[0].url.endswith("?color=navy")


def test_one_color_needs_no_swatches():
    assert card_of(old()).swatches == []


def test_a_rating_needs_three_reviews():
    assert card_of(old(rating_average=Decimal("4.5"), rating_count=2)).rating is None
    assert card_of(old(rating_average=Decimal("4.5"), rating_count=3)).rating.rating == 4.5


def test_a_product_without_pictures_still_has_one():
    product = old()
    product.media_links.all().delete()
    assert card_of(product).picture.src.startswith("/media/img/")
