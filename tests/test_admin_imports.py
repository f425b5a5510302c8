"""The import and export pages of the back office, from upload to revert."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import AuditLog
from catalog import export_schedules, exports
from catalog.imports import batches, pictures
from catalog.models import ExportSchedule, ImportBatch, ProductExport, ProductVariant
from catalog.tests.factories import ProductFactory
from catalog.tests.imported import csv_file
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/catalog/importbatch/add/"
EXPORT = "/admin/catalog/productexport/add/"


@pytest.fixture(autouse=True)
def exchange(settings, tmp_path):
    settings.EXCHANGE_ROOT = tmp_path / "exchange"


@pytest.fixture
def tee():
    return ProductFactory(slug="tee", title="Tee")


@pytest.fixture
def manager():
    return signed_in(staff(Role.MANAGER))


def upload(client, *rows):
    """Upload and have the file checked; the address of the import."""
    file = SimpleUploadedFile("spring.csv", csv_file(*rows))
    columns = client.post(UPLOAD, {"file": file})["Location"]
    response = client.post(columns, fields_of(client.get(columns)))
    batches.check(ImportBatch.objects.get().pk)
    return response["Location"]


def test_file_is_uploaded_checked_confirmed_and_reverted(manager, tee):
    page = upload(manager, ("sku", "price"), ("TEE-NAVY-S", "59"))
    text = manager.get(page).content.decode()
    assert "49.00" in text
    assert "59.00" in text
    batch = ImportBatch.objects.get()
    manager.post(f"/admin/catalog/importbatch/{batch.pk}/confirm/")
    assert "every 2s" in manager.get(page).content.decode()
    batches.apply(batch.pk)
    assert ProductVariant.objects.get(sku="TEE-NAVY-S").price == 5900
    manager.post(f"/admin/catalog/importbatch/{batch.pk}/revert/")
    batches.revert(batch.pk)
    assert ProductVariant.objects.get(sku="TEE-NAVY-S").price == 4900
    assert "Reverted" in manager.get(page).content.decode()


def test_file_with_errors_offers_its_errors_and_no_import(manager, tee):
    page = upload(manager, ("sku", "price"), ("TEE-NAVY-S", "5"), ("TEE-NAVY-M", "=1"))
    text = manager.get(page).content.decode()
    assert "is a formula" in text
    assert "Has errors" in text
    assert "Ready to confirm" not in text
    assert "Upload the corrected file" in text
    assert "/confirm/" not in text
    response = manager.get(page.replace("/change/", "/errors/"))
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == [
        "line,reason,sku,price",
        '3,"Price is a formula: give its value, or text after an apostrophe",TEE-NAVY-M,\'=1',
    ]


def test_page_tells_how_many_pictures_came_and_what_was_wrong(manager, tee, settings):
    settings.IMPORT_MEDIA_HOSTS = ["localhost"]
    page = upload(manager, ("sku", "media"), ("TEE-NAVY-S", "https://localhost/a.png"))
    batch = ImportBatch.objects.get()
    manager.post(f"/admin/catalog/importbatch/{batch.pk}/confirm/")
    batches.apply(batch.pk)
    assert "0 of 1 pictures fetched" in manager.get(page).content.decode()
    pictures.fetch_waiting(batch.pk)
    problem = "Line 2, https://localhost/a.png: the host is not on the public net"
    assert problem in manager.get(page).content.decode()


def test_file_that_changes_nothing_is_not_called_ready(manager, tee):
    page = upload(manager, ("sku", "product"), ("TEE-NAVY-S", "tee"), ("TEE-NAVY-M", "tee"))
    text = manager.get(page).content.decode()
    assert "Nothing to import" in text
    assert "Ready to confirm" not in text


def test_columns_are_told_by_what_stands_in_them(manager, tee):
    file = SimpleUploadedFile("tees.csv", b"sku,note\nTEE-NAVY-S,\n")
    text = manager.post(UPLOAD, {"file": file}, follow=True).content.decode()
    assert "Read as CSV, UTF-8." in text
    assert text.count("For example:") == text.count("For example: TEE-NAVY-S") == 1


def test_preview_can_be_filtered_by_kind(manager, tee):
    page = upload(manager, ("sku", "price"), ("TEE-NAVY-S", "5"), ("TEE-NAVY-M", "49"))
    text = manager.get(f"{page}?kind=UNCHANGED").content.decode()
    assert "TEE-NAVY-M" in text
    assert "TEE-NAVY-S" not in text


def test_progress_asks_for_the_page_when_the_job_is_done(manager, tee):
    page = upload(manager, ("sku", "price"), ("TEE-NAVY-S", "5"))
    response = manager.get(page.replace("/change/", "/progress/"))
    assert response["HX-Refresh"] == "true"


def test_file_that_is_no_table_is_refused_on_the_page(manager):
    response = manager.post(UPLOAD, {"file": SimpleUploadedFile("a.csv", b"\n")})
    assert response.status_code == 422
    assert "no header line" in response.content.decode()


def test_employee_may_neither_import_nor_export(tee):
    client = signed_in(staff(Role.EMPLOYEE))
    for page in (UPLOAD, EXPORT, "/admin/catalog/exportschedule/add/"):
        assert client.get(page).status_code == 403


def test_list_of_products_is_exported_as_it_is_filtered(manager, tee):
    ProductFactory(slug="cap", status="DRAFT")
    page = f"{EXPORT}?status__exact=DRAFT"
    response = manager.post(page, fields_of(manager.get(page)) | {"columns": ["product", "price"]})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == ["product,price", "cap,49.00", "cap,49.00"]
    assert AuditLog.objects.get(action="EXPORT").after["filter"] == {"status__exact": "DRAFT"}


@pytest.mark.parametrize(
    "query",
    ["q=TEE-NAVY", "q=tee-na", "q=Te", "q=e", "q=Tee%20x", "status__exact=DRAFT&q=ca", "q=%00"],
)
def test_export_has_exactly_what_the_list_shows(manager, tee, query):
    ProductFactory(slug="cap", title="Cap", status="DRAFT")
    shown = manager.get(f"/admin/catalog/product/?{query}").context["cl"].queryset
    response = manager.post(f"{EXPORT}?{query}", {"file_format": "CSV", "columns": ["product"]})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert set(lines[1:]) == {product.slug for product in shown}


def test_list_is_planned_as_it_is_filtered(manager, tee):
    ProductFactory(slug="cap", status="DRAFT")
    export = manager.get(f"{EXPORT}?status__exact=DRAFT")
    page = "/admin/catalog/exportschedule/add/?status__exact=DRAFT"
    assert page in export.content.decode()
    fields = fields_of(manager.get(page)) | {"title": "Drafts", "columns": ["sku"], "hour": "7"}
    assert manager.post(page, fields).status_code == 302
    schedule = ExportSchedule.objects.get()
    assert (schedule.selection, schedule.columns) == ({"status__exact": "DRAFT"}, ["sku"])
    assert schedule.next_at > timezone.now()
    form = manager.get(f"/admin/catalog/exportschedule/{schedule.pk}/change/")
    assert fields_of(form)["status__exact"] == "DRAFT"
    assert export_schedules.order_due(schedule.next_at) == 1
    exports.write_ordered(schedule.files.get().pk)
    files = f"/admin/catalog/productexport/?schedule__id__exact={schedule.pk}"
    assert files in manager.get("/admin/catalog/exportschedule/").content.decode()
    assert "Download" in manager.get(files).content.decode()


def test_workbook_is_written_by_a_job_and_fetched(manager, tee):
    fields = {"file_format": "XLSX", "columns": ["sku"]}
    assert manager.post(EXPORT, fields).status_code == 303
    listed = "/admin/catalog/productexport/"
    assert 'data-js="reload"' in manager.get(listed).content.decode()
    export = exports.write_ordered(ProductExport.objects.get().pk)
    assert 'data-js="reload"' not in manager.get(listed).content.decode()
    assert "Download" in manager.get("/admin/catalog/productexport/").content.decode()
    response = manager.get(f"/admin/catalog/productexport/{export.pk}/file/")
    assert b"".join(response.streaming_content).startswith(b"PK")


def test_products_go_out_and_come_back_by_command(tee, tmp_path, capsys):
    path = tmp_path / "products.csv"
    call_command("export_products", path, verbosity=0)
    call_command("import_products", path, verbosity=0)
    assert "0 new, 0 changed, 2 unchanged" in capsys.readouterr().out


def test_command_writes_the_chosen_columns_of_the_products_found(tee, tmp_path):
    ProductFactory(slug="cap")
    path = tmp_path / "products.csv"
    options = {"columns": "sku, price", "search": "cap-navy", "verbosity": 0}
    call_command("export_products", path, **options)
    assert path.read_text("utf-8-sig").splitlines()[:2] == ["sku,price", "CAP-NAVY-S,49.00"]
    with pytest.raises(CommandError, match="no column colour"):
        call_command("export_products", path, columns="colour", verbosity=0)


def test_command_ends_with_an_error_and_tells_the_lines(tee, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_bytes(csv_file(("SKU", "Netto"), ("TEE-NAVY-S", "x")))
    with pytest.raises(CommandError, match="Line 2, price: is not an amount"):
        call_command("import_products", path, "--map", "Netto=price", verbosity=0)


def test_dry_run_writes_nothing(tee, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_bytes(csv_file(("SKU", "Price"), ("TEE-NAVY-S", "5")))
    call_command("import_products", path, "--dry-run", verbosity=0)
    assert ProductVariant.objects.get(sku="TEE-NAVY-S").price == 4900
