from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.freshness import catalog_changed
from catalog.listings import price_range
from catalog.models import Product
from catalog.tests.factories import (
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    place,
    variant,
)
from catalog.tests.pages import meta

pytestmark = pytest.mark.django_db

#: A cold page: counts, products, stock, and the cached tree, menus and names.
LISTING_QUERIES = 6


@pytest.fixture
def knitwear():
    return CategoryFactory(slug="knitwear", name="Knitwear")


def page(client, category, **query):
    return client.get(reverse("catalog:category", args=[category.path]), query)


def titles(response):
    return [card.title for card in response.context["listing"].cards]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [24, 48])
def test_a_page_costs_the_same_whatever_is_in_the_category(
    client, knitwear, number, settings, django_assert_num_queries
):
    settings.LISTING_PAGE_SIZE = number
    for _ in range(number):
        ProductFactory(category=knitwear)
    with django_assert_num_queries(LISTING_QUERIES):
        response = page(client, knitwear)
    assert len(titles(response)) == number


def test_a_category_shows_what_lies_in_its_branches(client, knitwear):
    ProductFactory(title="Cable jumper", category=CategoryFactory(slug="jumpers", parent=knitwear))
    response = page(client, knitwear)
    assert titles(response) == ["Cable jumper"]
    [scope] = response.context["listing"].scopes
    assert (scope.title, scope.number, scope.url) == ("Jumpers", "1", "/c/knitwear/jumpers/")


def test_filters_must_hold_for_one_and_the_same_variant(client, knitwear):
    product = ProductFactory(category=knitwear, colors=("navy",), sizes=("s",))
    variant(product, "oat", "m")
    assert titles(page(client, knitwear, color="navy", size="s")) == [product.title]
    assert titles(page(client, knitwear, color="navy", size="m")) == []


def test_repeated_keys_widen_a_filter(client, knitwear):
    for color in ("navy", "oat", "rust"):
        ProductFactory(title=color, category=knitwear, colors=(color,))
    response = page(client, knitwear, color=["navy", "oat"], sort="newest")
    assert titles(response) == ["oat", "navy"]
    assert [chip.label for chip in response.context["listing"].chips] == [
        "Color: NAVY",
        "Color: OAT",
    ]


def test_a_chip_leads_to_the_listing_without_it(client, knitwear):
    ProductFactory(category=knitwear)
    response = page(client, knitwear, color="navy", size="s")
    assert response.context["listing"].chips[0].url == "/c/knitwear/?color=navy"


def test_prices_are_typed_in_whole_euros(client, knitwear):
    for price in (2000, 5000, 9000):
        ProductFactory(title=str(price), price=price, category=knitwear)
    assert titles(page(client, knitwear, min="20.01", max="50")) == ["5000"]


def test_a_brand_narrows_the_listing(client, knitwear):
    ProductFactory(title="Theirs", brand=BrandFactory(slug="oderwerk"), category=knitwear)
    ProductFactory(title="Ours", category=knitwear)
    assert titles(page(client, knitwear, brand="oderwerk")) == ["Theirs"]


def test_in_stock_leaves_out_what_cannot_be_bought(client, knitwear):
    ProductFactory(title="Gone", stock=0, category=knitwear)
    ProductFactory(title="Here", stock=1, category=knitwear)
    ProductFactory(
        title="Ordered in",
        stock=0,
        inventory_policy=Product.InventoryPolicy.CONTINUE,
        category=knitwear,
    )
    found = titles(page(client, knitwear, in_stock="1", sort="newest"))
    assert found == ["Ordered in", "Here"]


def test_counts_say_what_another_value_would_show(client, knitwear):
    ProductFactory(category=knitwear, colors=("navy",), sizes=("s",))
    ProductFactory(category=knitwear, colors=("oat",), sizes=("s", "m"))
    response = page(client, knitwear, color="navy")
    counts = {
        group.key: {value.value: value.count for value in group.values}
        for group in response.context["listing"].panel.groups
    }
    assert counts["color"] == {"navy": 1, "oat": 1}
    assert counts["size"] == {"s": 1, "m": 0}
    assert counts["in_stock"] == {"1": 1}


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "results"}])
def test_cards_stand_between_filters_and_pages_and_the_first_row_does_not_wait(
    client, knitwear, headers
):
    for _ in range(5):
        ProductFactory(category=knitwear)
    response = client.get(knitwear.get_absolute_url(), headers=headers)
    text = response.content.decode()
    assert response.context["listing"].mark not in text
    places = [text.index(one) for one in ('id="facets"', "<article", 'id="pagination"')]
    assert places == sorted(places)
    cards = text.split("<article")[1:]
    waiting = [card.count('loading="lazy"') for card in cards]
    assert waiting == [waiting[4] - 1] * 4 + [waiting[4]]


def test_a_color_filter_shows_each_card_in_that_color(client, knitwear):
    ProductFactory(category=knitwear, colors=("oat", "navy"))
    card = page(client, knitwear, color="navy").context["listing"].cards[0]
    assert "/navy" in card.picture.src
    assert card.url.endswith("?color=navy")


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("price", ["A", "C", "B"]), ("price-desc", ["B", "C", "A"]), ("newest", ["B", "C", "A"])],
)
def test_sorts_follow_what_the_cards_show(client, knitwear, sort, expected):
    now = timezone.now()
    for title, price, age in (("A", 1000, 3), ("B", 3000, 1), ("C", 2000, 2)):
        ProductFactory(
            title=title,
            price=price,
            published_at=now - timedelta(days=age),
            category=knitwear,
        )
    assert titles(page(client, knitwear, sort=sort)) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"page": "²"},
        {"min": "abc", "max": "1e9"},
        {"min": "999999999.99"},
        {"max": "0.001"},
        {"size": ["s'--", "\0", "m" * 5000], "color": "\ud7ff"},
        {"color": ["navy"] * 900, "material": "x" * 10_000, "fit": "\0", "brand": "a\0b"},
        {"category": ["../..", "knitwear/" * 900, "\0", "/"], "rating": ["4.5", "-1", "9" * 400]},
        {"page": "999999", "after": "\0", "min": "\0", "max": "٣"},
        {"page": "2", "after": "x" * 10_000, "sort": "\0"},
        {"min": "-5", "max": "1" * 10_000, "in_stock": "\0", "sale": "2"},
        {"brand": "nobody", "sort": "rm", "in_stock": "yes"},
        {f"x{number}": "y" for number in range(500)},
    ],
)
def test_hostile_values_are_ignored(client, knitwear, query):
    ProductFactory(category=knitwear)
    response = client.get("/c/knitwear/", query)
    assert response.status_code == 200


def test_more_parameters_than_anyone_chooses_are_refused_calmly(client, knitwear):
    response = client.get("/c/knitwear/?" + "color=navy&" * 3000)
    assert response.status_code == 400
    assert "We could not read that request" in response.content.decode()


def test_no_match_keeps_the_filters_and_offers_something_near(client, knitwear):
    ProductFactory(title="Near", category=knitwear, sizes=("s",))
    variant(ProductFactory(category=CategoryFactory()), "navy", "xl")
    response = page(client, knitwear, size="xl")
    assert "No products match this filter" in response.content.decode()
    near = response.context["listing"].near
    assert [card.title for card in near.cards] == ["Near"]
    assert near.is_close
    assert "Nearly what you asked for" in response.content.decode()


def test_what_is_near_misses_one_filter_only(client, knitwear):
    ProductFactory(title="Near", category=knitwear, colors=("navy",), sizes=("s",))
    ProductFactory(title="Newer", category=knitwear, colors=("oat",), sizes=("m",))
    variant(ProductFactory(category=CategoryFactory()), "navy", "xl")
    near = page(client, knitwear, color="navy", size="xl").context["listing"].near
    assert ([card.title for card in near.cards], near.is_close) == (["Near"], True)


def test_near_matches_come_from_the_filter_that_hides_most_first(client, knitwear):
    for number in range(3):
        ProductFactory(title=f"Navy {number}", category=knitwear, colors=("navy",), sizes=("s",))
    for number in range(2):
        ProductFactory(title=f"Oat {number}", category=knitwear, colors=("oat",), sizes=("m",))
    near = page(client, knitwear, color="navy", size="m").context["listing"].near
    assert [card.title for card in near.cards] == ["Navy 2", "Navy 1", "Navy 0", "Oat 1"]


def test_without_anything_near_the_newest_show(client, knitwear):
    ProductFactory(title="Newest", category=knitwear, colors=("navy",), sizes=("s",))
    variant(ProductFactory(category=CategoryFactory()), "oat", "xl")
    response = page(client, knitwear, color="oat", size="xl")
    near = response.context["listing"].near
    assert ([card.title for card in near.cards], near.is_close) == (["Newest"], False)
    text = response.content.decode()
    assert "would show" not in text
    assert "Taking one of them away is not enough" in text


def test_more_than_two_filters_are_not_for_search_engines(client, knitwear):
    ProductFactory(category=knitwear)
    assert "noindex" not in page(client, knitwear, color="navy", size="s").content.decode()
    response = page(client, knitwear, color="navy", size=["s", "m"], sort="price", page="1")
    text = response.content.decode()
    assert '<meta name="robots" content="noindex">' in text
    assert "/c/knitwear/?size=m&amp;size=s&amp;color=navy" in text


def test_filters_that_nothing_meets_are_not_for_search_engines(client, knitwear):
    assert "noindex" not in page(client, knitwear).content.decode()
    ProductFactory(category=knitwear, tags=["summer"])
    assert "noindex" not in page(client, knitwear, tag="summer").content.decode()
    text = page(client, knitwear, tag="cheap pills").content.decode()
    assert '<meta name="robots" content="noindex">' in text


def test_htmx_gets_the_region_it_fills_and_history_the_page(client, knitwear):
    ProductFactory(category=knitwear)
    url = reverse("catalog:category", args=[knitwear.path])
    headers = {"HX-Request": "true", "HX-Target": "div#results"}
    fragment = client.get(url, {"min": "", "size": "s"}, headers=headers)
    assert fragment.content.decode().count('id="results"') == 1
    assert "<html" not in fragment.content.decode()
    assert fragment["HX-Push-Url"] == "/c/knitwear/?size=s"
    assert "HX-Target" in fragment["Vary"]
    restored = client.get(url, headers=headers | {"HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


def test_load_more_brings_the_next_cards_and_the_new_count(client, knitwear, settings):
    settings.LISTING_PAGE_SIZE = 2
    for _ in range(3):
        ProductFactory(category=knitwear)
    headers = {"HX-Request": "true", "HX-Target": "product-grid"}
    url = reverse("catalog:category", args=[knitwear.path])
    text = client.get(url, {"page": "2"}, headers=headers).content.decode()
    assert text.count("<article") == 1
    assert "data-focus" in text
    assert "Showing 3 of 3" in text
    assert 'hx-swap-oob="true"' in text


def test_a_page_behind_the_end_is_the_last_one(client, knitwear, settings):
    settings.LISTING_PAGE_SIZE = 2
    for _ in range(3):
        ProductFactory(category=knitwear)
    assert len(titles(page(client, knitwear, page="7"))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_warm_page_asks_for_products_only(client, knitwear, django_assert_num_queries):
    for _ in range(3):
        ProductFactory(category=knitwear)
    page(client, knitwear)
    with django_assert_num_queries(1):
        assert len(titles(page(client, knitwear, sort="newest"))) == 3


@pytest.mark.django_db(transaction=True)
def test_a_renamed_category_shows_at_once(client, knitwear):
    page(client, knitwear)
    knitwear.name = "Knits"
    with transaction.atomic():
        knitwear.save()
        catalog_changed()
    assert "<h1>Knits</h1>" in page(client, knitwear).content.decode()


def test_drafts_and_what_comes_tomorrow_are_not_listed(client, knitwear):
    ProductFactory(status=Product.Status.DRAFT, category=knitwear)
    ProductFactory(published_at=timezone.now() + timedelta(days=1), category=knitwear)
    place(ProductFactory(title="Here"), knitwear)
    assert titles(page(client, knitwear)) == ["Here"]


def test_a_description_introduces_and_goes_on_below_the_products(client, knitwear):
    knitwear.description = "Warm.\r\n\r\nFrom sheep <we> know.\r\n\r\nAnd shear."
    knitwear.save()
    response = page(client, knitwear)
    before, _results, after = response.content.decode().partition('id="results"')
    assert meta(response, "description") == meta(response, "og:description") == "Warm."
    assert ">Warm.</p>" in before
    assert "<p>From sheep &lt;we&gt; know.</p>" in after
    assert "shear" not in before


def test_an_unknown_category_is_not_found(client):
    assert client.get("/c/nothing/here/").status_code == 404


def links(response):
    return response.context["listing"].pages


@pytest.mark.parametrize("sort", ["", "newest", "price", "price-desc", "rating", "best-selling"])
def test_walking_on_meets_each_product_once_in_every_order(client, knitwear, settings, sort):
    settings.LISTING_PAGE_SIZE = 2
    now = timezone.now()
    for number in range(7):
        ProductFactory(
            title=str(number),
            price=1000 * (number % 3 + 1),
            published_at=now - timedelta(hours=number % 2),
            rating_average=number % 2 + 3,
            units_sold=number % 3,
            category=knitwear,
        )
    url, seen = f"/c/knitwear/?sort={sort}", []
    while url:
        response = client.get(url)
        seen += titles(response)
        url = links(response).next_url
    assert sorted(seen) == [str(number) for number in range(7)]
    settings.LISTING_PAGE_SIZE = 24
    assert titles(page(client, knitwear, sort=sort)) == seen


@pytest.mark.parametrize("narrow", [0, 100])
def test_a_range_of_prices_is_walked_and_looked_up_alike(
    client, knitwear, settings, monkeypatch, narrow
):
    settings.LISTING_PAGE_SIZE = 1
    monkeypatch.setattr(price_range, "NARROW", narrow)
    prices = ([5000], [3000, 8000], [1000, 9000], [2999], [8001], [1000, 3001, 9000], [7999], [6])
    for number, (first, *others) in enumerate(prices):
        product = ProductFactory(title=str(number), price=first, category=knitwear, sizes=("s",))
        for size, price in zip("ml", others, strict=False):
            variant(product, "navy", size, price=price)
    for sort, shown in (("price", "5106"), ("price-desc", "6015"), ("newest", "6510")):
        url, seen = f"/c/knitwear/?min=30&max=80&sort={sort}", ""
        while url:
            response = client.get(url)
            seen += "".join(titles(response))
            url = links(response).next_url
        assert seen == shown, sort
    assert len(titles(page(client, knitwear, min="80", sort="price"))) == 1
    assert titles(page(client, knitwear, min="80.01", sort="price", page="3")) == ["4"]


def test_a_page_by_number_is_the_page_by_cursor(client, knitwear, settings):
    settings.LISTING_PAGE_SIZE = 2
    for _ in range(5):
        ProductFactory(category=knitwear)
    walked = client.get(links(page(client, knitwear)).next_url)
    assert titles(walked) == titles(page(client, knitwear, page="2"))
    assert "after=" in walked.context["listing"].state_url
    assert walked.context["listing"].canonical_url == "/c/knitwear/"


@pytest.mark.parametrize(
    "after",
    ["x", "W10", "WyIxIl0", "\ud7ff", "A" * 5000, "WyIxIiwgIjIwMjYiLCAieCJd", "bnVsbA"],
)
def test_a_bad_cursor_is_ignored(client, knitwear, settings, after):
    settings.LISTING_PAGE_SIZE = 2
    for _ in range(3):
        ProductFactory(category=knitwear)
    response = page(client, knitwear, page="2", after=after)
    assert titles(response) == titles(page(client, knitwear, page="2"))


def test_the_start_of_a_far_page_is_remembered(
    client, knitwear, settings, django_assert_num_queries
):
    settings.LISTING_PAGE_SIZE = 1
    for _ in range(13):
        ProductFactory(category=knitwear)
    walked = client.get(links(page(client, knitwear, page="11")).next_url)
    with CaptureQueriesContext(connection) as captured:
        assert titles(page(client, knitwear, page="12")) == titles(walked)
    assert not any("OFFSET" in query["sql"] for query in captured.captured_queries)


def test_a_far_page_is_counted_off_once(client, knitwear, settings):
    settings.LISTING_PAGE_SIZE = 1
    for _ in range(13):
        ProductFactory(category=knitwear)
    statements, seen = [], []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            seen.append(titles(page(client, knitwear, page="12")))
        statements.append([one["sql"] for one in captured if "OFFSET" in one["sql"]])
    walked = client.get(links(page(client, knitwear, page="11")).next_url)
    assert len(seen[0]) == 1
    assert seen[0] == seen[1] == titles(walked)
    assert list(map(len, statements)) == [1, 0]


def test_a_page_that_is_walked_to_stays_after_new_arrivals(client, knitwear, settings):
    settings.LISTING_PAGE_SIZE = 2
    for _ in range(4):
        ProductFactory(category=knitwear)
    url = links(page(client, knitwear)).next_url
    before = titles(client.get(url))
    ProductFactory(category=knitwear)
    assert titles(client.get(url)) == before
