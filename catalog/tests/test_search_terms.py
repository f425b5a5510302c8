"""Counting what people search for."""

import pytest
from django.utils import timezone

from catalog.models import PopularSearch, SearchTerm, Synonym
from catalog.searching import terms as search_terms
from catalog.tests.factories import ProductFactory
from tests.back_office import signed_in, staff

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_waiting():
    search_terms.flush()
    yield
    search_terms.flush()


def search(client, text, agent=BROWSER, headers=None, **query):
    response = client.get(
        "/search/", {"q": text, **query}, headers={"User-Agent": agent, **(headers or {})}
    )
    assert response.status_code == 200


def stored():
    search_terms.move()
    rows = SearchTerm.objects.order_by("term")
    return list(rows.values_list("term", "searches", "searches_without_results", "results"))


@pytest.mark.django_db(transaction=True)
def test_searches_are_counted_also_on_pages_that_all_share(client):
    ProductFactory(title="Linen shirt")
    for text in ("linen", " LINEN ", "linen", "zebra"):
        search(client, text)
    assert stored() == [("linen", 3, 0, 1), ("zebra", 1, 1, 0)]
    assert stored() == [("linen", 3, 0, 1), ("zebra", 1, 1, 0)]


def test_counts_of_a_day_add_up(client):
    ProductFactory(title="Linen shirt")
    search(client, "linen")
    stored()
    search(client, "linen")
    assert stored() == [("linen", 2, 0, 1)]
    assert SearchTerm.objects.get().day == timezone.localdate()


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "+49 170 1234567",
        "",
        "\u202e",
        "x" * 201,
    ],
)
def test_what_may_be_private_is_not_counted(client, text):
    search(client, text)
    assert stored() == []


def test_robots_pages_filters_and_suggestions_are_not_counted(client):
    ProductFactory(title="Linen shirt")
    search(client, "linen", agent="Googlebot/2.1")
    search(client, "linen", agent="")
    search(client, "linen", page="2")
    search(client, "linen", color="navy")
    search(client, "linen", headers={"HX-Request": "true", "HX-Target": "search-options-header"})
    assert stored() == []


def test_a_mistyped_search_counts_as_one_without_results(client):
    search_terms.note_results("shrit", 0)
    search(client, "shrit")
    assert stored() == [("shrit", 1, 1, 0)]


def test_while_redis_is_away_counts_wait(client, wire):
    search(client, "linen")
    wire.cut()
    search_terms.flush()
    assert stored() == []
    assert sum(search_terms._waiting.values()) == 1
    search_terms._waiting.clear()


def test_who_brings_the_counts_to_redis_leaves_nobody_to_do_it_again(client):
    search(client, "linen")
    timer = search_terms._timer
    search_terms.flush()
    assert timer.finished.is_set()


def test_a_popular_search_fades_unless_it_is_made_again(client):
    PopularSearch.objects.create(term="linen", weight=100 * search_terms.weight(), results=1)
    PopularSearch.objects.create(term="hemp", weight=0.1 * search_terms.weight(), results=1)
    assert search_terms.popular() == ["linen"]
    assert search_terms.fade() == 1
    assert list(PopularSearch.objects.values_list("term", flat=True)) == ["linen"]


def test_the_empty_page_offers_what_is_popular(client):
    PopularSearch.objects.create(term="linen shirt", weight=100 * search_terms.weight(), results=1)
    text = client.get("/search/").content.decode()
    assert 'href="/search/?q=linen+shirt">linen shirt</a>' in text


def test_staff_see_what_was_searched_and_teach_the_search(client):
    today = timezone.localdate()
    SearchTerm.objects.create(day=today, term="linen", searches=5, results=3)
    SearchTerm.objects.create(day=today, term="=sofa", searches=2, searches_without_results=2)
    page = signed_in(staff())
    text = page.get("/admin/catalog/searchterm/").content.decode()
    assert text.index(">linen<") < text.index(">=sofa<")
    assert "/admin/catalog/synonym/add/?words=%3Dsofa" in text
    empty = page.get("/admin/catalog/searchterm/?empty=1&days=7").content.decode()
    assert ">linen<" not in empty
    lines = b"".join(page.get("/admin/catalog/searchterm/searches.csv")).decode().splitlines()
    assert lines[1:] == ["linen,5,0", "'=sofa,2,2"]


def test_staff_words_are_kept_as_the_search_compares_them():
    page = signed_in(staff())
    page.post("/admin/catalog/synonym/add/", {"words": "T-Shirt, Tee, tee"})
    assert page.get("/search/", {"q": "tee"}).status_code == 200
    assert Synonym.objects.get().words == ["t shirt", "tee"]
    answer = page.post("/admin/catalog/synonym/add/", {"words": "tee, TEE"})
    assert "two different words" in answer.content.decode()


def test_a_search_leads_nowhere_outside_the_shop():
    page = signed_in(staff())
    for target in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = page.post("/admin/catalog/searchredirect/add/", {"term": "gift", "target": target})
        assert "Give a path of this shop" in answer.content.decode()
