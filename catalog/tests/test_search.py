import pytest

from catalog.models import Product
from catalog.tests.factories import BrandFactory, CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db

#: The queries of a listing, and one for the SKU.
SEARCH_QUERIES = 7


def found(client, text, **query):
    response = client.get("/search/", {"q": text, **query})
    return [card.title for card in response.context["listing"].cards]


def suggested(client, text, target="search-options-header"):
    headers = {"HX-Request": "true", "HX-Target": target}
    return client.get("/search/", {"q": text}, headers=headers).content.decode()


def test_every_word_must_be_there_and_the_last_may_be_unfinished(client):
    ProductFactory(title="Linen shirt")
    ProductFactory(title="Linen trousers")
    assert found(client, "linen shi") == ["Linen shirt"]
    assert found(client, "lin shirt") == []


def test_the_title_weighs_more_than_the_description(client):
    ProductFactory(title="Coat", description="Goes with a jumper.")
    ProductFactory(title="Jumper", description="Knitted.")
    assert found(client, "jumper") == ["Jumper", "Coat"]


def test_a_brand_is_found_by_its_name(client):
    ProductFactory(title="Jeans", brand=BrandFactory(slug="oderwerk"))
    assert found(client, "oderw") == ["Jeans"]


def test_drafts_are_not_found(client):
    ProductFactory(title="Secret jumper", status=Product.Status.DRAFT)
    assert found(client, "jumper") == []


def test_a_search_can_be_narrowed(client):
    ProductFactory(title="Tee red", colors=("rust",))
    ProductFactory(title="Tee blue", colors=("navy",))
    assert found(client, "tee", color="navy") == ["Tee blue"]


def test_a_page_of_results_costs_a_fixed_number_of_queries(client, django_assert_num_queries):
    for _ in range(24):
        ProductFactory()
    with django_assert_num_queries(SEARCH_QUERIES):
        assert len(found(client, "tee")) == 24


def test_an_exact_sku_leads_to_its_variant(client):
    product = ProductFactory(slug="tee", colors=("navy",), sizes=("s",))
    response = client.get("/search/", {"q": " tee-navy-s "})
    assert response.status_code == 302
    assert response.url == f"{product.get_absolute_url()}?size=s&color=navy"


def test_the_sku_of_a_draft_leads_nowhere(client):
    ProductFactory(slug="tee", sizes=("s",), status=Product.Status.DRAFT)
    assert client.get("/search/", {"q": "TEE-NAVY-S"}).status_code == 200


@pytest.mark.parametrize(
    "text",
    ["'", "a & | ! ( :*", "\0", "<script>", "\\", "%", "x" * 5000, "ß ſ İ", "!!!", "a\n\rb", "🧵"],
)
def test_hostile_searches_find_nothing_and_break_nothing(client, text):
    ProductFactory(title="Jumper")
    assert client.get("/search/", {"q": text, "page": "x"}).status_code == 200
    assert suggested(client, text) is not None


def test_no_result_says_so_and_offers_something(client):
    ProductFactory(title="Jumper")
    response = client.get("/search/", {"q": "zebra"})
    text = response.content.decode()
    assert "No results for “zebra”" in text
    assert "0 results for “zebra”" in text
    assert [card.title for card in response.context["listing"].near] == ["Jumper"]


def test_what_was_searched_for_is_escaped(client):
    assert "<b>x</b>" not in client.get("/search/", {"q": "<b>x</b>"}).content.decode()


def test_the_field_offers_categories_and_products(client):
    CategoryFactory(name="Jumpers")
    ProductFactory(title="Jumper in wool", price=4900)
    text = suggested(client, "jump")
    assert "<html" not in text
    assert "Jump<b>ers</b>" in text
    assert "Jump<b>er in wool</b>" in text
    assert "€49.00" in text


def test_one_letter_is_too_little_to_suggest(client):
    ProductFactory(title="Jumper")
    assert 'role="option"' not in suggested(client, "j")
