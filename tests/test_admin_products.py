"""Products in the back office: edited by staff, seen by shoppers at once, never overwritten."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog.models import Collection, Media, Product
from catalog.tests.factories import CategoryFactory, ProductFactory
from inventory.models import Stock
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


def late(client, product, **mine):
    """Save what was opened before a colleague renamed the product."""
    opened = fields_of(client.get(page_of(product)))
    edit(client, product, title="Tee of a colleague")
    return client.post(page_of(product), opened | mine)


def test_a_stale_save_is_refused_and_overwrites_nothing(client):
    product = ProductFactory(title="Tee")
    response = late(client, product, title="Tee of mine", summary="Typed by me")
    assert "Someone else changed this" in response.content.decode()
    [conflict] = response.context["conflicts"]
    assert (conflict.name, conflict.theirs, conflict.mine) == (
        "title",
        "Tee of a colleague",
        "Tee of mine",
    )
    assert conflict.who == "admin@example.com"
    assert 'value="Typed by me"' in response.content.decode()
    assert Product.objects.get(pk=product.pk).title == "Tee of a colleague"


@pytest.mark.parametrize(
    ("choice", "title"), [("mine", "Tee of mine"), ("theirs", "Tee of a colleague")]
)
def test_a_conflict_is_merged_field_by_field(client, choice, title):
    product = ProductFactory(title="Tee")
    response = late(client, product, title="Tee of mine", summary="Typed by me")
    again = fields_of(response) | {"merge-title": choice}
    assert client.post(page_of(product), again).status_code == 302
    product.refresh_from_db()
    assert (product.title, product.summary) == (title, "Typed by me")


def test_what_only_the_colleague_changed_stands_unless_chosen_otherwise(client):
    product = ProductFactory(title="Tee")
    response = late(client, product, summary="Typed by me")
    [conflict] = response.context["conflicts"]
    assert conflict.chosen == "theirs"
    client.post(page_of(product), fields_of(response))
    product.refresh_from_db()
    assert (product.title, product.summary) == ("Tee of a colleague", "Typed by me")


def test_a_new_product_is_a_draft_and_its_variants_come_next(client):
    add = reverse("admin:catalog_product_add")
    fields = fields_of(client.get(add)) | {
        "title": "Fisher smock",
        "slug": "fisher-smock",
        "price": "129.00",
        "category_links-0-category": str(CategoryFactory().pk),
    }
    response = client.post(add, fields)
    product = Product.objects.get(slug="fisher-smock")
    assert response["Location"] == reverse("admin:catalog_product_variants", args=[product.pk])
    assert (product.status, product.price) == ("DRAFT", 12900)
    assert product.category_links.get().is_primary


def test_a_new_product_asks_only_for_what_a_draft_needs(client):
    asked = set(fields_of(client.get(reverse("admin:catalog_product_add"))))
    assert {"title", "price", "category_links-0-category"} <= asked
    assert not {"status", "care", "fibers", "seo_title", "media_links-TOTAL_FORMS"} & asked


def test_a_product_without_variants_cannot_become_active(client):
    product = ProductFactory(status="DRAFT", sizes=())
    response = edit(client, product, status="ACTIVE")
    assert "needs at least one variant" in response.content.decode()
    product.refresh_from_db()
    assert product.status == "DRAFT"


def sections(response):
    return {section.name: section.errors for section in response.context["sections"]}


def test_errors_are_counted_by_section_and_the_first_broken_one_opens(client):
    product = ProductFactory(title="Tee")
    response = edit(client, product, title="", price="none", summary="kept")
    assert sections(response) == {"basics": 1, "media": 0, "pricing": 1, "seo": 0, "visibility": 0}
    page = response.content.decode()
    assert 'data-broken="basics"' in page
    assert 'value="kept"' in page


def fibers(*rows):
    cells = {}
    for number, (part, fiber, percent) in enumerate(rows):
        start = f"fibers-{number}"
        cells |= {f"{start}-part": part, f"{start}-fiber": fiber, f"{start}-percent": percent}
    return cells


def test_fibers_are_typed_as_rows(client):
    product = ProductFactory()
    edit(client, product, **fibers(("shell", "cotton", "98"), ("shell", "elastane", "2")))
    product.refresh_from_db()
    assert product.fibers == [
        {"part": "shell", "fiber": "cotton", "percent": 98},
        {"part": "shell", "fiber": "elastane", "percent": 2},
    ]
    edit(client, product, **fibers(("", "", ""), ("", "", "")))
    product.refresh_from_db()
    assert product.fibers == []


def test_fibers_that_do_not_add_up_are_refused_and_stay_typed(client):
    product = ProductFactory()
    response = edit(client, product, **fibers(("shell", "cotton", "97")))
    assert "not to 100" in response.content.decode()
    assert 'value="97"' in response.content.decode()
    product.refresh_from_db()
    assert product.fibers == []


def test_care_that_contradicts_itself_is_refused(client):
    product = ProductFactory()
    response = edit(client, product, care=["WASH_30", "WASH_60"])
    assert "contradict" in response.content.decode()
    edit(client, product, care=["WASH_30", "IRON_110"])
    product.refresh_from_db()
    assert product.care == ["WASH_30", "IRON_110"]


def test_attributes_are_rows_of_name_and_value(client):
    product = ProductFactory(attributes={"fit": "Slim"})
    fresh = {"attributes-0-value": "Loose", "attributes-1-name": "weight"}
    edit(client, product, **fresh, **{"attributes-1-value": "240 g"})
    product.refresh_from_db()
    assert product.attributes == {"fit": "Loose", "weight": "240 g"}


def test_collections_by_hand_are_ticked(client):
    sea = Collection.objects.create(title="Sea", slug="sea")
    product = ProductFactory()
    edit(client, product, collections=[str(sea.pk)])
    assert list(sea.products.all()) == [product]
    fields = fields_of(client.get(page_of(product)))
    fields.pop("collections")
    client.post(page_of(product), fields)
    assert not sea.products.exists()


def test_related_products_are_chosen(client):
    product, other = ProductFactory(), ProductFactory()
    edit(client, product, **{"links-0-other": other.slug, "links-0-kind": "LOOK"})
    assert product.links.get().other == other
    response = edit(client, product, **{"links-0-other": "nothing-like-it"})
    assert "No product has this address or SKU" in response.content.decode()


def test_a_draft_can_be_previewed_and_a_published_product_viewed(client):
    draft = ProductFactory(status="DRAFT")
    url = client.get(page_of(draft)).context["preview_url"]
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert client.get(url).status_code == 200
    assert "preview_url" not in client.get(page_of(ProductFactory())).context


def test_a_copy_is_a_draft_with_new_skus_and_no_stock(client):
    product = ProductFactory(title="Tee", slug="tee", category=CategoryFactory(), tags=["linen"])
    page = reverse("admin:catalog_product_duplicate", args=[product.pk])
    assert client.post(page).status_code == 303
    copy = Product.objects.get(slug="tee-copy")
    assert (copy.status, copy.tags, copy.category_links.count()) == ("DRAFT", ["linen"], 1)
    assert set(copy.variants.values_list("sku", flat=True)) == {
        "TEE-COPY-NAVY-S",
        "TEE-COPY-NAVY-M",
    }
    assert copy.variants.filter(is_primary=True).count() == 1
    assert not Stock.objects.filter(variant__product=copy).exists()
    client.post(page)
    assert Product.objects.filter(slug="tee-copy-2").exists()


def test_archiving_takes_the_page_off_the_shop(client):
    product = ProductFactory()
    shop_page = reverse("catalog:product", args=[product.slug])
    action = {"action": "archive", "_selected_action": [str(product.pk)]}
    preview = client.post(reverse("admin:catalog_product_changelist"), action)["Location"]
    assert client.get(preview).context["preview"].changes == 1
    assert client.get(shop_page).status_code == 200
    client.post(preview)
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


def test_a_picture_without_words_is_called_by_its_place(client):
    product = ProductFactory(title="Sea smock", colors=("navy",))
    place = f"media_links-{product.media_links.count()}"
    file = SimpleUploadedFile("shirt.jpg", picture(), "image/jpeg")
    said = {f"{place}-color": "navy", f"{place}-view_name": "Cuff"}
    edit(client, product, files={f"{place}-upload": file}, **said)
    assert product.media_links.last().media.alt_text == "Sea smock, NAVY, cuff"


FILM = b"\x00\x00\x00\x18ftypisom" + bytes(100)


def test_a_film_its_captions_and_a_leaflet_stand_beside_the_pictures(client):
    product = ProductFactory(title="Smock")
    upload(client, product, FILM, "walk.mp4")
    upload(client, product, b"WEBVTT\n\n00:00.000 --> 00:01.000\n[rain]\n", "walk.vtt")
    upload(client, product, b"%PDF-1.7\n%%EOF", "care.pdf")
    files = [link.media for link in product.media_links.all()][-3:]
    assert [file.kind for file in files] == ["VIDEO", "DOCUMENT", "DOCUMENT"]
    assert f'<a href="{files[0].url}">Film</a>' in client.get(page_of(product)).content.decode()
    shown = client.get(product.get_absolute_url()).content.decode()
    assert all(file.url in shown for file in files)


def test_a_film_is_never_the_primary_picture(client):
    product = ProductFactory()
    product.media_links.update(is_primary=False)
    count = product.media_links.count()
    film = SimpleUploadedFile("walk.mp4", FILM, "video/mp4")
    place = f"media_links-{count}"
    files = {f"{place}-upload": film}
    page = edit(client, product, files=files, **{f"{place}-is_primary": "on"}).content.decode()
    assert "Only a picture can be the primary one." in page
    assert product.media_links.count() == count


def draw(client, product, **chosen):
    return client.post(reverse("admin:catalog_product_draw", args=[product.pk]), chosen)


def test_a_garment_is_seen_from_every_side_before_its_pictures_are_put_up(client):
    product = ProductFactory(colors=("navy",))
    links = product.media_links.count()
    page = reverse("admin:catalog_product_draw", args=[product.pk])
    chosen = {"garment": "coat", "color": "navy", "pattern": ""}
    fragment = client.get(page, chosen, headers={"HX-Request": "true"}).content.decode()
    assert fragment.count("<img") == 5
    assert "<html" not in fragment
    assert product.media_links.count() == links
    assert draw(client, product, **chosen).status_code == 303
    assert [link.view_name for link in product.media_links.all()[links:]] == [
        "front",
        "back",
        "detail",
        "fabric",
        "flatlay",
    ]
    draw(client, product, **chosen)
    assert product.media_links.count() == links + 5


def test_a_garment_that_is_none_draws_nothing(client):
    product = ProductFactory(colors=("navy",))
    links = product.media_links.count()
    for chosen in ({"garment": "cape", "color": "navy"}, {"garment": "coat", "color": "rainbow"}):
        assert draw(client, product, **chosen).status_code == 422
    nobody = signed_in(staff(Role.CUSTOMER))
    assert draw(nobody, product, garment="coat", color="navy").status_code == 403
    assert product.media_links.count() == links


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
    monkeypatch.setattr("catalog.pictures.uploads.MAX_PIXELS", 1000)
    product = ProductFactory()
    response = upload(client, product, picture())
    assert "megapixels" in response.content.decode()
    assert not Media.objects.filter(alt_text="Laid flat").exists()
