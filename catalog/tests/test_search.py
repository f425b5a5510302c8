"""What a search finds, in what order, and at what cost."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.models import AuditLog
from catalog.models import Brand, Product, SearchRedirect, Synonym
from catalog.searching import search
from catalog.searching.query import clauses_of, fold, words_of
from catalog.tests.factories import BrandFactory, CategoryFactory, ProductFactory, variant

pytestmark = pytest.mark.django_db

#: The hits, what they have in common, cards with their stock, and help pages.
SEARCH_QUERIES = 5


def titles(cards):
    known = dict(Product.all_objects.values_list("pk", "title"))
    return [known[card.product_id] for card in cards]


def found(client, text, **query):
    response = client.get("/search/", {"q": text, **query})
    assert response.status_code == 200
    return titles(response.context["listing"].cards)


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


def test_categories_narrow_a_search_step_by_step_and_keep_its_words(client):
    women = CategoryFactory(slug="women", name="Women")
    ProductFactory(title="Tee", category=CategoryFactory(slug="tops", name="Tops", parent=women))
    ProductFactory(title="Tee", category=CategoryFactory(slug="men", name="Men"))
    scopes = client.get("/search/", {"q": "tee"}).context["listing"].scopes
    assert [(scope.title, scope.number) for scope in scopes] == [("Men", "1"), ("Women", "1")]
    narrowed = client.get(scopes[1].url).context["listing"]
    assert scopes[1].url == "/search/?q=tee&category=women"
    assert len(narrowed.cards) == 1
    assert [scope.url for scope in narrowed.scopes] == ["/search/?q=tee&category=women%2Ftops"]


@pytest.mark.django_db(transaction=True)
def test_a_page_of_results_costs_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    for number in range(24):
        ProductFactory(title="Plain tee", brand=BrandFactory(slug=f"mill-{number % 3}"))
    assert client.get("/search/", {"q": "zebra"}).status_code == 200
    with django_assert_max_num_queries(SEARCH_QUERIES):
        response = client.get("/search/", {"q": "plain tee"})
    assert len(response.context["listing"].cards) == 24


@pytest.mark.django_db(transaction=True)
def test_the_numbers_of_a_search_are_kept_until_a_product_changes(
    client, django_assert_num_queries
):
    product = ProductFactory(title="Linen shirt", colors=("navy",))
    ProductFactory(title="Linen dress", colors=("oat",))

    def colors(**query):
        response = client.get("/search/", {"q": "linen", **query})
        [group] = [one for one in response.context["listing"].panel.groups if one.key == "color"]
        return {value.value: value.count for value in group.values}

    assert colors() == {"navy": 1, "oat": 1}
    # Another order is looked up, and pages of help, but not the numbers.
    with django_assert_num_queries(2):
        assert colors(sort="newest") == {"navy": 1, "oat": 1}
    variant(product, "oat", "s")
    assert colors() == {"navy": 1, "oat": 2}


def test_an_exact_sku_leads_to_its_variant(client):
    product = ProductFactory(slug="tee", colors=("navy",), sizes=("s",))
    response = client.get("/search/", {"q": " tee-navy-s "})
    assert response.status_code == 302
    assert response.url == f"{product.get_absolute_url()}?size=s&color=navy"


def test_the_sku_of_a_draft_leads_nowhere(client):
    ProductFactory(slug="tee", sizes=("s",), status=Product.Status.DRAFT)
    assert client.get("/search/", {"q": "TEE-NAVY-S"}).status_code == 200


def test_codes_lead_to_their_variant_in_any_case_and_by_barcode(client):
    product = ProductFactory(slug="tee", colors=("navy",), sizes=("s",))
    variant = product.variants.get()
    variant.sku, variant.barcode = "Tee-Navy-3", "4006381333931"
    variant.save()
    for code in ("TEE-NAVY-3", "tee-navy-3", "4006381333931", "4006381 333931"):
        assert client.get("/search/", {"q": code}).status_code == 302, code


def test_a_plain_word_is_no_code(client):
    product = ProductFactory(title="Coat", sizes=("s",))
    product.variants.update(sku="COAT")
    assert found(client, "coat") == ["Coat"]


@pytest.mark.parametrize(
    "text",
    [
        "'",
        "zz & | ! ( :*",
        "<script>",
        "\\",
        "%",
        "x" * 10_000,
        "ß ſ İ",
        "!!!",
        "a\n\rb",
        "🧵",
        "قميص",
        "½ ² Ⅷ",
        "'; DROP TABLE catalog_product; --",
        "-1 1e5 0x1F 3.5",
        "a " * 300,
        "\u202eevil",
        "﷽" * 100,
        "the",
    ],
)
def test_hostile_searches_find_nothing_and_break_nothing(client, text):
    ProductFactory(title="Jumper")
    assert found(client, text, page="x") == []
    headers = {"HX-Request": "true", "HX-Target": "search-options-header"}
    assert client.get("/search/", {"q": text}, headers=headers).status_code == 200


def test_a_search_for_nothing_is_no_search(client):
    assert "listing" not in client.get("/search/", {"q": "\0 "}).context


def test_what_was_searched_for_is_escaped(client):
    assert "<b>x</b>" not in client.get("/search/", {"q": "<b>x</b>"}).content.decode()


def test_no_result_offers_ways_on(client):
    ProductFactory(title="Jumper")
    response = client.get("/search/", {"q": "zebra"})
    text = response.content.decode()
    assert "No results for “zebra”" in text
    assert "0 results for “zebra”" in text
    assert "/pages/contact/" in text
    assert '<noscript><p><a href="/recently-viewed/">' in text
    assert titles(response.context["listing"].near.cards) == ["Jumper"]


def test_the_page_tells_how_many_and_no_engine_lists_it(client):
    ProductFactory(title="Linen shirt")
    text = client.get("/search/", {"q": "linen  shirt"}).content.decode()
    assert '<title id="page-title">1 result for “linen shirt”' in text
    assert '<meta name="robots" content="noindex">' in text


def test_more_than_can_be_ranked_is_told_as_such(client, monkeypatch):
    monkeypatch.setattr(search, "MOST_HITS", 3)
    for _ in range(5):
        ProductFactory(title="Linen shirt")
    response = client.get("/search/", {"q": "linen"})
    assert "3+ results for “linen”" in response.content.decode()
    assert len(response.context["listing"].cards) == 3


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Linen shirts", "shirt"),
        ("Linen shirt", "shirts"),
        ("Café apron", "cafe"),
        ("Cafe apron", "CAFÉ"),
        ("Jümper", "jumper"),
        ("Große Hose", "GROSSE"),
        ("Istanbul", "İSTANBUL"),
        ("Ilık", "ILIK"),
        ("T-shirt", "tshirt"),
        ("T-shirt", "t shirt"),
        ("Tshirt", "t-shirt"),
        ("T shirt", "tshirt"),
        ("Overshirt", "over shirt"),
        ("Over-shirt", "overshirt"),
        ("Jeans 501", "501"),
        ("Jeans W32/L34", "w32 l34"),
        ("Shirt", "the shirt"),
        ("Brod", "brød"),
    ],
)
def test_words_are_found_however_they_are_written(client, title, text):
    ProductFactory(title=title)
    assert found(client, text) == [title]


def test_a_hyphen_does_not_find_half_of_the_word(client):
    ProductFactory(title="Shirt")
    ProductFactory(title="T-shirt")
    assert found(client, "t-shirt") == ["T-shirt"]


def test_title_comes_before_keywords_before_brand_before_description(client):
    ProductFactory(title="Four", description="Like <b>denim</b>.", brand=None)
    ProductFactory(title="Three", brand=BrandFactory(slug="denim", name="Denim"))
    ProductFactory(title="Two", keywords=["denim"], brand=None)
    ProductFactory(title="Denim", brand=None)
    assert found(client, "denim") == ["Denim", "Two", "Three", "Four"]


def test_a_renamed_brand_is_found_by_its_new_name(client):
    brand = BrandFactory(slug="oderwerk", name="Oderwerk")
    ProductFactory(title="Jeans", brand=brand)
    brand.name = "Spreewerk"
    brand.save()
    assert found(client, "spreewerk") == ["Jeans"]
    assert found(client, "oderwerk") == []


def test_a_product_saved_from_an_old_reading_keeps_the_name_of_its_brand():
    product = ProductFactory(brand=BrandFactory(slug="oderwerk"))
    old = Product.objects.get(pk=product.pk)
    Brand.objects.update(name="Spreewerk")
    old.title = "Changed"
    old.version = Product.objects.get(pk=product.pk).version
    old.save()
    assert Product.objects.get(pk=product.pk).brand_name == "Spreewerk"


def test_the_name_of_the_brand_is_not_told_of_each_product():
    product = ProductFactory(brand=BrandFactory(slug="oderwerk"))
    Product.objects.get(pk=product.pk).save()
    entries = AuditLog.objects.filter(entity_id=str(product.pk))
    assert all("search_head" not in (entry.after or {}) for entry in entries)


def test_synonyms_find_each_other(client):
    Synonym.objects.create(words=["pullover", "jumper", "knitted top"])
    ProductFactory(title="Wool jumper")
    ProductFactory(title="Knitted green top")
    assert set(found(client, "pullover")) == {"Wool jumper", "Knitted green top"}
    assert found(client, "wool pullover") == ["Wool jumper"]
    assert set(found(client, "knitted top")) == {"Wool jumper", "Knitted green top"}


def test_a_search_may_lead_somewhere(client):
    SearchRedirect.objects.create(term="gift card", target="/pages/help/")
    response = client.get("/search/", {"q": " Gift  CARD "})
    assert (response.status_code, response.url) == (302, "/pages/help/")


def test_at_most_eight_words_count():
    assert words_of("one two three four five six seven eight nine") == words_of(
        "one two three four five six seven eight"
    )


@pytest.mark.parametrize("text", ["Große İstanbul ılık", "Ça œuvre ÆØÅ", "ΟΔΟΣ Ёлка", "½ ² ﬁ Ⅷ"])
def test_python_and_the_database_fold_alike(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_fold(%s)", [text])
        assert cursor.fetchone()[0] == fold(text)


def test_clauses_are_what_the_words_may_be():
    assert clauses_of("navy t-shirt") == [[["navy"]], [["t", "shirt:*"], ["tshirt:*"]]]
    assert clauses_of("over shirt") == [
        [["over"], ["overshirt:*"]],
        [["shirt:*"], ["overshirt:*"]],
    ]


def test_search_learns_the_forms_of_another_language(client, settings):
    ProductFactory(title="Blaue Hose")
    assert found(client, "hosen") == []
    call_command("set_search_languages", "en", "de")
    assert found(client, "hosen") == ["Blaue Hose"]


def test_an_unknown_language_is_refused():
    with pytest.raises(CommandError, match="No word forms are known for: xx"):
        call_command("set_search_languages", "xx")
