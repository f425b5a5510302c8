"""Pictures and files in the back office: brought, described, and never lost while they are used."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog.models import Category, Media, ProductMedia
from catalog.pictures import renditions, uploads
from catalog.tests.factories import CategoryFactory, ProductFactory
from catalog.tests.pictures import content_of, noise
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

ADD = reverse("admin:catalog_media_add")


@pytest.fixture
def client():
    return signed_in(staff())


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def bring(client, content, name="file.bin", alt_text="A picture"):
    upload = SimpleUploadedFile(name, content, "text/html")
    return client.post(ADD, {"upload": upload, "alt_text": alt_text, "caption": ""})


def stored(alt_text="Navy"):
    return uploads.store_picture(io.BytesIO(content_of(noise(200, 250))), alt_text=alt_text)


def page_of(media):
    return reverse("admin:catalog_media_change", args=[media.pk])


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.ADMIN])
def test_staff_bring_a_picture_and_see_it(role):
    client = signed_in(staff(role))
    assert 'enctype="multipart/form-data"' in client.get(ADD).content.decode()
    assert bring(client, content_of()).status_code == 302
    media = Media.objects.get(alt_text="A picture")
    page = client.get(page_of(media)).content.decode()
    assert f'<img class="a-preview" src="{media.url}"' in page
    assert "Being made" in page


def test_a_film_needs_no_words(client):
    film = b"\x00\x00\x00\x18ftypisom" + bytes(100)
    assert bring(client, film, alt_text="").status_code == 302
    assert Media.objects.get().kind == "VIDEO"


def test_a_picture_without_words_is_refused(client):
    assert (
        "Say what the picture shows." in bring(client, content_of(), alt_text="").content.decode()
    )
    assert not Media.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<script>alert(1)</script>", "no JPEG, PNG, WebP or AVIF picture, no MP4"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no JPEG, PNG, WebP or AVIF picture"),
        (
            content_of(
                Image.new("RGB", (9, 9)),
                "WEBP",
                save_all=True,
                append_images=[Image.new("RGB", (9, 9), "red")],
            ),
            "This picture moves",
        ),
    ],
    ids=["html", "svg", "animation"],
)
def test_a_refusal_is_said_in_words(client, content, words):
    assert words in bring(client, content, "picture.jpg").content.decode()
    assert not Media.objects.exists()


def test_the_same_upload_twice_is_one_file(client):
    for _ in range(2):
        assert bring(client, content_of()).status_code == 302
    assert Media.objects.count() == 1


def test_a_page_of_a_file_says_where_it_is_shown_and_in_which_sizes(client):
    media = stored()
    assert "Nothing" in client.get(page_of(media)).content.decode()
    product = ProductFactory(title="Harbor breton")
    ProductMedia.objects.create(product=product, media=media)
    category = CategoryFactory(name="Knitwear")
    Category.objects.filter(pk=category.pk).update(image=media)
    renditions.make(media)
    page = client.get(page_of(media)).content.decode()
    assert "Product: Harbor breton" in page
    assert reverse("admin:catalog_product_change", args=[product.pk]) in page
    assert "Category: Knitwear" in page
    assert "AVIF, JPG, WEBP: 160, 200 px" in page


def test_nobody_deletes_a_file_here(client):
    media = stored()
    url = reverse("admin:catalog_media_delete", args=[media.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert Media.objects.filter(pk=media.pk).exists()


@pytest.mark.parametrize("status", ["ACTIVE", "DRAFT"])
def test_words_that_go_missing_on_an_active_product_are_missed(client, status):
    media = stored()
    product = ProductFactory(title="Harbor breton", status=status)
    ProductMedia.objects.create(product=product, media=media)
    fields = fields_of(client.get(page_of(media))) | {"alt_text": ""}
    page = client.post(page_of(media), fields, follow=True).content.decode()
    assert ("Harbor breton has no alternative text" in page) == (status == "ACTIVE")


def test_the_list_finds_pictures_without_words(client):
    stored("Said"), stored("")
    listed = reverse("admin:catalog_media_changelist")
    assert client.get(listed, {"words": "missing"}).context["cl"].result_count == 1
    assert client.get(listed, {"words": "there"}).context["cl"].result_count == 1


def test_a_picture_comes_once_for_a_color(client):
    product = ProductFactory()
    ProductMedia.objects.create(product=product, media=stored())
    count = product.media_links.count()
    page = reverse("admin:catalog_product_change", args=[product.pk])
    upload = SimpleUploadedFile("again.png", content_of(noise(200, 250)))
    fields = fields_of(client.get(page))
    fields |= {f"media_links-{count}-upload": upload, f"media_links-{count}-alt_text": "Navy"}
    assert "is here already for the same color" in client.post(page, fields).content.decode()
    assert product.media_links.count() == count
