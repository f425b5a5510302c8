"""The list of products, the category tree and the quick search: found, counted and bounded."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from catalog import category_tree
from catalog.listings import listed as listed_rows
from catalog.models import Category, Collection, Product
from catalog.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from shop.accounts.roles import Role
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:catalog_product_changelist")
TREE = reverse("admin:catalog_category_changelist")


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def listed(client, **query):
    return [row.title for row in client.get(LIST, query).context["cl"].result_list]


@pytest.mark.parametrize(
    "words", ["TEE-NAVY-S", "tee-navy", "Fisher", "fish smo", "smock", "summer"]
)
def test_a_product_is_found_by_sku_and_by_beginnings_of_words(client, words):
    ProductFactory(title="Fisher smock", slug="tee", tags=["summer"])
    ProductFactory(title="Plain jeans", slug="jeans")
    assert listed(client, q=words) == ["Fisher smock"]


def test_the_list_takes_ten_statements_whatever_it_holds(client, django_assert_max_num_queries):
    for _number in range(3):
        ProductFactory(category=CategoryFactory())
    client.get(LIST)
    with django_assert_max_num_queries(10) as few:
        client.get(LIST)
    for _number in range(12):
        ProductFactory(category=CategoryFactory())
    with django_assert_max_num_queries(10) as many:
        client.get(LIST)
    assert len(few) == len(many)


def test_a_search_takes_two_statements_more(client, django_assert_max_num_queries):
    ProductFactory(title="Fisher smock")
    client.get(LIST)
    with django_assert_max_num_queries(12):
        client.get(LIST, {"q": "fisher"})


@pytest.mark.parametrize(("known", "told"), [(0, "more than 2"), (12_345, "about 12,000")])
def test_beyond_what_is_counted_the_list_tells_about_how_many(client, monkeypatch, known, told):
    monkeypatch.setattr("catalog.admin.product_list.COUNTED", 2)
    for _number in range(4):
        ProductFactory()
    with connection.cursor() as cursor:
        # What the planner knows, whatever earlier tests have left.
        cursor.execute(
            "UPDATE pg_class SET reltuples = %s WHERE relname = 'catalog_product'", [known]
        )
    page = client.get(LIST)
    assert told in page.content.decode()
    assert page.context["cl"].paginator.count == 2


def test_filters_in_force_are_chips_that_lead_to_the_list_without_them(client):
    ProductFactory()
    page = client.get(LIST, {"q": "plain", "status__exact": "ACTIVE"})
    chips = page.context["cl"].chips()
    assert [(title, value) for title, value, _url in chips] == [
        ("search", "plain"),
        ("status", "Active"),
    ]
    assert "status__exact" not in chips[1][2]
    assert "q=plain" in chips[1][2]


def test_a_row_leads_to_the_parts_of_its_product(client):
    product = ProductFactory(title="Sea <b>smock</b>")
    page = client.get(LIST).content.decode()
    for part in ("/variants/", "/change/#media", "/change/#pricing", "/history/"):
        assert f'href="/admin/catalog/product/{product.pk}{part}"' in page
    assert f'href="{product.get_absolute_url()}"' in page
    assert "<b>smock" not in page


def tree(client):
    return [
        (branch.level, branch.category.name, branch.products)
        for branch in client.get(TREE).context["branches"]
    ]


@pytest.fixture
def women():
    women = CategoryFactory(slug="women", name="Women", display_order=0)
    for place, name in enumerate(("Tops", "Jeans")):
        CategoryFactory(slug=name.lower(), name=name, parent=women, display_order=place)
    CategoryFactory(slug="men", name="Men", display_order=1)
    return women


def test_the_tree_counts_a_bounded_number_of_products(client, women, monkeypatch):
    monkeypatch.setattr(category_tree, "MOST_COUNTED", 1)
    for _ in range(2):
        ProductFactory(category=Category.objects.get(slug="jeans"))
    ProductFactory(category=Category.objects.get(slug="tops"), status=Product.Status.ARCHIVED)
    assert dict(row[1:] for row in tree(client))["Jeans"] == 1
    assert dict(row[1:] for row in tree(client))["Tops"] == 0
    assert "1+</a>" in client.get(TREE).content.decode()


def test_the_tree_is_shown_in_its_order_with_counts(client, women):
    ProductFactory(category=Category.objects.get(slug="jeans"))
    assert tree(client) == [(0, "Women", 0), (1, "Tops", 0), (1, "Jeans", 1), (0, "Men", 0)]


@pytest.mark.parametrize("page", ["product", "category", "menu", "exportschedule"])
def test_a_category_is_chosen_by_the_way_to_it(client, women, page):
    men = Category.objects.get(slug="men")
    CategoryFactory(slug="tops", name="Tops", parent=men)
    text = client.get(reverse(f"admin:catalog_{page}_add")).content.decode()
    assert text.count(">Women / Tops</option>") == text.count(">Men / Tops</option>") > 0
    assert ">Tops</option>" not in text


def test_what_no_shelf_holds_is_not_told_to_be_sold_out(client):
    ProductFactory(stock=0)
    ProductFactory(stock=0, inventory_policy=Product.InventoryPolicy.NONE)
    text = client.get(LIST).content.decode()
    assert re.findall(r'class="field-stock_sum">([^<]*)<', text) == ["-", "0"]


def test_the_tree_takes_the_same_statements_however_large(
    client, women, django_assert_num_queries, django_assert_max_num_queries
):
    client.get(TREE)
    with django_assert_max_num_queries(8) as few:
        client.get(TREE)
    for _number in range(10):
        CategoryFactory(parent=women)
    with django_assert_num_queries(len(few)):
        client.get(TREE)


def test_a_category_says_where_its_description_stands(client, women):
    page = client.get(reverse("admin:catalog_category_change", args=[women.pk])).content.decode()
    help_text = page.partition('id="id_description_helptext"')[2]
    assert "The first one stands above the products" in help_text.partition("</div>")[0]


def test_a_category_moves_among_its_siblings(client, women):
    jeans = Category.objects.get(slug="jeans")
    client.post(reverse("admin:catalog_category_shift"), {"up": str(jeans.pk)})
    assert [name for _l, name, _p in tree(client)] == ["Women", "Jeans", "Tops", "Men"]
    client.post(reverse("admin:catalog_category_shift"), {"up": str(jeans.pk)})
    assert [name for _l, name, _p in tree(client)][1] == "Jeans"


def move(client, category, parent):
    page = reverse("admin:catalog_category_move", args=[category.pk])
    return client.post(page, {"parent": str(parent.pk) if parent else ""})


def test_a_category_moves_under_another_with_all_below(client, women):
    men = Category.objects.get(slug="men")
    assert move(client, women, men).status_code == 303
    paths = set(Category.objects.values_list("path", flat=True))
    assert paths == {"men", "men/women", "men/women/tops", "men/women/jeans"}


def test_a_category_cannot_move_below_itself_or_to_a_taken_address(client, women):
    tops = Category.objects.get(slug="tops")
    assert "cannot stand below itself" in move(client, women, tops).content.decode()
    CategoryFactory(slug="tops", name="Other tops")
    assert "address already" in move(client, tops, None).content.decode()
    assert Category.objects.filter(path="women/tops").exists()


def test_a_category_that_is_not_empty_says_why_it_stays(client, women):
    jeans = Category.objects.get(slug="jeans")
    ProductFactory(category=jeans)
    for row, reason in ((women, "2 categories below it"), (jeans, "1 product in it")):
        page = client.post(
            reverse("admin:catalog_category_delete", args=[row.pk]), {"post": "yes"}, follow=True
        )
        assert reason in page.content.decode()
    assert Category.objects.filter(slug__in=["women", "jeans"]).count() == 2


def test_an_employee_sees_the_tree_and_moves_nothing(women):
    client = signed_in(staff(Role.EMPLOYEE))
    assert len(tree(client)) == 4
    assert "Move under" not in client.get(TREE).content.decode()
    assert move(client, women, Category.objects.get(slug="men")).status_code == 403


def test_the_list_of_brands_tells_how_many_products_are_published(client):
    for status in ("ACTIVE", "ACTIVE", "DRAFT"):
        ProductFactory(brand=BrandFactory(slug="oderwerk"), status=status)
    listed_rows.count_places()
    page = client.get(reverse("admin:catalog_brand_changelist"))
    assert [brand.product_count for brand in page.context["cl"].result_list] == [2]


def test_the_quick_search_finds_goods_and_their_places_in_six_statements(
    client, django_assert_max_num_queries
):
    ProductFactory(title="Sea smock", slug="sea-smock", category=CategoryFactory(name="Sea"))
    Collection.objects.create(title="Sea days", slug="sea-days")
    client.get("/admin/search/?q=x")
    with django_assert_max_num_queries(10) as captured:
        page = client.get("/admin/search/", {"q": "sea"})
    labels = {str(group.label) for group in page.context["found"]}
    assert labels == {"Products", "SKUs", "Categories", "Collections"}
    own = [query for query in captured.captured_queries if "LIMIT 8" in query["sql"]]
    assert len(own) <= 6


def test_the_quick_search_answers_below_its_box_without_a_frame(client):
    ProductFactory(title="Sea smock")
    page = client.get("/admin/search/", {"q": "sea"}, headers={"HX-Request": "true"})
    assert "Sea smock" in page.content.decode()
    assert "<html" not in page.content.decode()
