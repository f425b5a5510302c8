"""What every table stands on: keys, times, soft delete, versions."""

from datetime import timedelta

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from catalog.models import Brand, Product
from shop.models import StaleObject, new_id

pytestmark = pytest.mark.django_db


def brand(slug="nordhafen", **fields):
    return Brand.objects.create(name="Nordhafen", slug=slug, **fields)


def product():
    return Product.objects.create(title="Coat", slug="coat", price=19_900)


def test_keys_are_version_7_and_in_the_order_they_were_made():
    keys = [new_id() for _ in range(2000)]
    assert {(key.version, key.variant) for key in keys} == {(7, "specified in RFC 4122")}
    assert keys == sorted(keys)
    assert len(set(keys)) == 2000


def test_database_touches_the_time_of_a_change_that_bypasses_the_orm():
    old = timezone.now() - timedelta(days=1)
    row = brand(created_at=old, updated_at=old)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_brand SET name = 'Südhafen' WHERE id = %s", [row.pk])
    row.refresh_from_db()
    assert row.created_at == old
    assert timezone.now() - row.updated_at < timedelta(minutes=1)


def test_database_gives_times_and_version_to_a_row_that_bypasses_the_orm():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_brand (id, name, slug, description, maker_name, maker_address,"
            " maker_email) VALUES (gen_random_uuid(), 'Nordhafen', 'nordhafen', '', '', '', '')"
        )
    row = Brand.objects.get()
    assert timezone.now() - row.created_at < timedelta(minutes=1)
    assert timezone.now() - row.updated_at < timedelta(minutes=1)


def test_soft_deleted_row_is_hidden_and_still_there():
    row = brand()
    row.soft_delete()
    assert not Brand.objects.exists()
    assert Brand.all_objects.get().is_deleted


def test_unique_name_is_free_again_after_soft_delete():
    brand().soft_delete()
    again = brand()
    with pytest.raises(IntegrityError, match="brand_slug_unique"), transaction.atomic():
        brand()
    assert Brand.objects.get() == again


def test_save_counts_the_version():
    row = product()
    row.title = "Long coat"
    row.save()
    assert (row.version, Product.objects.get().version) == (2, 2)


def test_stale_save_is_refused_and_nothing_overwritten():
    product()
    first, second = Product.objects.get(), Product.objects.get()
    first.title, second.title = "Long coat", "Short coat"
    first.save()
    with pytest.raises(StaleObject) as refused, transaction.atomic():
        second.save()
    assert refused.value.instance is second
    stored = Product.objects.get()
    assert (stored.title, stored.version) == ("Long coat", 2)


def test_stale_save_of_some_columns_is_refused_too():
    product()
    first, second = Product.objects.get(), Product.objects.get()
    first.save()
    second.price = 1
    with pytest.raises(StaleObject), transaction.atomic():
        second.save(update_fields=["price"])
    assert Product.objects.get().price == 19_900


def test_bulk_update_makes_open_forms_stale():
    open_form = product()
    Product.objects.update(price=17_900)
    with pytest.raises(StaleObject), transaction.atomic():
        open_form.save()


def test_save_of_a_vanished_row_is_not_called_stale():
    row = product()
    Product.objects.filter(pk=row.pk).delete()
    row.save()
    assert Product.objects.get() == row


def test_fixture_of_an_older_version_is_loaded():
    """As often as one likes, whatever staff changed in between."""
    text = serializers.serialize("json", [product()])
    Product.objects.update(title="Long coat")
    for loaded in serializers.deserialize("json", text):
        loaded.save()
    assert Product.objects.get().title == "Coat"
