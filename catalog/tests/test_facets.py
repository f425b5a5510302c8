import pytest
from django.urls import reverse

from catalog.listings import facet_rows, listed
from catalog.models import Collection, CollectionProduct, ListedCount, ProductVariant
from catalog.models.listed import EVERYWHERE
from catalog.tests.factories import BrandFactory, CategoryFactory, ProductFactory, variant
from inventory import stock
from inventory.models import Stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def knitwear():
    return CategoryFactory(slug="knitwear", name="Knitwear")


def listing(client, **query):
    response = client.get(reverse("catalog:category", args=["knitwear"]), query)
    return response.context["listing"]


def counts(found):
    return {
        group.key: {value.value: value.count for value in group.values}
        for group in found.panel.groups
    }


def test_groups_come_in_the_order_that_never_jumps(client, knitwear):
    ProductFactory(
        category=CategoryFactory(slug="jumpers", parent=knitwear), rating_average=4.5, sizes=("s",)
    )
    ProductFactory(category=knitwear, brand=BrandFactory(slug="oderwerk"), attributes={"fit": "A"})
    keys = ["category", "size", "color", "fit", "material", "brand", "price", "rating", "in_stock"]
    assert [group.key for group in listing(client).panel.groups] == keys
    assert [group.key for group in listing(client, color="navy", fit="a").panel.groups] == keys


def test_one_and_the_same_variant_is_counted(client, knitwear):
    product = ProductFactory(category=knitwear, colors=("navy",), sizes=("s",))
    variant(product, "oat", "m")
    found = counts(listing(client, color="navy", size="s"))
    assert found["size"] == {"s": 1, "m": 0}
    assert found["color"] == {"navy": 1, "oat": 0}


def in_stock(found):
    [value] = [group.values[0] for group in found.panel.groups if group.key == "in_stock"]
    return value.count, value.is_more


def test_what_can_be_bought_is_counted_beside_the_other_filters(client, knitwear):
    ProductFactory(category=knitwear, colors=("oat",), sizes=("s",))
    ProductFactory(category=knitwear, colors=("navy",), sizes=("s",), stock=0)
    mixed = ProductFactory(category=knitwear, colors=("navy",), sizes=("s",), stock=0)
    variant(mixed, "oat", "m", stock=1)
    assert in_stock(listing(client)) == in_stock(listing(client, in_stock="1")) == (2, False)
    assert in_stock(listing(client, color="oat")) == (2, False)
    assert in_stock(listing(client, color="navy")) == (0, False)
    assert in_stock(listing(client, color="oat", size="m")) == (1, False)


def test_more_than_is_looked_at_is_a_lower_bound_of_what_can_be_bought(
    client, knitwear, monkeypatch
):
    monkeypatch.setattr(facet_rows, "STOCK_LOOKED_AT", 1)
    ProductFactory(category=knitwear, colors=("navy",))
    ProductFactory(category=knitwear, colors=("navy",))
    assert in_stock(listing(client)) == in_stock(listing(client, color="navy")) == (2, True)


def test_search_counts_what_can_be_bought_of_what_it_found(client, knitwear):
    ProductFactory(title="Linen tunic", colors=("oat",), sizes=("s",))
    ProductFactory(title="Linen robe", colors=("navy",), sizes=("s",), stock=0)
    ProductFactory(title="Cotton robe", colors=("navy",), sizes=("s",))

    def found(**query):
        return client.get(reverse("catalog:search"), {"q": "linen", **query}).context["listing"]

    assert in_stock(found()) == in_stock(found(in_stock="1")) == (1, False)
    assert in_stock(found(color="navy")) == (0, False)
    assert in_stock(found(color="oat", size="s")) == (1, False)


@pytest.mark.parametrize("query", [{}, {"color": "navy"}])
def test_more_hits_than_are_looked_at_are_a_lower_bound(client, knitwear, monkeypatch, query):
    monkeypatch.setattr(facet_rows, "STOCK_LOOKED_AT", 1)
    for _ in range(3):
        ProductFactory(title="Linen tunic", colors=("navy",), sizes=("s",))
    found = client.get(reverse("catalog:search"), {"q": "linen", **query}).context["listing"]
    assert in_stock(found) == (2, True)


@pytest.mark.django_db(transaction=True)
def test_the_page_after_the_last_unit_left_counts_what_is_there_now(client):
    product = ProductFactory(
        category=CategoryFactory(slug="knitwear"), colors=("navy",), sizes=("s",), stock=1
    )
    url = reverse("catalog:category", args=["knitwear"])
    offered = 'name="in_stock" value="1" id="side-in_stock-1">'
    assert offered in client.get(url).content.decode()
    [row] = Stock.objects.filter(variant__product=product)
    stock.adjust(stock_id=row.pk, quantity_change=-1, note="Torn")
    assert offered.replace(">", " disabled>") in client.get(url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_numbers_that_a_process_holds_end_with_a_change_of_the_place(client, knitwear):
    jumpers = CategoryFactory(slug="jumpers", parent=knitwear)
    brand = BrandFactory(slug="oderwerk")
    picks = Collection.objects.create(title="Picks", slug="picks", status=Collection.Status.ACTIVE)
    places = ("/c/knitwear/", "/brands/oderwerk/", "/collections/picks/")

    def totals():
        # Two pages of each: what the first asked is what the second is told.
        answers = [client.get(place + order) for place in places for order in ("", "?sort=price")]
        return [answer.context["listing"].total for answer in answers]

    first = ProductFactory(category=jumpers, brand=brand, colors=("navy",), sizes=("s",))
    CollectionProduct.objects.create(collection=picks, product=first)
    assert totals() == [1] * 6
    second = ProductFactory(category=jumpers, brand=brand, colors=("oat",), sizes=("s",))
    CollectionProduct.objects.create(collection=picks, product=second)
    assert totals() == [2] * 6
    assert counts(listing(client, sort="newest"))["color"] == {"navy": 1, "oat": 1}
    first.soft_delete()
    assert totals() == [1] * 6
    assert counts(listing(client, sort="newest"))["color"] == {"oat": 1}


def test_a_price_range_is_met_by_one_price(client, knitwear):
    product = ProductFactory(category=knitwear, price=1000, colors=("navy",), sizes=("s",))
    variant(product, "oat", "m", price=9000)
    assert listing(client, min="20", max="80").total == 0
    assert listing(client, min="20").total == listing(client, max="20").total == 1


@pytest.mark.parametrize("is_counted", [False, True])
def test_counts_are_the_same_made_on_the_spot_and_by_the_job(client, knitwear, is_counted):
    ProductFactory(category=knitwear, colors=("navy",), sizes=("s", "m"))
    ProductFactory(category=knitwear, colors=("oat",), sizes=("m",))
    if is_counted:
        listed.count_places()
        assert ListedCount.objects.filter(place_id=EVERYWHERE, term="size:m").exists()
    found = listing(client)
    assert found.total == 2
    assert counts(found)["size"] == {"s": 1, "m": 2}


def test_only_a_bounded_number_of_rows_is_counted(client, knitwear, monkeypatch):
    monkeypatch.setattr("catalog.listings.facet_rows.COUNTED_ROWS", 2)
    for _ in range(4):
        ProductFactory(category=knitwear)
    found = listing(client, color="navy")
    assert found.total_words.endswith("+")
    assert len(found.cards) == 4
    assert not any(value.is_disabled for group in found.panel.groups for value in group.values)


def test_filters_on_sale_rating_fit_and_material(client, knitwear):
    plain = ProductFactory(title="Plain", category=knitwear, attributes={"fit": "Slim"})
    ProductFactory(
        title="Good",
        category=knitwear,
        rating_average=4,
        attributes={"fit": "Wide", "material": "100 % wool"},
    )
    ProductVariant.objects.filter(product=plain, is_primary=True).update(price=100)
    for query, titles in (
        ({"rating": "4"}, ["Good"]),
        ({"fit": "slim"}, ["Plain"]),
        ({"material": "wool", "fit": ["wide", "slim"]}, ["Good"]),
        ({"sale": "1"}, ["Plain"]),
    ):
        assert [card.title for card in listing(client, **query).cards] == titles, query


def test_a_chip_tells_what_would_show_without_it(client, knitwear):
    ProductFactory(category=knitwear, colors=("navy",), sizes=("s",))
    ProductFactory(category=CategoryFactory(), colors=("oat",), sizes=("m",))
    found = listing(client, color="oat", size="s")
    assert {chip.label: chip.would_show for chip in found.chips} == {"Size: S": 0, "Color: OAT": 1}
    text = client.get("/c/knitwear/", {"color": "oat", "size": "s"}).content.decode()
    assert "would show 1" in text


def test_a_lower_bound_of_nothing_is_not_told(client, knitwear, monkeypatch):
    monkeypatch.setattr("catalog.listings.facet_rows.COUNTED_ROWS", 1)
    for _ in range(3):
        ProductFactory(category=knitwear, colors=("navy",), sizes=("s",))
    ProductFactory(category=CategoryFactory(), colors=("oat",), sizes=("m",))
    chips = {chip.label: chip for chip in listing(client, color="oat", size="s").chips}
    assert chips["Color: OAT"].would_show_words == "2+"
    assert chips["Size: S"].would_show_words == ""


def test_a_price_in_cents_may_be_typed_and_sent(client, knitwear):
    ProductFactory(category=knitwear)
    text = client.get("/c/knitwear/", {"min": "19.90"}).content.decode()
    assert 'name="min" value="19.9" min="0" step="any" inputmode="decimal"' in text


def test_much_used_values_are_offered_and_stay_where_they_are(client, knitwear):
    for color in ("navy", "navy", "oat"):
        ProductFactory(category=knitwear, colors=(color,), sizes=("m",))
    offered = [(one.label, one.selected) for one in listing(client).panel.promoted]
    assert offered == [("NAVY", False), ("OAT", False)]
    chosen = listing(client, color="navy").panel.promoted[0]
    assert (chosen.selected, chosen.url) == (True, "/c/knitwear/")


def test_an_offered_size_says_that_it_is_one(client, knitwear):
    for sizes in (("m",), ("m",), ("s",)):
        ProductFactory(category=knitwear, sizes=sizes)
    assert [one.label for one in listing(client).panel.promoted] == ["Size M", "Size S"]


def test_a_long_group_hides_what_is_beyond_eight(client, knitwear):
    ProductFactory(category=knitwear, sizes=[f"s{n}" for n in range(11)])
    [size] = [group for group in listing(client).panel.groups if group.key == "size"]
    assert (len(size.first_values), len(size.more_values), size.shows_all) == (8, 3, False)
    assert "Show all 11" in client.get("/c/knitwear/").content.decode()


def test_the_sheet_asks_for_its_count_alone(client, knitwear):
    ProductFactory(category=knitwear)
    headers = {"HX-Request": "true", "HX-Target": "facets-count"}
    response = client.get("/c/knitwear/", {"color": "navy"}, headers=headers)
    assert response.content.decode().strip() == "Show 1 product"
    assert "HX-Push-Url" not in response.headers


def test_the_sheet_has_the_filters_once_it_is_opened(client, knitwear):
    ProductFactory(category=knitwear)
    assert 'id="sheet-size"' not in client.get("/c/knitwear/").content.decode()
    headers = {"HX-Request": "true", "HX-Target": "filters-body"}
    response = client.get("/c/knitwear/", {"color": "navy"}, headers=headers)
    text = response.content.decode()
    assert text.count('id="sheet-size"') == text.count("<form") == 1
    assert "Show 1 product<" in text
    assert 'href="/c/knitwear/">Clear</a>' in text
    assert "HX-Push-Url" not in response.headers


def test_a_tag_is_counted_and_narrows(client, knitwear):
    ProductFactory(title="Coat", category=knitwear, tags=["Winter", "night shift"])
    ProductFactory(category=knitwear, tags=["Winter"], colors=("oat",))
    ProductFactory(category=knitwear)
    assert counts(listing(client))["tag"] == {"Winter": 2, "night shift": 1}
    found = listing(client, tag=["night shift", "\0", "x" * 51])
    assert [card.title for card in found.cards] == ["Coat"]
    assert [chip.label for chip in found.chips] == ["Style: Night shift"]
    assert counts(listing(client, color="oat"))["tag"] == {"Winter": 1, "night shift": 0}


@pytest.mark.parametrize("is_counted", [False, True])
def test_of_many_tags_the_most_used_and_the_chosen_are_offered(
    client, knitwear, monkeypatch, is_counted
):
    for module in ("listed", "facets"):
        monkeypatch.setattr(f"catalog.listings.{module}.MOST_TAGS", 2)
    ProductFactory(category=knitwear, tags=["a", "b", "c", "d"])
    ProductFactory(category=knitwear, tags=["b", "c"])
    ProductFactory(category=knitwear)
    if is_counted:
        listed.count_places()
    assert counts(listing(client))["tag"] == {"b": 2, "c": 2}
    assert counts(listing(client, tag="d"))["tag"] == {"b": 2, "c": 2, "d": 1}
