"""What staff or their browsers send that no row can hold: never an error page."""

import pytest
from django.urls import reverse

from audit import recording
from audit.models import AuditLog
from catalog.admin import variant_grid
from catalog.models import Brand
from catalog.tests.factories import ProductFactory, variant
from catalog.tests.pages import article
from catalog.tests.test_reviews import written
from inventory.models import Movement
from tests.back_office import fields_of, signed_in, staff

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


@pytest.mark.parametrize("slug", ["../../x", "Thread\u202e", "<b>"])
def test_page_with_a_slug_that_is_none_is_refused_at_its_field(slug):
    client = signed_in(staff())
    page = reverse("admin:catalog_contentpage_change", args=[article().pk])
    answer = client.post(page, {**fields_of(client.get(page)), "slug": slug})
    assert answer.status_code == 200
    assert "slug" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_time_beyond_the_calendar_is_refused_at_its_field(day):
    """Kept, such a row could not be read again, nor any list with it."""
    client, page = signed_in(staff()), article()
    url = reverse("admin:catalog_contentpage_change", args=[page.pk])
    typed = {"published_at_0": day, "published_at_1": "00:00:00"}
    answer = client.post(url, {**fields_of(client.get(url)), **typed})
    assert answer.context["adminform"].form.errors.as_data()["published_at"][0].code == "year"
    assert type(page).objects.get().published_at == page.published_at


def test_history_shows_a_time_that_no_clock_tells():
    page, far = article(), "9999-12-31T23:59:59+00:00"
    recording.record(AuditLog.Action.UPDATE, type(page), page.pk, {}, {"published_at": far})
    history = reverse("admin:catalog_contentpage_history", args=[page.pk])
    assert "9999-12-31T23:59:59" in signed_in(staff()).get(history).content.decode()


def test_review_is_rejected_in_the_words_that_can_be_kept():
    review, client = written(ProductFactory()), signed_in(staff())
    page = reverse("admin:catalog_review_act", args=[review.pk])
    sent = {"act": "reject", "reason": "Not about\0 the product", "seen_version": review.version}
    assert client.post(page, sent).status_code == 302
    review.refresh_from_db()
    assert (review.status, review.rejection_reason) == ("REJECTED", "Not about the product")
    empty = {"act": "reject", "reason": "\0", "seen_version": "9" * 5000}
    assert client.post(page, empty, follow=True).status_code == 200


class TestGrid:
    @pytest.fixture
    def product(self):
        return ProductFactory(slug="smock", colors=("navy",), sizes=("s",))

    @pytest.fixture
    def page(self, product):
        return reverse("admin:catalog_product_variants", args=[product.pk])

    def test_sku_and_reason_are_kept_without_what_cannot_be(self, product, page):
        client, [shirt] = signed_in(staff()), product.variants.all()
        typed = {f"{shirt.pk.hex}.sku": "SMOCK\0-1", f"{shirt.pk.hex}.units": "3"}
        sent = fields_of(client.get(page)) | typed | {"reason": "Found\0 three"}
        assert client.post(page, sent).status_code == 303
        shirt.refresh_from_db()
        assert shirt.sku == "SMOCK-1"
        assert Movement.objects.filter(stock__variant=shirt, note="Found three").count() == 1

    @pytest.mark.parametrize("name", ["units", "weight"])
    def test_endless_number_is_refused_at_its_cell(self, product, page, name):
        client, [shirt] = signed_in(staff()), product.variants.all()
        sent = fields_of(client.get(f"{page}?more=1")) | {f"{shirt.pk.hex}.{name}": "9" * 5000}
        answer = client.post(f"{page}?more=1", sent)
        assert answer.status_code == 422
        assert [list(line.errors) for line in answer.context["grid"].lines] == [[name]]

    @pytest.mark.parametrize(
        ("number", "shown"), [("9" * 5000, 1), ("7", 2), ("0", 1), ("\u00b2", 1), ("2", 2)]
    )
    def test_page_there_is_none_of_is_another_one(self, product, page, number, shown, monkeypatch):
        monkeypatch.setattr(variant_grid, "ROWS", 1)
        variant(product, "navy", "m")
        answer = signed_in(staff()).get(page, {"page": number})
        assert answer.context["grid"].number == shown
