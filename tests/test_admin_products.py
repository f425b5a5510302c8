"""Products in the back office: edited by staff, seen by shoppers at once, never overwritten."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog.models import Media, Product, ProductVariant
from catalog.tests.factories import CategoryFactory, OptionValueFactory, ProductFactory
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return signed_in(staff())


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page_of(product):
    return reverse("admin:catalog_product_change", args=[product.pk])


def edit(client, product, files=None, **changes):
    """Open the page, change some fields and save."""
    fields = fields_of(client.get(page_of(product))) | changes
    return client.post(page_of(product), fields | (files or {}))


def test_a_new_price_is_on_the_storefront_at_once(client):
    product = ProductFactory(price=4900)
    shop_page = reverse("catalog:product", args=[product.slug])
    assert "€49.00" in client.get(shop_page).content.decode()
    assert edit(client, product, price="59.90").status_code == 302
    text = client.get(shop_page).content.decode()
    assert "€59.90" in text
    assert "€49.00" not in text


def test_a_variant_with_a_price_of_its_own_keeps_it(client):
    product = ProductFactory(price=4900)
    own = product.variants.last()
    own.price = 5500
    own.save()
    edit(client, product, price="39.00")
    assert sorted(product.variants.values_list("price", flat=True)) == [3900, 5500]


@pytest.mark.parametrize("typed", ["49,9x", "49.999", "-1", ""])
def test_a_price_that_is_none_is_refused_beside_its_field(client, typed):
    product = ProductFactory(price=4900)
    response = edit(client, product, price=typed)
    assert "price" in response.context["adminform"].form.errors
    product.refresh_from_db()
    assert product.price == 4900


def test_a_stale_save_is_refused_and_overwrites_nothing(client):
    product = ProductFactory(title="Tee")
    opened = fields_of(client.get(page_of(product)))
    edit(client, product, title="Tee of a colleague")
    response = client.post(page_of(product), opened | {"title": "Tee of mine"})
    assert "Someone else changed this" in response.content.decode()
    assert Product.objects.get(pk=product.pk).title == "Tee of a colleague"


def test_a_stale_variant_row_is_refused_and_overwrites_nothing(client):
    product = ProductFactory()
    opened = fields_of(client.get(page_of(product)))
    variant = product.variants.first()
    variant.price = 100
    variant.save()
    response = client.post(page_of(product), opened | {"title": "Renamed"})
    assert "Someone else changed this" in response.content.decode()
    variant.refresh_from_db()
    product.refresh_from_db()
    assert (variant.price, product.title) != (4900, "Renamed")
    assert variant.price == 100


def test_a_variant_is_added_with_color_and_size_from_lists(client):
    product = ProductFactory(colors=("navy",), sizes=("s",))
    OptionValueFactory(option="size", slug="xl", name="XL")
    fresh = {"color": "navy", "size": "xl", "sku": "TEE-NAVY-XL", "price": "52.00"}
    edit(client, product, **{f"variants-1-{name}": value for name, value in fresh.items()})
    added = ProductVariant.objects.get(sku="TEE-NAVY-XL")
    assert added.option_values == {"color": "navy", "size": "xl"}
    assert (added.title, added.price, added.is_primary) == ("NAVY / XL", 5200, False)


def test_two_variants_of_one_color_and_size_are_refused(client):
    product = ProductFactory(sizes=("s", "m"))
    response = edit(client, product, **{"variants-0-size": "s"})
    assert "its own color and size" in response.content.decode()
    assert product.variants.filter(option_values__size="s").count() == 1


def test_a_sku_of_another_product_is_refused(client):
    taken = ProductFactory().variants.first().sku
    product = ProductFactory()
    response = edit(client, product, **{"variants-0-sku": taken})
    assert "Another variant has this SKU" in response.content.decode()
    assert ProductVariant.objects.filter(sku=taken).count() == 1


def test_the_primary_mark_moves_in_one_save(client):
    product = ProductFactory(sizes=("s", "m"))
    fields = fields_of(client.get(page_of(product)))
    marked = fields.pop("variants-1-is_primary")
    client.post(page_of(product), fields | {"variants-0-is_primary": marked})
    assert product.variants.get(is_primary=True).option_values["size"] == "m"


def test_a_withdrawn_variant_leaves_the_shop_but_not_the_ledger(client):
    product = ProductFactory(sizes=("s", "m"))
    edit(client, product, **{"variants-0-withdraw": "on"})
    assert product.variants.count() == 1
    assert product.variants.get().is_primary
    assert ProductVariant.all_objects.filter(product=product).count() == 2


def test_the_last_variant_of_an_active_product_stays(client):
    product = ProductFactory(sizes=("s",))
    response = edit(client, product, **{"variants-0-withdraw": "on"})
    assert "needs at least one variant" in response.content.decode()
    assert product.variants.count() == 1


def test_a_new_product_is_made_with_variant_and_category(client):
    OptionValueFactory(option="size", slug="m")
    add = reverse("admin:catalog_product_add")
    fields = fields_of(client.get(add)) | {
        "title": "Fisher smock",
        "slug": "fisher-smock",
        "status": "ACTIVE",
        "price": "129.00",
        "variants-0-size": "m",
        "variants-0-sku": "SMOCK-M",
        "variants-0-price": "129.00",
        "category_links-0-category": str(CategoryFactory().pk),
    }
    assert client.post(add, fields).status_code == 302
    product = Product.objects.get(slug="fisher-smock")
    assert (product.price, product.published_at is not None) == (12900, True)
    assert product.variants.get().is_primary
    assert product.category_links.get().is_primary


def test_archiving_takes_the_page_off_the_shop(client):
    product = ProductFactory()
    shop_page = reverse("catalog:product", args=[product.slug])
    action = {"action": "archive", "_selected_action": [str(product.pk)]}
    client.post(reverse("admin:catalog_product_changelist"), action)
    product.refresh_from_db()
    assert (product.status, product.deleted_at) == ("ARCHIVED", None)
    assert client.get(shop_page).status_code in (404, 410)


def test_an_employee_edits_words_and_sees_prices_only():
    product = ProductFactory(price=4900)
    client = signed_in(staff(Role.EMPLOYEE))
    page = client.get(page_of(product)).content.decode()
    assert 'name="price"' not in page
    assert "€49.00" in page
    edit(client, product, summary="Softer now", price="1.00")
    product.refresh_from_db()
    assert (product.summary, product.price) == ("Softer now", 4900)


def test_variants_keep_their_prices_before_someone_who_may_not_set_them():
    product = ProductFactory(price=4900)
    person = staff(Role.MANAGER)
    role = person.groups.get()
    role.permissions.remove(role.permissions.get(codename="change_price"))
    edit(signed_in(person), product, **{"variants-0-price": "1.00", "variants-0-barcode": "123"})
    assert product.variants.get(barcode="123").price == 4900


def picture(kind="JPEG", **options):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, kind, **options)
    return out.getvalue()


def upload(client, product, content, name="shirt.jpg"):
    file = SimpleUploadedFile(name, content, "image/jpeg")
    count = product.media_links.count()
    return edit(
        client,
        product,
        files={f"media_links-{count}-upload": file},
        **{f"media_links-{count}-alt_text": "Laid flat"},
    )


def test_the_page_posts_files_also_where_the_first_picture_is_an_old_one(client):
    product = ProductFactory()
    assert 'enctype="multipart/form-data"' in client.get(page_of(product)).content.decode()


def test_an_uploaded_picture_is_stored_upright_and_without_its_metadata(client):
    product = ProductFactory()
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif[0x0112] = 6
    upload(client, product, picture(exif=exif))
    media = Media.objects.get(alt_text="Laid flat")
    with default_storage.open(media.file) as file:
        content = file.read()
    assert b"Secret camera" not in content
    assert (media.mime_type, media.width, media.height) == ("image/jpeg", 40, 60)
    assert media.file.startswith("uploads/")
    assert "shirt" not in media.file
    assert product.media_links.last().media == media


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"#!/bin/sh\nreboot", "shirt.jpg"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "shirt.svg"),
        (picture()[:200], "shirt.jpg"),
        (picture("GIF"), "shirt.jpg"),
    ],
    ids=["script", "svg", "cut off", "gif"],
)
def test_a_file_that_is_no_picture_is_refused(client, content, name, tmp_path):
    product = ProductFactory()
    response = upload(client, product, content, name)
    assert "no JPEG, PNG, WebP or AVIF picture" in response.content.decode()
    assert not Media.objects.filter(alt_text="Laid flat").exists()
    assert not list(tmp_path.rglob("uploads"))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(client, monkeypatch):
    monkeypatch.setattr("catalog.uploads.MAX_PIXELS", 1000)
    product = ProductFactory()
    response = upload(client, product, picture())
    assert "megapixels" in response.content.decode()
    assert not Media.objects.filter(alt_text="Laid flat").exists()
