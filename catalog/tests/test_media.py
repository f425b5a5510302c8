import os

import pytest
from django.test import Client

from catalog import media_files

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
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
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
