"""Photos of reviews: from the file that a shopper chooses to the picture in the list."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from catalog.models import Media, Review
from catalog.pictures import leftovers, renditions
from catalog.reviewing import moderation
from catalog.tests.factories import ProductFactory
from catalog.tests.pictures import content_of, noise, opened
from catalog.tests.test_reviews import TEXT, signed_in
from orders.tests.factories import member

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def product():
    return ProductFactory(slug="tee", title="Tee")


def photo(content=None, name="photo.jpg"):
    return SimpleUploadedFile(name, content or content_of(), content_type="image/jpeg")


def post(client, product, *photos, **fields):
    said = {"rating": "5", "content": TEXT, "display_name": "Ada", "photos": photos, **fields}
    return client.post(reverse("catalog:review", args=[product.slug]), said)


def from_a_phone():
    """A picture with the place where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Maker of phones"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return content_of(noise(), exif=exif, comment=b"my garden")


def test_a_photo_is_kept_without_the_place_where_it_was_taken(product):
    sent = from_a_phone()
    assert opened(sent).getexif().get_ifd(0x8825)
    assert post(signed_in(member()), product, photo(sent)).status_code == 303
    media = Review.objects.get().photos.get()
    stored = default_storage.open(media.file).read()
    assert not opened(stored).getexif()
    assert not any(word in stored for word in (b"Exif", b"Maker", b"garden"))
    assert (media.mime_type, media.alt_text) == ("image/jpeg", "Photo by Ada of Tee")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (SVG, "photo.svg"),
        (SVG, "photo.jpg"),
        (HTML, "photo.png"),
        (b"GIF89a/*" + HTML, "photo.gif"),
        (b"%PDF-1.7\n%%EOF", "photo.jpg"),
        (b"\xff\xd8\xff\xe0" + HTML, "photo.jpg"),
    ],
)
def test_what_is_no_photo_comes_back_and_leaves_nothing(product, media_root, content, name):
    response = post(signed_in(member()), product, photo(content, name), title="My headline")
    assert response.status_code == 422
    text = response.content.decode()
    assert "is no JPEG, PNG, WebP or AVIF picture" in text
    assert "My headline" in text
    assert not Review.objects.exists()
    assert not Media.objects.filter(checksum__gt="").exists()
    assert not list(media_root.glob("uploads/**/*.*"))


def test_a_script_behind_a_photo_is_not_kept(product):
    post(signed_in(member()), product, photo(content_of(noise()) + HTML, "photo.html"))
    media = Review.objects.get().photos.get()
    assert b"script" not in default_storage.open(media.file).read()
    assert media.file.endswith(".jpg")


def test_a_review_has_four_photos_at_most(product):
    client = signed_in(member())
    photos = [photo(content_of(noise(30 + place))) for place in range(5)]
    assert post(client, product, *photos).status_code == 422
    for one in photos:
        one.seek(0)
    assert post(client, product, *photos[:4]).status_code == 303
    links = Review.objects.get().photo_links.all()
    assert [link.media.width for link in links] == [30, 31, 32, 33]
    kept = [str(link.pk) for link in links]
    assert post(client, product, photo(), kept_photos=kept).status_code == 422
    assert post(client, product, photo(), kept_photos=kept[1:]).status_code == 303
    assert [link.media.width for link in Review.objects.get().photo_links.all()] == [31, 32, 33, 60]


def test_nobody_keeps_a_photo_of_another_review(product):
    post(signed_in(member()), product, photo())
    other = Review.objects.get().photo_links.get()
    client = signed_in(member())
    post(client, product, photo(content_of(noise())))
    assert post(client, product, kept_photos=[str(other.pk)]).status_code == 422
    assert other.review.photo_links.get() == other


def test_a_photo_taken_back_is_deleted_with_its_file(product, media_root):
    client = signed_in(member())
    post(client, product, photo(), photo(content_of(noise()), "second.jpg"))
    first, second = Review.objects.get().photo_links.all()
    renditions.make(first.media)
    post(client, product, kept_photos=[str(second.pk)])
    assert Review.objects.get().photos.get() == second.media
    assert not Media.objects.filter(pk=first.media_id).exists()
    written = {str(path.relative_to(media_root)) for path in media_root.glob("uploads/**/*.*")}
    found = leftovers.find(timezone.now() + timedelta(days=2))
    assert set(found) == written - {second.media.file}
    assert first.media.file in found


def test_a_deleted_review_takes_its_photos_along_but_none_that_something_else_shows(product):
    user = member()
    client = signed_in(user)
    post(client, product, photo(), photo(content_of(noise()), "second.jpg"))
    review = Review.objects.get()
    own, shared = (link.media for link in review.photo_links.all())
    product.media_links.create(media=shared, option_values={"color": "oat"})
    client.post(reverse("catalog:review_delete", args=[review.pk]))
    assert not Media.objects.filter(pk=own.pk).exists()
    assert Media.objects.filter(pk=shared.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_copies_of_a_photo_show_once_they_are_made(product):
    post(signed_in(member()), product, photo(content_of(noise(400, 300))))
    review = Review.objects.get()
    moderation.approve(review_id=review.pk, seen_version=review.version, actor_id=None)
    assert "-160.avif" not in Client().get(product.get_absolute_url()).content.decode()
    renditions.make(review.photos.get())
    assert "-160.avif" in Client().get(product.get_absolute_url()).content.decode()
