"""Many products changed at once: previewed, written together or not at all, and taken back."""

from uuid import UUID

import pytest
from django.urls import reverse

from audit.models import AuditLog
from catalog import bulk_edits, tasks
from catalog.bulk_edits import reports
from catalog.bulk_edits.edits import Edit, Ending, Kind
from catalog.models import Collection, Product, ProductCategory, ProductVariant
from catalog.tests.factories import CategoryFactory, ProductFactory
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:catalog_product_changelist")


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def choose(client, *products):
    """Tick products in the list; the address of the page that asks what to do."""
    fields = {"action": "bulk_edit", "_selected_action": [str(row.pk) for row in products]}
    return client.post(LIST, fields)["Location"]


def preview(client, products, **edit):
    """The preview of an edit: its address and what it shows."""
    response = client.post(choose(client, *products), edit)
    assert response.status_code in (302, 303), response.content.decode()
    page = client.get(response["Location"])
    return response["Location"], page.context["preview"]


def do(client, products, **edit):
    """Edit and confirm; the page that says what became of it."""
    address, _preview = preview(client, products, **edit)
    return client.post(address, follow=True)


def priced(*amounts, **fields):
    return [ProductFactory(price=amount, sizes=("s",), **fields) for amount in amounts]


def prices():
    return sorted(ProductVariant.objects.values_list("price", flat=True))


def test_a_preview_shows_old_and_new_and_changes_nothing(client):
    rows = priced(4900, 5900)
    _address, shown = preview(client, rows, kind="PRICE_PERCENT", percent="-10", ending="90")
    assert {(row.old, row.new) for row in shown.rows} == {
        ("€49.00", "€43.90"),
        ("€59.00", "€52.90"),
    }
    assert prices() == [4900, 5900]


def test_a_confirmed_price_reaches_product_and_variants_and_the_shop(client):
    [product] = priced(4900)
    assert "€49.00" in client.get(product.get_absolute_url()).content.decode()
    page = do(client, [product], kind="PRICE_SET", price="39.00")
    assert "1 product was changed" in page.content.decode()
    assert prices() == [3900]
    assert Product.objects.get().price == 3900
    assert "€39.00" in client.get(product.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("ending", "price", "wanted"),
    [("", 4444, 4000), ("90", 4900, 4390), ("90", 4444, 3990), ("00", 4940, 4400), ("90", 50, 90)],
)
def test_a_price_is_rounded_to_the_nearest_ending(ending, price, wanted):
    edit = Edit(Kind.PRICE_PERCENT, amount=-10, ending=ending)
    assert edit.price(price, "EUR") == wanted
    assert ending in Ending.values


def test_a_price_at_the_recommended_one_is_refused_with_its_sku_and_the_rest_changes(client):
    fine, narrow = priced(4900, 4900)
    narrow.variants.update(compare_at_price=5000)
    address, shown = preview(client, [fine, narrow], kind="PRICE_BY", amount="2.00")
    assert [row.product for row in shown.refused] == [narrow]
    assert narrow.variants.get().sku in shown.refused[0].refusal
    client.post(address)
    assert prices() == [4900, 5100]


def test_a_cut_that_is_no_reduction_is_pointed_out_in_the_preview(client):
    [product] = priced(4900)
    variant = product.variants.get()
    for price in (3900, 5900):
        variant.price = price
        variant.save()
    _address, shown = preview(client, [product], kind="PRICE_SET", price="45.00")
    assert "no reduction may be announced" in shown.warned[0]


def test_a_change_after_the_preview_refuses_everything_until_it_is_left_out(client):
    first, second = priced(4900, 5900)
    address, _shown = preview(client, [first, second], kind="PRICE_SET", price="30.00")
    variant = second.variants.get()
    variant.price = 6100
    variant.save()
    page = client.post(address, follow=True).content.decode()
    assert "Nothing was written: 1 product has changed" in page
    assert second.title in page
    assert prices() == [4900, 6100]
    client.post(address, {"leave_out": "1"})
    assert prices() == [3000, 6100]


def test_an_undo_restores_what_has_not_changed_since(client):
    first, second = priced(4900, 5900)
    report = do(client, [first, second], kind="PRICE_SET", price="30.00")
    variant = second.variants.get()
    variant.price = 3100
    variant.save()
    page = client.post(report.context["undo_url"], follow=True).content.decode()
    assert prices() == [3100, 4900]
    assert variant.sku in page
    assert "Taken back" in page


def test_an_undo_is_done_once(client):
    [product] = priced(4900)
    undo = do(client, [product], kind="PRICE_SET", price="30.00").context["undo_url"]
    client.post(undo)
    product.variants.update(price=3000)
    client.post(undo)
    assert prices() == [3000]


def test_status_needs_a_variant_to_be_sold(client):
    ready, bare = ProductFactory(status="DRAFT"), ProductFactory(status="DRAFT", sizes=())
    _address, shown = preview(client, [ready, bare], kind="STATUS", status="ACTIVE")
    assert [row.product for row in shown.refused] == [bare]
    do(client, [ready, bare], kind="STATUS", status="ACTIVE")
    ready.refresh_from_db()
    assert (ready.status, ready.published_at is not None) == ("ACTIVE", True)
    assert Product.objects.get(pk=bare.pk).status == "DRAFT"


def places(product):
    links = ProductCategory.objects.filter(product=product)
    return {link.category.slug: link.is_primary for link in links}


def test_categories_are_added_removed_and_made_primary_and_taken_back(client):
    tops, tees = CategoryFactory(slug="tops"), CategoryFactory(slug="tees")
    product = ProductFactory(category=tops)
    do(client, [product], kind="CATEGORY_PRIMARY", category=str(tees.pk))
    assert places(product) == {"tops": False, "tees": True}
    report = do(client, [product], kind="CATEGORY_REMOVE", category=str(tees.pk))
    assert places(product) == {"tops": True}
    client.post(report.context["undo_url"])
    assert places(product) == {"tops": False, "tees": True}


def test_tags_are_added_once_and_removed(client):
    product = ProductFactory(tags=["Linen"])
    do(client, [product], kind="TAGS_ADD", tags="linen, summer, summer")
    assert Product.objects.get().tags == ["Linen", "summer"]
    do(client, [product], kind="TAGS_REMOVE", tags="LINEN")
    assert Product.objects.get().tags == ["summer"]


def test_a_collection_by_hand_takes_products_in_and_lets_them_go(client):
    made = Collection.objects.create(title="Sea", slug="sea", status="ACTIVE")
    product = ProductFactory()
    report = do(client, [product], kind="COLLECTION_ADD", collection=str(made.pk))
    assert list(made.products.all()) == [product]
    client.post(report.context["undo_url"])
    assert not made.products.exists()


def test_an_edit_is_one_batch_in_the_audit_log_in_the_name_of_the_person(client):
    [product] = priced(4900)
    report = do(client, [product], kind="PRICE_SET", price="30.00")
    entries = AuditLog.objects.filter(request_id=report.context["audit_id"])
    told = {entry.entity for entry in entries}
    assert told == {"catalog.product", "catalog.productvariant"}
    assert {entry.actor.email for entry in entries} == {"manager@example.com"}


def test_someone_without_prices_is_offered_no_price_edit():
    product = ProductFactory(price=4900)
    client = signed_in(staff(Role.EMPLOYEE))
    address = choose(client, product)
    kinds = dict(client.get(address).context["form"].fields["kind"].choices)
    assert "TAGS_ADD" in kinds
    assert "PRICE_SET" not in kinds
    response = client.post(address, {"kind": "PRICE_SET", "price": "1.00"})
    assert response.status_code == 422
    assert set(prices()) == {4900}


def test_a_plan_belongs_to_who_made_it(client):
    address, _shown = preview(client, priced(4900), kind="PRICE_SET", price="30.00")
    other = signed_in(staff(Role.ADMIN))
    assert other.post(address)["Location"] == LIST
    assert prices() == [4900]


def test_a_missing_value_is_refused_beside_its_field(client):
    response = client.post(choose(client, *priced(4900)), {"kind": "PRICE_SET", "price": ""})
    assert "price" in response.context["form"].errors


def test_much_is_done_by_a_job(client, monkeypatch):
    monkeypatch.setattr("catalog.bulk_edits.applying.AT_ONCE", 1)
    rows = priced(4900, 5900)
    address, _shown = preview(client, rows, kind="PRICE_SET", price="30.00")
    page = client.post(address, follow=True)
    assert "Waiting for its turn" in page.content.decode()
    assert prices() == [4900, 5900]
    plan_id = address.split("/")[-3]
    person = client.get("/admin/").wsgi_request.user
    tasks.apply_bulk_edit(plan_id, str(person.pk), False)
    assert prices() == [3000, 3000]
    assert reports.report_of(UUID(plan_id)).changed == 2


def test_all_that_a_filter_shows_can_be_chosen(client):
    for row in priced(4900, 5900):
        last = row
    fields = {"action": "bulk_edit", "select_across": "1", "_selected_action": [str(last.pk)]}
    page = client.get(client.post(LIST, fields)["Location"])
    assert "2 products are chosen" in page.content.decode()


def test_too_many_are_refused_before_anything_is_chosen(client, monkeypatch):
    monkeypatch.setattr("catalog.admin.bulk_edit.MOST", 1)
    fields = {"action": "bulk_edit", "_selected_action": [str(row.pk) for row in priced(1, 2)]}
    page = client.post(LIST, fields, follow=True).content.decode()
    assert "More than 1 products" in page


def counted(django_assert_max_num_queries, client, count):
    rows = priced(*([4900] * count))
    address, _shown = preview(client, rows, kind="PRICE_PERCENT", percent="-10")
    with django_assert_max_num_queries(40) as captured:
        client.post(address)
    return len(captured)


def test_statements_do_not_grow_with_the_products(client, django_assert_max_num_queries):
    few = counted(django_assert_max_num_queries, client, 2)
    assert counted(django_assert_max_num_queries, client, 12) == few


def test_the_form_of_an_edit_posts_as_a_browser_would(client):
    address = choose(client, ProductFactory())
    assert fields_of(client.get(address))["csrfmiddlewaretoken"]
    assert bulk_edits.MOST == 20_000
