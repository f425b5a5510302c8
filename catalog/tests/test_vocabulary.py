"""What a mistyped search is taken for."""

import pytest

from catalog.models import Product, SearchWord
from catalog.searching import vocabulary
from catalog.tests.factories import BrandFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def words():
    """A shop that sells shirts and knows it."""
    for title in ("Linen shirt", "Oxford shirt", "Linen trousers", "Short skirt"):
        ProductFactory(title=title, brand=BrandFactory(slug="spreewerk"))
    vocabulary.rebuild()


def test_words_are_counted_by_product():
    ProductFactory(title="Shirt shirt", description="<p>Wear a shirt.</p>")
    ProductFactory(title="Jeans", description="Goes with a shirt.")
    ProductFactory(title="Draft shirt", status=Product.Status.DRAFT)
    vocabulary.rebuild()
    word = SearchWord.objects.get(word="shirt")
    assert (word.products, word.heads) == (2, 1)
    assert not SearchWord.objects.filter(word__in=["draft", "a", "p"]).exists()


def test_a_second_count_replaces_the_first(words):
    Product.objects.filter(title="Linen trousers").update(title="Linen shorts")
    vocabulary.rebuild()
    assert SearchWord.objects.filter(word="shorts").exists()
    assert not SearchWord.objects.filter(word="trousers").exists()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("shrit", "shirt"),
        ("shitr", "shirt"),
        ("linnen shirt", "linen shirt"),
        ("linen trosers", "linen trousers"),
        ("truosers", "trousers"),
        ("spreewrek", "spreewerk"),
        ("Lïnnen", "linen"),
    ],
)
def test_a_slip_is_understood(words, text, meant):
    assert vocabulary.corrections(text)[0] == meant


def test_what_looks_like_nothing_is_left_alone(words):
    assert vocabulary.corrections("zebra") == []
    assert vocabulary.corrections("xs") == []
    assert vocabulary.corrections("12345") == []


def test_of_two_readings_the_nearer_comes_first_and_both_are_proposed(words):
    SearchWord.objects.create(word="shift", products=1)
    assert vocabulary.corrections("shirf") == ["shirt"]
    assert vocabulary.corrections("shitt") == ["shirt", "shift"]


def test_results_are_those_of_what_was_meant(words, client):
    response = client.get("/search/", {"q": "linen shrit"})
    text = response.content.decode()
    assert "1 result for “linen shirt”" in text
    assert "Showing results for <strong>linen shirt</strong>" in text
    assert 'href="/search/?q=linen+shrit&amp;exact=1"' in text
    assert 'value="linen shrit"' in text
    kept = '<input type="hidden" name="q" value="linen shirt">'
    assert kept in text


def test_the_typed_word_can_be_insisted_on(words, client):
    text = client.get("/search/", {"q": "shrit", "exact": "1"}).content.decode()
    assert "0 results for “shrit”" in text
    assert "Did you mean" in text
    assert 'href="/search/?q=shirt">shirt</a>' in text


def test_a_word_nobody_knows_is_proposed_to_be_left_out(words, client):
    text = client.get("/search/", {"q": "linen zebra"}).content.decode()
    assert "0 results for “linen zebra”" in text
    assert 'href="/search/?q=linen">linen</a>' in text
