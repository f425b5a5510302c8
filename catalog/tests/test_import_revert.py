"""Taking an import back."""

import pytest
from django.db import OperationalError, connection

from audit.models import AuditLog
from catalog.imports import batches
from catalog.imports.errors import NotNow
from catalog.models import ImportBatch, Product, ProductVariant
from catalog.tests.factories import (
    BrandFactory,
    CategoryFactory,
    MediaFactory,
    OptionValueFactory,
    ProductFactory,
)
from catalog.tests.imported import applied, checked, on_hand, reverted
from inventory.models import Movement, Stock

pytestmark = pytest.mark.django_db

Status = ImportBatch.Status


@pytest.fixture
def tee():
    return ProductFactory(slug="tee", title="Tee", sizes=("s", "m"), category=CategoryFactory())


def facts(product):
    """Everything an import may change, but versions and times."""
    untold = {"updated_at", "version", "_state", "_loaded_values"}
    rows = [product.__class__.objects.get(pk=product.pk), *product.variants.order_by("sku")]
    return [
        *({k: v for k, v in vars(row).items() if k not in untold} for row in rows),
        sorted(product.category_links.values_list("category__path", "is_primary", "position")),
        sorted(product.media_links.values_list("media__asset_id", "position", "is_primary")),
        [on_hand(variant.sku) for variant in product.variants.order_by("sku")],
    ]


def test_everything_that_changed_is_as_it_was(tee):
    CategoryFactory(slug="sale")
    BrandFactory(slug="oderwerk")
    MediaFactory(file="uploads/new.jpg")
    before = facts(tee)
    header = ("sku", "title", "brand", "categories", "media", "attribute:fit", "attribute:new")
    cells = ("Other", "oderwerk", "sale", "uploads/new.jpg", "Slim", "yes")
    batch = applied(
        (*header, "price", "stock", "primary"),
        ("TEE-NAVY-S", *cells, "9", "4", "no"),
        ("TEE-NAVY-M", *[""] * 6, "8", "", "yes"),
    )
    assert facts(tee) != before
    assert reverted(batch).status == Status.REVERTED
    assert facts(tee) == before


def test_what_was_made_is_withdrawn(tee):
    OptionValueFactory(option="size", slug="l")
    batch = applied(
        ("product", "title", "sku", "price", "option:size", "stock", "status"),
        ("cap", "Cap", "CAP", "9", "", "3", "active"),
        ("tee", "Tee", "TEE-L", "9", "l", "5", "active"),
    )
    reverted(batch)
    assert not Product.objects.filter(slug="cap").exists()
    assert not ProductVariant.objects.filter(sku__in=["CAP", "TEE-L"]).exists()
    assert Product.all_objects.get(slug="cap").status == "ARCHIVED"
    assert Product.objects.get(slug="tee").status == "ACTIVE"
    assert on_hand("CAP") == on_hand("TEE-L") == 0


def test_units_go_back_by_a_counter_movement_and_sales_stay(tee):
    batch = applied(("sku", "stock"), ("TEE-NAVY-S", "4"))
    stock = Stock.objects.get(variant__sku="TEE-NAVY-S")
    Movement.objects.create(stock=stock, kind="SALE", quantity_change=-1)
    reverted(batch)
    changes = Movement.objects.filter(stock=stock).order_by("created_at")
    assert [movement.quantity_change for movement in changes] == [10, -6, -1, 6]


def test_row_changed_since_the_import_stops_the_revert(tee):
    batch = applied(("sku", "price"), ("TEE-NAVY-S", "5"), ("TEE-NAVY-M", "6"))
    ProductVariant.objects.filter(sku="TEE-NAVY-M").update(price=700)
    batch = reverted(batch)
    assert batch.status == Status.APPLIED
    assert [(row["line"], row["sku"]) for row in batch.conflicts] == [(3, "TEE-NAVY-M")]
    assert ProductVariant.objects.get(sku="TEE-NAVY-S").price == 500


def test_units_promised_to_shoppers_stop_the_revert(tee):
    batch = applied(("sku", "price", "stock"), ("TEE-NAVY-S", "5", "14"))
    Stock.objects.filter(variant__sku="TEE-NAVY-S").update(reserved=12)
    batch = reverted(batch)
    assert batch.conflicts[0]["reason"] == "12 units are promised to shoppers"
    assert on_hand("TEE-NAVY-S") == 14
    assert ProductVariant.objects.get(sku="TEE-NAVY-S").price == 500


def test_revert_is_told_to_the_audit_log_like_the_import(tee):
    batch = applied(("sku", "price"), ("TEE-NAVY-S", "5"))
    reverted(batch)
    entries = AuditLog.objects.filter(request_id=batch.audit_id, entity="catalog.productvariant")
    prices = [(row.before["price"], row.after["price"]) for row in entries.order_by("created_at")]
    assert prices == [(4900, 500), (500, 4900)]


def test_revert_that_breaks_off_half_way_takes_nothing_back(tee, monkeypatch):
    def watch(done):
        if done == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("catalog.imports.staging.CHUNK", 1)
    batch = applied(("sku", "price", "stock"), ("TEE-NAVY-S", "5", "4"), ("TEE-NAVY-M", "6", "5"))
    entries = AuditLog.objects.filter(request_id=batch.audit_id)
    before, told = facts(tee), entries.count()
    batches.ask_revert(batch.pk, user=None, in_background=False)
    with pytest.raises(KeyboardInterrupt):
        batches.revert(batch.pk, watch=watch)
    batch.refresh_from_db()
    assert (batch.status, batch.failure) == (
        Status.APPLIED,
        "The job broke off, and nothing was written.",
    )
    assert (facts(tee), entries.count()) == (before, told)
    assert reverted(batch).status == Status.REVERTED


def end_session(done):
    """As if the worker or the database server died after the first part."""
    if done == 1:
        session = connection.connection.info.backend_pid
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [session])
        other.close()


@pytest.mark.django_db(transaction=True)
def test_import_and_revert_whose_connection_is_lost_can_be_done_again(tee, monkeypatch):
    monkeypatch.setattr("catalog.imports.staging.CHUNK", 1)
    batch = checked(("sku", "price"), ("TEE-NAVY-S", "5"), ("TEE-NAVY-M", "6"))
    batches.confirm(batch.pk, user=None, in_background=False)
    with pytest.raises(OperationalError):
        batches.apply(batch.pk, watch=end_session)
    assert set(tee.variants.values_list("price", flat=True)) == {4900}
    batches.confirm(batch.pk, user=None, in_background=False)
    assert batches.apply(batch.pk).status == Status.APPLIED
    batches.ask_revert(batch.pk, user=None, in_background=False)
    with pytest.raises(OperationalError):
        batches.revert(batch.pk, watch=end_session)
    assert set(tee.variants.values_list("price", flat=True)) == {500, 600}
    assert reverted(batch).status == Status.REVERTED


def test_import_is_reverted_once(tee):
    batch = applied(("sku", "stock"), ("TEE-NAVY-S", "4"))
    reverted(batch)
    with pytest.raises(NotNow):
        batches.ask_revert(batch.pk, user=None)
    assert on_hand("TEE-NAVY-S") == 10
