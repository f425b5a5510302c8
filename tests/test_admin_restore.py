"""Histories that can be gone back in: shown first, checked like any change, and written down."""

import pytest
from django.urls import reverse

from audit.models import AuditLog
from catalog.models import Collection, ContentPage, Product, SizeChart
from catalog.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def entry_of(row, number=0):
    """The entry about ``row`` that is so many changes old; 0 is when it was made."""
    found = AuditLog.objects.filter(entity=row._meta.label_lower, entity_id=str(row.pk))
    return found.order_by("created_at", "id")[number]


def page_of(row, entry, owner=None):
    name = f"admin:catalog_{(owner or row)._meta.model_name}_restore"
    return reverse(name, args=[(owner or row).pk, entry.pk])


def change(row, **values):
    row = type(row).objects.get(pk=row.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def restore(client, row, entry, owner=None):
    page = page_of(row, entry, owner)
    return client.post(page, fields_of(client.get(page)))


def shown(response):
    return {change.label: (change.old, change.new) for change in response.context["changes"]}


def test_a_restore_shows_what_would_change_and_changes_nothing(client):
    product = ProductFactory(title="Tee", summary="Soft")
    first = entry_of(product)
    change(product, title="Shirt")
    change(product, title="Blouse", summary="")
    page = client.get(page_of(product, first))
    assert shown(page) == {"Title": ("Blouse", "Tee"), "Summary": ("", "Soft")}
    product.refresh_from_db()
    assert product.title == "Blouse"


def test_an_earlier_version_comes_back_with_an_entry_that_names_it(client):
    product = ProductFactory(title="Tee", tags=["linen"])
    first = entry_of(product)
    change(product, title="Shirt", tags=[])
    assert restore(client, product, first).status_code == 303
    product.refresh_from_db()
    assert (product.title, product.tags) == ("Tee", ["linen"])
    named = AuditLog.objects.get(after__restored_from=str(first.pk))
    assert named.actor.email == "manager@example.com"
    history = client.get(reverse("admin:catalog_product_history", args=[product.pk]))
    assert "Restored the version of" in history.content.decode()


def test_the_version_between_two_changes_comes_back(client):
    product = ProductFactory(title="One")
    change(product, title="Two")
    change(product, title="Three")
    restore(client, product, entry_of(product, 1))
    assert Product.objects.get(pk=product.pk).title == "Two"


def test_a_change_since_the_preview_refuses_the_restore(client):
    product = ProductFactory(title="Tee")
    page = page_of(product, entry_of(product))
    change(product, title="Shirt")
    fields = fields_of(client.get(page))
    change(product, title="Blouse")
    response = client.post(page, fields)
    assert response.status_code == 409
    assert "Someone else changed this" in response.content.decode()
    assert Product.objects.get(pk=product.pk).title == "Blouse"


def test_a_price_of_a_variant_comes_back_as_any_price_would(client):
    product = ProductFactory(price=4900, sizes=("s",))
    variant = product.variants.get()
    first = entry_of(variant)
    change(variant, price=3900)
    restore(client, variant, first, owner=product)
    variant.refresh_from_db()
    assert variant.price == 4900
    assert variant.price_changes.count() == 3


def test_an_employee_restores_words_but_no_prices():
    product = ProductFactory(title="Tee", price=4900)
    first = entry_of(product)
    change(product, title="Shirt", price=3900)
    client = signed_in(staff(Role.EMPLOYEE))
    page = client.get(page_of(product, first))
    assert [step.field.name for step in page.context["refused"]] == ["price"]
    assert "Your role does not set prices" in page.content.decode()
    restore(client, product, first)
    product.refresh_from_db()
    assert (product.title, product.price) == ("Tee", 3900)


def test_an_employee_restores_nothing_of_a_variant():
    product = ProductFactory(sizes=("s",))
    variant = product.variants.get()
    first = entry_of(variant)
    change(variant, barcode="123")
    client = signed_in(staff(Role.EMPLOYEE))
    restore(client, variant, first, owner=product)
    variant.refresh_from_db()
    assert variant.barcode == "123"


def test_a_version_that_no_longer_fits_is_refused_in_words(client):
    product = ProductFactory(slug="tee")
    first = entry_of(product)
    change(product, slug="shirt")
    ProductFactory(slug="tee", status="DRAFT", colors=())
    response = restore(client, product, first)
    assert response.status_code == 409
    assert Product.objects.get(pk=product.pk).slug == "shirt"


def test_an_entry_of_another_product_is_not_found(client):
    product, other = ProductFactory(), ProductFactory()
    response = client.get(page_of(product, entry_of(other)))
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: CategoryFactory(name="Before"), "name"),
        (lambda: BrandFactory(name="Before", slug="before"), "name"),
        (lambda: Collection.objects.create(title="Before", slug="before"), "title"),
        (lambda: ContentPage.objects.create(title="Before", slug="before", body="b"), "title"),
        (lambda: SizeChart.objects.create(title="Before", slug="before"), "title"),
    ],
    ids=["category", "brand", "collection", "page", "size chart"],
)
def test_other_tables_go_back_too(client, make, name):
    row = make()
    first = entry_of(row)
    change(row, **{name: "After"})
    assert restore(client, row, first).status_code == 303
    assert getattr(type(row).objects.get(pk=row.pk), name) == "Before"


def test_the_version_of_now_leads_to_the_one_before(client):
    product = ProductFactory(title="Before")
    first = entry_of(product)
    change(product, title="After")
    text = client.get(page_of(product, entry_of(product, 1))).content.decode()
    assert "This is how it is now." in text
    assert f'href="{page_of(product, first)}"' in text
    assert "See the version before" not in client.get(page_of(product, first)).content.decode()


def test_the_history_links_to_a_restore_only_for_who_may_change(client):
    product = ProductFactory()
    history = reverse("admin:catalog_product_history", args=[product.pk])
    assert "Restore this version" in client.get(history).content.decode()
    person = staff(Role.EMPLOYEE)
    role = person.groups.get()
    role.permissions.remove(role.permissions.get(codename="change_product"))
    assert "Restore this version" not in signed_in(person).get(history).content.decode()
    page = page_of(product, entry_of(product))
    assert signed_in(person).get(page).status_code == 403


def test_a_long_text_is_compared_line_by_line(client):
    product = ProductFactory(description="One\nTwo\nThree")
    change(product, description="One\nZwei\nThree")
    history = client.get(reverse("admin:catalog_product_history", args=[product.pk]))
    [changed] = [c for e in history.context["entries"] for c in e.changes if c.lines]
    assert [(line.sign, line.text) for line in changed.lines] == [
        ("", "One"),
        ("-", "Two"),
        ("+", "Zwei"),
        ("", "Three"),
    ]
