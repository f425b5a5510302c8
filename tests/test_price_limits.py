"""Whoever may do everything with products but set prices sets none, whichever door they try."""

import pytest
from django.urls import reverse

from catalog.imports import columns
from catalog.imports.errors import ImportRefused
from catalog.models import PriceChange, PriceSchedule, Product, ProductVariant
from catalog.tests.factories import ProductFactory
from catalog.tests.imported import applied, checked
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff
from tests.test_admin_bulk_edit import choose, do
from tests.test_admin_planning import send, typed
from tests.test_admin_products import edit
from tests.test_admin_restore import change, entry_of, restore
from tests.test_admin_variants import cell, save

pytestmark = pytest.mark.django_db

AMOUNTS = ("price", "compare_at_price", "cost")
TYPED = {"price": "1.00", "compare_at_price": "999.00", "cost": "1.00"}
#: Columns of a file that write an amount, in every spelling.
COLUMNS = [one.name for one in columns.COLUMNS if one.field in AMOUNTS]


@pytest.fixture
def product():
    return ProductFactory(price=4900, compare_at_price=5900, cost=2000, sizes=("s", "m"))


@pytest.fixture
def boss():
    """Who may set prices."""
    return staff(Role.ADMIN)


@pytest.fixture
def colleague(boss):
    """Who manages products, brings files and edits many at once, and may set no price."""
    person = staff(Role.MANAGER)
    role = person.groups.get()
    role.permissions.remove(role.permissions.get(codename="change_price"))
    return person


@pytest.fixture
def client(colleague):
    return signed_in(colleague)


def prices():
    """All that is known of prices."""
    return [
        list(Product.objects.order_by("pk").values_list("pk", *AMOUNTS)),
        list(ProductVariant.objects.order_by("pk").values_list("pk", *AMOUNTS)),
        PriceChange.objects.count(),
        list(PriceSchedule.objects.order_by("pk").values()),
    ]


def test_the_form_of_a_product_takes_no_amount(client, product):
    before = prices()
    assert edit(client, product, summary="Softer", **TYPED).status_code == 302
    assert Product.objects.get(pk=product.pk).summary == "Softer"
    assert prices() == before


def test_the_rows_of_its_variants_take_no_amount(client, product):
    before, variant = prices(), product.variants.first()
    cells = {cell(variant, name): amount for name, amount in TYPED.items()}
    save(client, product, **cells, **{cell(variant, "barcode"): "123"})
    assert product.variants.filter(barcode="123").exists()
    assert prices() == before


def test_no_product_with_a_price_is_made(client, product):
    before = prices()
    add = reverse("admin:catalog_product_add")
    copy = reverse("admin:catalog_product_duplicate", args=[product.pk])
    for page in (add, copy):
        assert client.post(page, {"title": "Tee", "slug": "new", **TYPED}).status_code == 403
    assert prices() == before


@pytest.mark.parametrize("name", COLUMNS)
def test_a_file_with_an_amount_is_refused(name, colleague, product):
    before, variant = prices(), product.variants.first()
    with pytest.raises(ImportRefused, match="may not change"):
        checked(("product", "sku", name), (product.slug, variant.sku, "100"), user=colleague)
    assert prices() == before


def test_files_have_columns_with_amounts_in_both_spellings():
    assert {"price", "price_minor", "cost", "product_price", "product_cost"} <= set(COLUMNS)


def test_a_colleagues_file_with_prices_is_neither_confirmed_nor_taken_back(client, boss, product):
    variant = product.variants.first()
    waiting = checked(("product", "sku", "price"), (product.slug, variant.sku, "51"), user=boss)
    before = prices()
    client.post(reverse("admin:catalog_importbatch_confirm", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert (waiting.status, prices()) == ("CHECKED", before)
    done = applied(("product", "sku", "price"), (product.slug, variant.sku, "52"), user=boss)
    before = prices()
    client.post(reverse("admin:catalog_importbatch_revert", args=[done.pk]))
    done.refresh_from_db()
    assert (done.status, prices()) == ("APPLIED", before)


@pytest.mark.parametrize(
    "kind",
    [
        {"kind": "PRICE_SET", "price": "1.00"},
        {"kind": "PRICE_BY", "amount": "-1.00"},
        {"kind": "PRICE_PERCENT", "percent": "-10"},
    ],
    ids=lambda kind: kind["kind"],
)
def test_many_products_get_no_price_at_once(client, product, kind):
    before, address = prices(), choose(client, product)
    assert client.post(address, kind).status_code == 422
    assert prices() == before


def test_an_edit_that_was_begun_ends_with_the_right(boss, product):
    client = signed_in(boss)
    preview = client.post(choose(client, product), {"kind": "PRICE_SET", "price": "1.00"})
    before, role = prices(), boss.groups.get()
    role.permissions.remove(role.permissions.get(codename="change_price"))
    page = preview["Location"]
    assert (client.get(page).status_code, client.post(page).status_code) == (403, 403)
    assert prices() == before


def test_a_colleagues_edit_of_prices_is_not_taken_back(client, boss, product):
    report = do(signed_in(boss), [product], kind="PRICE_SET", price="39.00")
    before = prices()
    undo = report.request["PATH_INFO"].replace("report", "undo")
    assert (client.get(undo).status_code, client.post(undo).status_code) == (403, 403)
    assert prices() == before


def test_an_earlier_version_comes_back_without_its_amounts(client, product):
    variant = product.variants.first()
    entries = entry_of(product), entry_of(variant)
    change(product, title="Shirt", price=3900, compare_at_price=6900, cost=1500)
    change(variant, barcode="123", price=3900, compare_at_price=6900, cost=1500)
    before = prices()
    restore(client, product, entries[0])
    restore(client, variant, entries[1], owner=product)
    product.refresh_from_db()
    variant.refresh_from_db()
    assert (product.title, variant.barcode) != ("Shirt", "123")
    assert prices() == before


def test_no_price_is_planned_or_called_off(client, boss, product):
    send(signed_in(boss), product, percent_off="10", plan="1")
    planned, before = PriceSchedule.objects.get(), prices()
    send(client, product, percent_off="50", plan="1")
    page = reverse("admin:catalog_priceschedule_plan", args=[product.pk])
    times = {"starts_at": typed(1), "ends_at": typed(3)}
    assert client.post(page, {"percent_off": "50", **times}).status_code == 403
    cancel = reverse("admin:catalog_priceschedule_cancel", args=[planned.pk])
    assert client.post(cancel).status_code == 403
    assert prices() == before


def test_the_same_doors_open_to_who_may(boss, product):
    before = prices()
    edit(signed_in(boss), product, price="39.00")
    assert prices() != before
    page = reverse("admin:catalog_product_change", args=[product.pk])
    assert "price" in fields_of(signed_in(boss).get(page))
