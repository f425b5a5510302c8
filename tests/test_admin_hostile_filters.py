"""Filters in the address of a list: what no row can hold is a bad filter, not an error page."""

import pytest
from django.urls import reverse

from catalog.models import Brand
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("table", "query"),
    [
        ("catalog_product", {"status__exact": "\0"}),
        ("catalog_review", {"status__exact": "PENDING\0"}),
        ("catalog_collection", {"kind__exact": "\0"}),
        ("inventory_movement", {"created_at__year": "9" * 20}),
        ("orders_order", {"status__exact": "\0"}),
        ("orders_order", {"placed_at__year": "9" * 20}),
        ("payments_payment", {"provider__exact": "\0"}),
        ("accounts_user", {"status__exact": "\0"}),
    ],
)
def test_value_that_no_row_can_hold_leads_to_the_whole_list(table, query):
    page = reverse(f"admin:{table}_changelist")
    client = signed_in(staff())
    answer = client.get(page, query)
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"{page}?e=1")
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("model", "field"), [("product", "brand"), ("collectionproduct", "product")]
)
def test_field_that_finds_by_typing_overlooks_what_cannot_be_typed(model, field):
    Brand.objects.create(name="Corvane", slug="corvane")
    asked = {"app_label": "catalog", "model_name": model, "field_name": field, "term": "corv\0ane"}
    answer = signed_in(staff()).get(reverse("admin:autocomplete"), asked)
    names = [found["text"] for found in answer.json()["results"]]
    assert names == (["Corvane"] if field == "brand" else [])
