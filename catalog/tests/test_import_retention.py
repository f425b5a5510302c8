"""What the nightly job throws away, and what it must keep."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import exports
from catalog.imports import files, retention
from catalog.models import ImportBatch, ImportRow, ProductExport
from catalog.tests.factories import ProductFactory
from catalog.tests.imported import applied, checked, csv_file, received, reverted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def exchange(settings, tmp_path):
    settings.EXCHANGE_ROOT = tmp_path
    ProductFactory(slug="tee")


def in_days(count):
    return retention.clean(timezone.now() + timedelta(days=count))


def price(amount):
    return applied(("sku", "price"), ("TEE-NAVY-S", amount))


def test_file_that_was_never_imported_goes_after_a_week():
    batch = checked(("sku", "price"), ("TEE-NAVY-S", "5"))
    assert in_days(6) == 0
    assert files.path_of(batch).exists()
    assert in_days(8) == 1
    assert not files.path_of(batch).exists()
    assert not ImportRow.objects.exists()


def test_imported_file_goes_after_a_day_and_can_still_be_reverted():
    batch = price("5")
    in_days(2)
    assert not files.path_of(batch).exists()
    assert reverted(batch).status == "REVERTED"


def test_import_goes_when_it_is_too_old_to_be_reverted(settings):
    settings.IMPORT_KEEP_DAYS = 30
    price("5")
    assert in_days(29) == 0
    assert ImportRow.objects.count() == 1
    assert in_days(31) == 1
    assert not ImportBatch.objects.exists()
    assert not ImportRow.objects.exists()


def test_import_at_work_stays_however_long_it_takes():
    batch = checked(("sku", "price"), ("TEE-NAVY-S", "5"))
    ImportBatch.objects.filter(pk=batch.pk).update(status="APPLYING")
    assert in_days(400) == 0


def test_export_goes_after_a_week():
    export = exports.order(file_format="CSV", selection={}, names=["sku"], user=None)
    exports.write_ordered(export.pk)
    assert in_days(6) == 0
    assert in_days(8) == 1
    assert not exports.path_of(export).exists()
    assert not ProductExport.objects.exists()


def test_draft_of_a_broken_upload_goes_and_a_young_file_stays(tmp_path):
    kept = files.path_of(received(csv_file(("sku",), ("A",))))
    stray = kept.with_name(".stray")
    stray.write_bytes(b"sku")
    in_days(0)
    assert stray.exists()
    os.utime(stray, (0, 0))
    in_days(0)
    assert (stray.exists(), kept.exists()) == (False, True)
