import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.urls import reverse

from catalog.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db

#: New in with best sellers, stock, and the cached tree, menus, options and collections.
HOME_QUERIES = 6


class Outline(HTMLParser):
    """Headings and pictures of a page, and the words between title tags."""

    def __init__(self, text):
        super().__init__()
        self.levels, self.pictures = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "img":
            self.pictures.append(dict(attributes))


@pytest.fixture
def shop_with_goods():
    tops = CategoryFactory(slug="tops", name="Tops", icon="tee")
    tees = CategoryFactory(slug="tees", name="Tees", parent=tops, icon="polo")
    return [ProductFactory(category=tees, colors=("navy", "oat")) for _ in range(3)]


@pytest.mark.parametrize("number", [1, 20])
def test_the_home_page_costs_the_same_with_many_products(client, number, django_assert_num_queries):
    for _ in range(number):
        ProductFactory()
    with django_assert_num_queries(HOME_QUERIES):
        response = client.get("/")
    assert len(response.context["page"].new_in) == min(number, 8)


def test_no_product_stands_in_both_rows(client):
    for number in range(12):
        ProductFactory(title=f"Tee {number}", units_sold=number % 4)
    page = client.get("/").context["page"]
    assert [card.title for card in page.new_in] == [f"Tee {number}" for number in range(11, 3, -1)]
    assert [card.title for card in page.best_sellers] == ["Tee 3", "Tee 2", "Tee 1"]


def test_an_empty_shop_still_has_a_home_page(client):
    text = client.get("/").content.decode()
    assert "New in" not in text
    assert "Shop by garment" not in text


def test_tiles_are_categories_with_their_pictures(client, shop_with_goods):
    [(department, tile)] = client.get("/").context["page"].tiles
    assert (department.title, tile.title) == ("Tops", "Tees")
    assert tile.picture.src == "/media/img/scenes/category-polo.svg"


def pages_of(goods):
    product = goods[0].get_absolute_url()
    return [
        "/",
        "/c/tops/",
        "/c/tops/?size=s&size=m&color=navy",
        "/c/tops/?min=9999",
        product,
        f"{product}?color=oat&size=m&view=back",
        "/search/",
        "/search/?q=tee",
        "/search/?q=nothing",
    ]


def main_of(client, url):
    return client.get(url).content.decode().split("<main")[1].split("</main>")[0]


def test_every_page_has_one_heading_on_top_and_skips_no_level(client, shop_with_goods):
    for url in pages_of(shop_with_goods):
        levels = Outline(
            client.get(url).content.decode().split("<main")[1].split("</main")[0]
        ).levels
        assert levels.count(1) == 1, url
        assert levels[0] == 1, url
        assert all(b - a <= 1 for a, b in pairwise(levels)), (url, levels)


def test_every_picture_has_its_box_and_its_words(client, shop_with_goods):
    for url in pages_of(shop_with_goods):
        for picture in Outline(client.get(url).content.decode()).pictures:
            assert {"alt", "width", "height"} <= picture.keys(), (url, picture)
            assert picture["src"], url


def test_ids_are_unique(client, shop_with_goods):
    for url in pages_of(shop_with_goods):
        ids = re.findall(r'\sid="([^"]*)"', main_of(client, url))
        assert sorted(ids) == sorted(set(ids)), url


@pytest.mark.parametrize(
    ("cookie", "attribute"), [("dark", 'data-theme="dark"'), ("<x>", "data-theme="), ("", None)]
)
def test_the_theme_cookie_is_rendered_by_the_server(client, cookie, attribute):
    client.cookies["theme"] = cookie
    head = client.get(reverse("catalog:home")).content.decode().split("<head>")[0]
    assert (attribute in head) if cookie == "dark" else "data-theme" not in head


def test_the_menu_is_the_tree(client):
    women = CategoryFactory(slug="women", name="Women")
    for number in range(5):
        branch = CategoryFactory(slug=f"branch-{number}", parent=women, display_order=number)
        CategoryFactory(slug=f"leaf-{number}", parent=branch)
    [entry] = client.get("/").context["menu"]
    assert [column.title for column in entry.columns] == ["Branch-0", "Branch-1", "More in Women"]
    assert [link.title for link in entry.columns[0].children] == ["Leaf-0"]
    assert [link.url for link in entry.columns[2].children] == [
        "/c/women/branch-2/",
        "/c/women/branch-3/",
        "/c/women/branch-4/",
    ]
