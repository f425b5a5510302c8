"""Rows that are found by typing: what is no key of any is refused in words, not an error page."""

import pytest
from django.urls import reverse

from catalog.models import Collection
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("inventory_stocktake", "category"),
        ("catalog_brand", "image"),
        ("catalog_category", "image"),
        ("catalog_collection", "image"),
        ("orders_coupon", "products"),
    ],
)
@pytest.mark.parametrize("typed", ["-1", "x' OR 1=1", "0" * 33])
def test_what_is_no_key_is_refused_at_its_field(table, name, typed):
    client = signed_in(staff())
    page = reverse(f"admin:{table}_add")
    answer = client.post(page, {**fields_of(client.get(page)), name: typed})
    assert answer.status_code == 200
    assert name in answer.context["adminform"].form.errors


def test_no_key_among_the_rows_of_a_table_is_refused_there():
    client = signed_in(staff())
    summer = Collection.objects.create(title="Summer", slug="summer")
    page = reverse("admin:catalog_collection_change", args=[summer.pk])
    fields = fields_of(client.get(page))
    rows = next(key.removesuffix("-TOTAL_FORMS") for key in fields if key.endswith("TOTAL_FORMS"))
    typed = {f"{rows}-TOTAL_FORMS": "1", f"{rows}-0-product": "-1", f"{rows}-0-position": "1"}
    answer = client.post(page, {**fields, **typed})
    assert answer.status_code == 200
    assert "product" in answer.context["inline_admin_formsets"][0].formset.errors[0]


def test_a_table_makes_no_more_rows_than_a_form_may_send():
    client = signed_in(staff())
    summer = Collection.objects.create(title="Summer", slug="summer")
    page = reverse("admin:catalog_collection_change", args=[summer.pk])
    fields = fields_of(client.get(page))
    [total] = [key for key in fields if key.endswith("TOTAL_FORMS")]
    answer = client.post(page, {**fields, total: "2000"})
    assert answer.status_code == 200
    rows = answer.context["inline_admin_formsets"][0].formset
    assert len(rows.forms) == 500
    assert rows.non_form_errors()
