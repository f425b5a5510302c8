import os

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from catalog.models import Media
from catalog.pictures import media_files
from catalog.tests.factories import MediaFactory, ProductFactory

FRONT = "img/g/tee/front/navy.svg"


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    return settings.MEDIA_ROOT


def get(path, **headers):
    return Client().get(f"/media/{path}", headers=headers)


def test_a_picture_of_ours_is_drawn_once_and_kept(media_root):
    first = b"".join(get(FRONT).streaming_content)
    assert first.startswith(b"<svg")
    assert (media_root / FRONT).read_bytes() == first
    (media_root / FRONT).write_bytes(b"<svg/>")
    assert b"".join(get(FRONT).streaming_content) == b"<svg/>"
    assert [file.name for file in (media_root / FRONT).parent.iterdir()] == ["navy.svg"]


def test_a_social_picture_is_a_png():
    response = get("img/g/tee/front/navy-social.png")
    assert response["Content-Type"] == "image/png"
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")


def test_a_picture_can_run_nothing_and_is_cached():
    response = get(FRONT)
    assert response["Content-Security-Policy"] == media_files.POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=86400"
    assert response["Content-Type"] == "image/svg+xml"


def test_a_known_picture_is_not_sent_again():
    response = get(FRONT)
    assert get(FRONT, if_none_match=response["ETag"]).status_code == 304
    assert get(FRONT, if_modified_since=response["Last-Modified"]).status_code == 304
    assert get(FRONT, if_none_match='"other"').status_code == 200


def test_what_is_no_picture_is_offered_as_a_download(media_root):
    (media_root / "page.html").write_text("<script>alert(1)</script>")
    response = get("page.html")
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "img/../../secret.txt",
        "/etc/passwd",
        "img//g",
        "img\\..\\secret.txt",
        ".hidden",
        "img/.draft",
        "img/%00",
        "a" * 400,
        "img/g/tee/front/nocolor.svg",
        "img/g/tee/front/navy-9999.png",
        "img",
        "",
    ],
)
def test_hostile_paths_are_not_found(path):
    assert get(path).status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(media_root):
    os.symlink(media_root.parent / "secret.txt", media_root / "link.txt")
    assert media_files.find("link.txt") is None


@pytest.fixture
def film(media_root):
    (media_root / "film.mp4").write_bytes(bytes(range(100)))
    return "film.mp4"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-9", 0, 9), ("90-", 90, 99), ("-5", 95, 99), ("50-500", 50, 99), ("-500", 0, 99)],
)
def test_a_player_gets_the_part_it_asks_for(film, asked, first, last):
    response = get(film, range=f"bytes={asked}")
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/100"
    assert response["Content-Length"] == str(last - first + 1)
    assert b"".join(response.streaming_content) == bytes(range(first, last + 1))


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_part_behind_the_end_is_refused(film, asked):
    response = get(film, range=asked)
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */100")


@pytest.mark.parametrize(
    "asked", ["bytes=-", "bytes=9-2", "bytes=0-1,5-6", "lines=0-1", f"bytes={'9' * 30}-", "bytes=x"]
)
def test_a_part_we_cannot_read_is_answered_with_the_whole(film, asked):
    response = get(film, range=asked)
    assert response.status_code == 200
    assert len(b"".join(response.streaming_content)) == 100


def test_a_part_of_a_film_that_has_changed_is_answered_with_the_whole(film):
    etag = get(film)["ETag"]
    assert get(film, range="bytes=0-9", if_range=etag).status_code == 206
    assert get(film, range="bytes=0-9", if_range='"old"').status_code == 200


def test_a_film_is_shown_and_a_document_offered(film, media_root):
    (media_root / "care.pdf").write_bytes(b"%PDF-1.7")
    assert get(film)["Content-Type"] == "video/mp4"
    assert "attachment" not in get(film).get("Content-Disposition", "")
    (media_root / "en.vtt").write_bytes(b"WEBVTT")
    assert get("en.vtt")["Content-Type"] == "text/vtt"
    assert get("care.pdf")["Content-Disposition"].startswith("attachment")
    assert get("care.pdf")["Content-Security-Policy"] == media_files.POLICY


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"file": ""}, "media_has_a_source"),
        ({"width": None}, "media_image_has_dimensions"),
        ({"height": 0}, "media_image_has_dimensions"),
        (
            {"provider": "REMOTE", "remote_url": "http://pictures.example/a.jpg"},
            "media_remote_by_https",
        ),
        ({"asset_id": "taken"}, "asset_id"),
    ],
)
def test_a_file_that_cannot_be_is_refused(fields, constraint):
    MediaFactory(asset_id="taken", file="img/taken.svg")
    values = {"asset_id": "new", "file": "img/new.svg", "width": 4, "height": 5} | fields
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Media.objects.create(mime_type="image/svg+xml", **values)


@pytest.mark.django_db
def test_each_choice_of_a_product_has_one_primary_picture():
    product = ProductFactory(colors=("navy", "oat"))
    assert product.media_links.filter(is_primary=True).count() == 2
    with (
        pytest.raises(IntegrityError, match="product_media_one_primary_per_choice"),
        transaction.atomic(),
    ):
        product.media_links.update(is_primary=True)
