import io
import os
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from audit.models import AuditLog
from catalog import tasks
from catalog.models import Category, Media, ProductMedia
from catalog.pictures import leftovers, renditions, uploads
from catalog.tests.factories import CategoryFactory, MediaFactory, ProductFactory
from catalog.tests.pictures import content_of, opened, photograph
from catalog.tree import Picture, read_tree
from orders.tests.factories import standard_delivery

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def stored(width=700, height=875, mode="RGB", alt_text="Navy tee"):
    content = content_of(photograph(width, height, mode), "PNG")
    return uploads.store_picture(io.BytesIO(content), alt_text=alt_text)


def bytes_of(name):
    with default_storage.open(name) as file:
        return file.read()


def jobs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = %s", [renditions.TASK]
        )
        return [args for (args,) in cursor.fetchall()]


def test_a_stored_picture_waits_for_its_renditions_in_the_same_transaction():
    media = stored()
    assert [job for job in jobs() if str(media.pk) in str(job)]
    with transaction.atomic():
        other = stored(300, 300)
        transaction.set_rollback(True)
    assert not [job for job in jobs() if str(other.pk) in str(job)]


def test_a_picture_comes_in_every_width_up_to_its_own_and_none_above():
    media = stored(700, 875)
    tasks.make_renditions(str(media.pk))
    media.refresh_from_db()
    widths = [160, 320, 480, 640, 700]
    assert media.renditions == {"avif": widths, "webp": widths, "jpg": [320, 700]}
    for suffix, kind in (("avif", "AVIF"), ("webp", "WEBP")):
        for width in widths:
            image = opened(bytes_of(media.rendition(width, suffix)))
            assert (image.format, image.size) == (kind, (width, round(width * 875 / 700)))
            assert not image.getexif()


@pytest.mark.parametrize(
    ("own", "widths"),
    [
        (100, [100]),
        (160, [160]),
        (1921, list(renditions.WIDTHS)),
        (1000, [160, 320, 480, 640, 960, 1000]),
    ],
)
def test_the_last_width_is_the_pictures_own_or_the_largest(own, widths):
    assert renditions.widths_up_to(own) == widths


def test_a_transparent_picture_stays_so_in_every_format():
    media = stored(200, 200, "RGBA")
    renditions.make(media)
    assert media.renditions == {"avif": [160, 200], "webp": [160, 200], "png": [200]}
    assert opened(bytes_of(media.rendition(160, "avif"))).mode == "RGBA"


def test_making_twice_changes_nothing(media_root):
    media = stored(200, 250)
    renditions.make(media)
    first = {path: path.read_bytes() for path in media_root.rglob("*.*")}
    renditions.make(media)
    assert {path: path.read_bytes() for path in media_root.rglob("*.*")} == first
    assert len(first) == 6


def test_half_a_file_of_a_job_that_was_cut_off_is_replaced():
    media = stored(200, 250)
    default_storage.save(media.rendition(160, "avif"), ContentFile(b"half"))
    renditions.make(media)
    assert opened(bytes_of(media.rendition(160, "avif"))).size == (160, 200)


@pytest.mark.parametrize("content", [b"no picture", None], ids=["broken", "not there"])
def test_a_file_that_cannot_be_read_is_marked_and_left_alone(content):
    media = stored(200, 250)
    default_storage.delete(media.file)
    if content:
        default_storage.save(media.file, ContentFile(content))
    tasks.make_renditions(str(media.pk))
    media.refresh_from_db()
    assert (media.renditions_state, media.renditions) == ("BROKEN", {})
    assert not Media.objects.without_renditions().exists()


def test_the_command_makes_all_that_are_missing_and_tries_broken_ones_when_told(capsys):
    _fine, broken = stored(200, 250), stored(100, 100)
    content = bytes_of(broken.file)
    default_storage.delete(broken.file)
    MediaFactory(file="img/g/tee/front/navy.svg")
    call_command("make_renditions", verbosity=0)
    assert "1 picture made, 1 could not be read" in capsys.readouterr().out
    default_storage.save(broken.file, ContentFile(content))
    call_command("make_renditions", verbosity=0)
    assert "0 pictures made, 0 could" in capsys.readouterr().out
    call_command("make_renditions", "--broken", verbosity=0)
    assert "1 picture made, 0 could" in capsys.readouterr().out


def test_a_full_disk_is_an_error_to_try_again_and_marks_nothing(monkeypatch):
    media = stored(200, 250)
    monkeypatch.setattr(default_storage, "save", lambda *args: (_ for _ in ()).throw(OSError(28)))
    with pytest.raises(OSError, match="28"):
        tasks.make_renditions(str(media.pk))
    media.refresh_from_db()
    assert media.renditions_state == ""
    assert tasks.make_renditions.retry_strategy.max_attempts == 5


def test_a_picture_offers_its_formats_smallest_first():
    media = stored(700, 875)
    renditions.make(media)
    picture = Picture.of(media, "Navy", widest=480)
    stem = media.url.removesuffix(".jpg")
    assert picture.sources == [
        ("image/avif", ", ".join(f"{stem}-{width}.avif {width}w" for width in (160, 320, 480))),
        ("image/webp", ", ".join(f"{stem}-{width}.webp {width}w" for width in (160, 320, 480))),
    ]
    assert (picture.src, picture.width, picture.height) == (f"{stem}-700.jpg", 700, 875)


def test_a_drawing_and_a_fresh_upload_are_shown_as_they_are():
    drawing = MediaFactory(file="img/g/tee/front/navy.svg")
    for media in (drawing, stored()):
        assert Picture.of(media, "", widest=960).sources == []
        assert Picture.of(media, "", widest=960).src == media.url


def product_with(media):
    standard_delivery()
    product = ProductFactory(slug="tee", category=CategoryFactory(slug="tops"))
    ProductMedia.objects.filter(product=product).delete()
    ProductMedia.objects.create(product=product, media=media, view_name="front", is_primary=True)
    return product


@pytest.mark.parametrize("path", ["/p/tee/", "/c/tops/", "/p/tee/?view=front"])
def test_a_page_shows_the_formats_and_keeps_the_box(client, path):
    media = stored()
    renditions.make(media)
    product_with(media)
    html = client.get(path).content.decode()
    assert '<source type="image/avif" srcset="/media/uploads/' in html
    assert f'src="{media.fallback_url()}"' in html
    assert 'width="700" height="875"' in html


@pytest.mark.parametrize("path", ["/p/tee/", "/c/tops/"])
def test_renditions_cost_a_page_no_query(client, path, django_assert_num_queries):
    media = stored()
    product_with(media)
    # What a process finds out once, such as the content types, is found out by now.
    client.get(path)
    with connection.execute_wrapper(counting := Counting()):
        client.get(path)
    renditions.make(media)
    with django_assert_num_queries(counting.number):
        assert "image/avif" in client.get(path).content.decode()


class Counting:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_the_picture_of_a_category_changes_in_the_menu_once_its_renditions_are_made():
    media = stored()
    category = CategoryFactory(slug="tops")
    Category.objects.filter(pk=category.pk).update(image=media)
    assert not read_tree().at("tops").picture.sources
    renditions.make(media)
    assert read_tree().at("tops").picture.sources


def test_only_old_files_that_no_row_knows_are_cleaned_away(media_root, capsys):
    kept, gone = stored(200, 250), stored(100, 100)
    for media in (kept, gone):
        renditions.make(media)
    Media.objects.filter(pk=gone.pk).delete()
    stranger = default_storage.save("img/strange.svg", ContentFile(b"<svg/>"))
    assert leftovers.find() == []
    old = time.time() - 2 * 24 * 3600
    for path in media_root.rglob("*.*"):
        os.utime(path, (old, old))
    fresh = default_storage.save("uploads/aa/fresh.jpg", ContentFile(b"new"))
    call_command("clean_media")
    assert "4 files to delete" in capsys.readouterr().out
    assert default_storage.exists(gone.file)
    assert tasks.clean_media(timestamp=0) == 4
    left = {str(path.relative_to(media_root)) for path in media_root.rglob("*.*")}
    assert {kept.file, kept.rendition(160, "avif"), stranger, fresh} <= left
    assert not [name for name in left if gone.file.rpartition(".")[0] in name]


def test_a_file_shared_by_two_rows_stays_while_one_of_them_does(media_root):
    first = stored(100, 100, alt_text="One")
    second = stored(100, 100, alt_text="Two")
    Media.objects.filter(pk=first.pk).delete()
    assert leftovers.find(timezone.now() + timedelta(days=2)) == []
    assert default_storage.exists(second.file)


def test_what_the_job_wrote_is_in_the_audit_log():
    media = stored(100, 100)
    renditions.make(media)
    entry = AuditLog.objects.filter(entity="catalog.media", entity_id=str(media.pk)).latest(
        "created_at"
    )
    assert entry.after["renditions_state"] == "MADE"


def test_a_lasting_file_is_cached_for_good_and_a_drawing_for_a_day():
    media = stored(100, 100)
    assert Client().get(media.url)["Cache-Control"] == "public, max-age=31536000, immutable"
    drawing = Client().get("/media/img/g/tee/front/navy.svg")
    assert drawing["Cache-Control"] == "public, max-age=86400"


def test_every_rendition_is_served_as_what_it_is():
    media = stored(200, 250)
    renditions.make(media)
    for suffix, kind in (("avif", "image/avif"), ("webp", "image/webp"), ("jpg", "image/jpeg")):
        response = Client().get(default_storage.url(media.rendition(200, suffix)))
        assert (response.status_code, response["Content-Type"]) == (200, kind)
        assert "Content-Disposition" not in response or "inline" in response["Content-Disposition"]
        assert Image.open(io.BytesIO(b"".join(response.streaming_content))).width == 200
