"""Old addresses lead to the new ones."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog.content import redirections
from catalog.errors import RedirectsRefused
from catalog.models import Brand, Category, Collection, ContentPage, Product, Redirect
from catalog.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from catalog.tests.pages import content_page
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db


def leads(old_path, target, **fields):
    return Redirect.objects.create(old_path=old_path, target=target, **fields)


def targets():
    return dict(Redirect.objects.values_list("old_path", "target"))


def test_a_renamed_product_is_found_at_its_old_address(client):
    product = ProductFactory(slug="old-tee")
    product.slug = "new-tee"
    product.save()
    response = client.get("/p/old-tee/?color=navy&size=m")
    assert (response.status_code, response["Location"]) == (301, "/p/new-tee/?color=navy&size=m")


def test_a_product_renamed_while_it_is_off_the_shelf_is_found_at_its_old_address(client):
    product = ProductFactory(slug="old-tee")
    for change in ({"status": "DRAFT"}, {"slug": "new-tee"}, {"status": "ACTIVE"}):
        vars(product).update(change)
        product.save()
    assert client.get("/p/old-tee/")["Location"] == "/p/new-tee/"


def test_a_draft_that_nobody_saw_leaves_no_address_behind():
    product = ProductFactory(slug="old-tee", status="DRAFT", published_at=None)
    product.slug = "new-tee"
    product.save()
    assert targets() == {}


def test_a_category_takes_its_descendants_along(client):
    tops = CategoryFactory(slug="tops")
    CategoryFactory(slug="polos", parent=CategoryFactory(slug="tees", parent=tops))
    tops.slug = "shirts"
    tops.save()
    assert targets() == {
        "/c/tops/": "/c/shirts/",
        "/c/tops/tees/": "/c/shirts/tees/",
        "/c/tops/tees/polos/": "/c/shirts/tees/polos/",
    }
    assert client.get("/c/tops/tees/polos/")["Location"] == "/c/shirts/tees/polos/"


@pytest.mark.parametrize(
    ("make", "old", "new"),
    [
        (BrandFactory, "/brands/old/", "/brands/new/"),
        (
            lambda slug: Collection.objects.create(slug=slug, title="x", status="ACTIVE"),
            "/collections/old/",
            "/collections/new/",
        ),
        (content_page, "/pages/old/", "/pages/new/"),
        (lambda slug: content_page(slug, kind="JOURNAL"), "/journal/old/", "/journal/new/"),
    ],
)
def test_whatever_has_an_address_leaves_a_redirect(make, old, new):
    row = make(slug="old")
    type(row).objects.filter(pk=row.pk).update(slug="new")
    assert targets() == {old: new}


def test_a_page_that_becomes_an_article_is_found(client):
    page = content_page("thread")
    page.kind = ContentPage.Kind.JOURNAL
    page.save()
    assert client.get("/pages/thread/")["Location"] == "/journal/thread/"


@pytest.mark.parametrize("status", [Product.Status.DRAFT])
def test_what_nobody_could_know_leaves_nothing_behind(status):
    product = ProductFactory(status=status)
    product.slug = "elsewhere"
    product.save()
    assert not targets()


def test_three_names_lead_to_the_last_in_one_step():
    brand = BrandFactory(slug="a")
    for slug in ("b", "c"):
        brand.slug = slug
        brand.save()
    assert targets() == {"/brands/a/": "/brands/c/", "/brands/b/": "/brands/c/"}


def test_a_name_taken_back_leads_nowhere_but_to_itself():
    brand = BrandFactory(slug="a")
    for slug in ("b", "a"):
        brand.slug = slug
        brand.save()
    assert targets() == {"/brands/b/": "/brands/a/"}


def test_the_page_at_an_address_wins_over_its_redirect(client):
    product = ProductFactory(slug="tee")
    product.slug = "shirt"
    product.save()
    ProductFactory(slug="tee", colors=("oat",))
    assert client.get("/p/tee/").status_code == 200


def test_chains_that_staff_make_are_shortened():
    leads("/b/", "/c/")
    leads("/a/", "/b/")
    leads("/c/", "/d/")
    assert targets() == {"/a/": "/d/", "/b/": "/d/", "/c/": "/d/"}


def test_a_loop_is_refused():
    leads("/a/", "/b/")
    with pytest.raises(IntegrityError), transaction.atomic():
        leads("/b/", "/a/")
    assert targets() == {"/a/": "/b/"}


@pytest.mark.parametrize("target", ["//evil.example/", "/\\evil.example/", "http://evil.example/"])
def test_the_database_refuses_strange_targets(target):
    with pytest.raises(IntegrityError), transaction.atomic():
        leads("/a/", target)
    assert not targets()


def test_what_is_missing_costs_one_query_and_what_is_there_none(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    content_page()
    leads("/old.html", "/pages/about/")
    # The error page is drawn first: tree, menus; then the redirect.
    with django_assert_num_queries(3):
        assert client.get("/old.html").status_code == 301
    with django_assert_num_queries(3):
        assert client.get("/pages/about/").status_code == 200


def test_a_temporary_one_says_so_and_joins_the_questions(client):
    leads("/old", "https://elsewhere.example/?a=1#top", is_permanent=False)
    response = client.get("/old?b=2")
    assert (response.status_code, response["Location"]) == (
        302,
        "https://elsewhere.example/?a=1&b=2#top",
    )


@pytest.mark.parametrize("path", ["/nothing/", "/%00/", f"/{'x' * 700}/", "/media/none.png"])
def test_what_nobody_knows_stays_missing(client, path):
    assert client.get(path).status_code == 404


def test_a_form_sent_to_an_old_address_is_not_led_on(client):
    leads("/old/", "/pages/about/")
    assert client.post("/old/").status_code == 404


def test_a_list_is_imported_and_can_be_sent_again():
    text = "old;new;kind\n/a.html;/c/tops/\n/b.html;https://elsewhere.example/;302\n\n"
    assert redirections.import_list(text) == redirections.Imported(added=2, changed=0)
    assert redirections.import_list(text) == redirections.Imported(added=0, changed=2)
    assert Redirect.objects.filter(is_permanent=False).get().old_path == "/b.html"


def test_a_list_with_a_wrong_line_changes_nothing():
    leads("/x/", "/y/")
    text = "/a/,/b/\n/c/,javascript:alert(1)\n/d/\n/y/,/x/,301\n"
    with pytest.raises(RedirectsRefused) as refused:
        redirections.import_list(text)
    assert [line for line, _words in refused.value.problems] == [2, 3]
    assert targets() == {"/x/": "/y/"}
    with pytest.raises(RedirectsRefused) as refused:
        redirections.import_list("/a/,/b/\n/y/,/x/\n")
    assert [line for line, _words in refused.value.problems] == [2]
    assert targets() == {"/x/": "/y/"}


def test_staff_import_a_list_in_the_back_office():
    client, page = signed_in(staff()), reverse("admin:catalog_redirect_import")
    file = SimpleUploadedFile("list.csv", b"/a/,nowhere\n")
    refused = client.post(page, {"file": file})
    assert refused.status_code == 422
    assert "Line 1:" in refused.content.decode()
    client.post(page, {"file": SimpleUploadedFile("list.csv", b"\xef\xbb\xbf/a/,/b/\n")})
    assert targets() == {"/a/": "/b/"}


def test_staff_are_told_of_a_loop():
    leads("/a/", "/b/")
    page = reverse("admin:catalog_redirect_add")
    response = signed_in(staff()).post(page, {"old_path": "/b/", "target": "/a/"})
    assert "leads back to itself" in response.content.decode()
    assert targets() == {"/a/": "/b/"}


def test_models_with_addresses_are_all_here():
    named = {Brand, Category, Collection, ContentPage, Product}
    assert all("remember_address" in {t.name for t in m._meta.triggers} for m in named)
