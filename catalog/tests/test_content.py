"""Content pages: what is shown of them, and to whom."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.content import pages as content
from catalog.models import ContentPage, PageUse, SizeChart
from catalog.tests.factories import CategoryFactory, MediaFactory, ProductFactory
from catalog.tests.pages import article, content_page, meta, structured

pytestmark = pytest.mark.django_db

#: The page, the category tree and the menus.
PAGE_QUERIES = 3
QUESTIONS = """
<h2>Returns</h2>
<details><summary>How long?</summary><p>30 days &amp; no longer.</p></details>
<h2>Size</h2>
<details><summary>Which one?</summary><p>Measure a shirt.</p></details>
"""


def text_of(response):
    return response.content.decode().split("<main")[1].split("</main>")[0]


def test_a_page_shows_its_text_under_its_address(client, django_assert_num_queries):
    content_page("care/wool", title="Wool", body="<p>Air it.</p>")
    with django_assert_num_queries(PAGE_QUERIES):
        response = client.get("/pages/care/wool/")
    assert "<p>Air it.</p>" in text_of(response)
    assert response.context["content"].title == "Wool"


@pytest.mark.parametrize(
    "fields",
    [
        {"status": ContentPage.Status.DRAFT},
        {"published_at": timezone.now() + timezone.timedelta(days=1)},
        {"deleted_at": timezone.now()},
        {"kind": ContentPage.Kind.JOURNAL},
    ],
)
def test_nobody_sees_a_page_that_is_not_out(client, fields):
    content_page("soon", **fields)
    assert client.get("/pages/soon/").status_code == 404


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        '<img src="/media/a.png" onerror="alert(1)">',
        '<p style="position:fixed">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<img src="https://elsewhere.example/pixel.png">',
        "<iframe src='/'></iframe>",
        "<form action='/cart/'><input></form>",
    ],
)
def test_nothing_in_a_text_runs_or_loads_from_elsewhere(evil):
    html = content.written(evil).html
    forbidden = r"<script|onerror|style=|javascript:|elsewhere|<iframe|<form|<input"
    assert not re.search(forbidden, html)


def test_headings_get_anchors_of_their_own():
    writing = content.written("<h2>How &amp; why</h2><p>a</p><h2>How &amp; why</h2><h2>?</h2>")
    assert [heading.id for heading in writing.headings] == [
        "section-how-why",
        "section-how-why-2",
        "section-text",
    ]
    assert writing.headings[0].title == "How & why"
    assert '<h2 id="section-how-why-2">' in writing.html


def test_a_table_scrolls_in_a_region_that_is_named():
    html = content.written("<table><caption>Prices</caption><tr><td>1</td></tr></table>").html
    assert '<div class="l-scroll" role="region" tabindex="0" aria-label="Prices">' in html


def test_a_page_says_when_its_words_changed_and_not_when_it_was_touched():
    page = content_page(body="<p>One.</p>")
    first = page.revised_at
    page = ContentPage.objects.get()
    page.is_in_search = False
    page.save()
    assert page.revised_at == first
    page.body = "<p>Two.</p>"
    page.save()
    assert page.revised_at > first


def test_questions_are_narrowed_to_those_with_all_words(client):
    content_page("help", layout=ContentPage.Layout.QUESTIONS, body=QUESTIONS)
    response = client.get("/pages/help/", {"q": "LONG days"})
    [group] = response.context["groups"]
    assert (group.title, [one.title for one in group.questions]) == ("Returns", ["How long?"])
    assert meta(response, "robots") == "noindex"
    assert client.get("/pages/help/", {"q": "shoes\0"}).context["total"] == 0


def test_questions_are_told_to_search_engines(client):
    content_page("help", layout=ContentPage.Layout.QUESTIONS, body=QUESTIONS)
    data = structured(client.get("/pages/help/"))["FAQPage"]
    assert [one["name"] for one in data["mainEntity"]] == ["How long?", "Which one?"]
    assert data["mainEntity"][0]["acceptedAnswer"] == {
        "@type": "Answer",
        "text": "<p>30 days &amp; no longer.</p>",
    }


@pytest.mark.parametrize(
    "path",
    ["/pages/%00/", "/journal/a%00b/", f"/pages/{'a/' * 900}", "/pages/..%2Fabout/", "/pages/À/"],
)
def test_a_strange_address_is_no_page_and_no_question_for_the_database(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "before", ["\0", "x" * 10_000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1"]
)
def test_a_strange_moment_leads_to_a_journal(client, before):
    assert client.get("/journal/", {"before": before}).status_code == 200


def test_a_shop_without_questions_shows_how_to_ask(client):
    assert client.get("/pages/help/")["Location"] == "/pages/contact/"
    assert client.get("/pages/contact/").status_code == 200


def test_the_journal_lists_the_newest_and_leads_to_older_ones(client, monkeypatch):
    monkeypatch.setattr(content, "ARTICLES", 2)
    for day in (1, 2, 3):
        published = timezone.now() - timezone.timedelta(days=day)
        article(f"day-{day}", published_at=published)
    first = client.get("/journal/")
    assert [one.slug for one, _picture in first.context["articles"]] == ["day-1", "day-2"]
    second = client.get("/journal/", {"before": first.context["older_than"]})
    assert [one.slug for one, _picture in second.context["articles"]] == ["day-3"]
    assert client.get("/journal/", {"before": "2026-99-99T00:00"}).status_code == 200


def test_an_article_is_told_to_search_engines(client):
    article(title="</script>Red", summary="A line.", image=MediaFactory(file="img/x.jpg"))
    response = client.get("/journal/thread/")
    data = structured(response)
    assert data["Article"]["headline"] == "</script>Red"
    assert data["Article"]["image"] == ["http://testserver/media/img/x.jpg"]
    assert data["Article"]["datePublished"] <= data["Article"]["dateModified"]
    names = [item["name"] for item in data["BreadcrumbList"]["itemListElement"]]
    assert names == ["Home", "Journal", "</script>Red"]
    assert meta(response, "og:type") == "article"


def test_a_picture_comes_in_the_sizes_that_were_made_of_it(client):
    made = {"webp": [400, 960, 1920]}
    article(image=MediaFactory(file="img/x.jpg", mime_type="image/jpeg", renditions=made))
    for url in ("/journal/", "/journal/thread/"):
        text = text_of(client.get(url))
        assert 'srcset="/media/img/x-400.webp 400w, /media/img/x-960.webp 960w"' in text


def test_the_home_page_says_who_we_are_and_how_to_search(client):
    data = structured(client.get("/"))
    assert data["Organization"]["url"] == "http://testserver/"
    target = data["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert target == "http://testserver/search/?q={search_term_string}"


def test_every_kind_of_page_has_its_card_with_a_picture_in_pixels(client):
    category = CategoryFactory(slug="tops", icon="tee")
    product = ProductFactory(category=category)
    content_page()
    chart = SizeChart.objects.create(title="Tops", slug="tops", measurements=[], sizes=[])
    reviews = reverse("catalog:reviews", args=[product.slug])
    pages = ("/", "/c/tops/", "/pages/about/", "/journal/", reviews)
    for url in (*pages, product.get_absolute_url(), chart.get_absolute_url()):
        response = client.get(url)
        canonical = f'<link rel="canonical" href="http://testserver{url}">'
        assert response.content.decode().count('rel="canonical"') == 1, url
        assert canonical in response.content.decode(), url
        assert meta(response, "og:url") == f"http://testserver{url}"
        assert meta(response, "og:image").endswith("-social.png"), url
        assert client.get(meta(response, "og:image")).status_code == 200
        assert meta(response, "twitter:card") == "summary_large_image"


def test_a_shop_of_one_language_names_no_alternates(client):
    assert "hreflang" not in client.get("/").content.decode()


def test_each_language_has_an_address_that_speaks_it(client, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    content_page()
    reviews = f"{ProductFactory(slug='tee').get_absolute_url()}reviews/"
    for path in ("/", "/pages/about/", "/p/tee/", reviews, "/brands/"):
        text = client.get(path).content.decode()
        url = f"http://testserver{path}"
        named = re.findall(r'rel="alternate" hreflang="([^"]*)" href="([^"]*)"', text)
        assert named == [("en", f"{url}?lang=en"), ("de", f"{url}?lang=de"), ("x-default", url)]
    url = "http://testserver/pages/about/"
    german = client.get("/pages/about/?lang=de").content.decode()
    assert '<html lang="de"' in german
    assert f'<link rel="canonical" href="{url}?lang=de">' in german
    assert '<html lang="en"' in client.get("/pages/about/?lang=xx").content.decode()


def test_search_finds_help_pages_in_any_form_of_a_word(client, django_assert_num_queries):
    content_page("repairs", title="Repairs", body="<p>We mend every seam.</p>")
    content_page("imprint", title="Repairs of another kind", is_in_search=False)
    content_page("draft", title="Repairs later", status=ContentPage.Status.DRAFT)
    response = client.get("/search/", {"q": "repairing"})
    assert [page.slug for page in response.context["help_pages"]] == ["repairs"]
    assert "From our help pages" in response.content.decode()
    with django_assert_num_queries(1):
        assert [page.slug for page in content.matching_pages("seams we men")] == ["repairs"]
    with django_assert_num_queries(0):
        assert content.matching_pages("&|!") == []


def vote(client, page, answer="yes", **headers):
    return client.post(f"/pages/{page.pk}/useful/", {"answer": answer}, headers=headers)


def test_a_visitor_judges_a_page_once(client):
    page = content_page()
    response = vote(client, page)
    assert (response.status_code, response["Location"]) == (303, "/pages/about/")
    vote(client, page, "no")
    use = PageUse.objects.get()
    assert (use.useful, use.not_useful, use.day) == (1, 0, timezone.localdate())


def test_two_visitors_count_as_two(client, django_assert_max_num_queries):
    page = content_page()
    vote(client, page)
    client.cookies.clear()
    response = vote(client, page, "no", HX_Request="true", HX_Target="useful")
    assert "Write to us" in response.content.decode()
    use = PageUse.objects.get()
    assert (use.useful, use.not_useful) == (1, 1)


def test_a_strange_answer_is_none(client):
    page = content_page()
    assert vote(client, page, "maybe").status_code == 404
    assert not PageUse.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_kept_page_ends_with_each_change_of_its_words(client, django_assert_num_queries):
    page = content_page(body="<p>One.</p>")
    client.get("/pages/about/")
    with django_assert_num_queries(0):
        assert "One." in text_of(client.get("/pages/about/"))
    page.body = "<p>Two.</p>"
    page.save()
    assert "Two." in text_of(client.get("/pages/about/"))
    page.soft_delete()
    assert client.get("/pages/about/").status_code == 404
