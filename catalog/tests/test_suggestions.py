"""What the search field offers while someone types."""

import pytest

from catalog.models import PopularSearch
from catalog.searching import vocabulary
from catalog.searching.terms import weight
from catalog.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db

#: Words and hits, products, their stock, and the small tables: categories, rules, options.
SUGGESTION_QUERIES = 6


def suggested(client, text, suffix="header"):
    headers = {"HX-Request": "true", "HX-Target": f"search-options-{suffix}"}
    response = client.get("/search/", {"q": text}, headers=headers)
    assert response.status_code == 200
    return response


def offered(client, text, suffix="header"):
    groups = suggested(client, text, suffix).context["groups"]
    return {group.title: [one.start + one.rest for one in group.options] for group in groups}


def test_the_field_offers_words_categories_and_products(client):
    CategoryFactory(name="Jumpers")
    ProductFactory(title="Jumper in wool", price=4900)
    vocabulary.rebuild()
    response = suggested(client, "jump")
    text = response.content.decode()
    assert "<html" not in text
    assert "jump<b>er</b>" in text
    assert "Jump<b>ers</b>" in text
    assert "Jump<b>er in wool</b>" in text
    assert "€49.00" in text
    assert "See all results for “jump”" in text
    assert 'data-announce="3 suggestions"' in text


def test_one_letter_is_too_little_to_suggest(client):
    ProductFactory(title="Jumper")
    assert 'role="option"' not in suggested(client, "j").content.decode()


def test_nothing_to_offer_is_announced_as_well(client):
    assert 'data-announce="0 suggestions"' in suggested(client, "zebra").content.decode()


def test_popular_searches_that_find_something_come_first(client):
    ProductFactory(title="Linen skirt")
    vocabulary.rebuild()
    for term, times, results in (("linen shirt", 9, 4), ("linen sofa", 9, 0), ("linen sock", 1, 2)):
        PopularSearch.objects.create(term=term, weight=times * weight(), results=results)
    assert offered(client, "linen s")["Suggestions"] == ["linen shirt", "linen skirt"]


def test_a_like_sign_is_only_a_character(client):
    PopularSearch.objects.create(term="linen", weight=9 * weight(), results=1)
    assert offered(client, "l%n") == {}
    assert offered(client, "%%") == {}


def test_words_of_descriptions_complete_nothing(client):
    ProductFactory(title="Coat", description="A jumper fits below.")
    vocabulary.rebuild()
    assert "Suggestions" not in offered(client, "jump")


def test_eight_options_are_the_most_and_six_where_it_is_narrow(client):
    for number in range(9):
        ProductFactory(title=f"Jumper {number}")
        CategoryFactory(name=f"Jumpers {number}")
    vocabulary.rebuild()
    assert sum(map(len, offered(client, "jump").values())) == 8
    assert sum(map(len, offered(client, "jump", "sheet").values())) == 6


def test_suggestions_cost_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    for number in range(9):
        ProductFactory(title=f"Jumper {number}")
        CategoryFactory(name=f"Jumpers {number}")
    with django_assert_max_num_queries(SUGGESTION_QUERIES):
        suggested(client, "jump")


@pytest.mark.django_db(transaction=True)
def test_with_warm_tables_they_cost_three(client, django_assert_max_num_queries):
    ProductFactory(title="Jumper")
    ProductFactory(title="Shirt")
    suggested(client, "jump")
    with django_assert_max_num_queries(3):
        suggested(client, "shirt")
