import io
import random
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageCms

from catalog.errors import (
    AddressRefused,
    AnimatedPicture,
    NotAFile,
    NotAPicture,
    PictureRefused,
    PictureTooLarge,
    PictureTooManyPixels,
)
from catalog.models import Media
from catalog.pictures import uploads
from catalog.tests.pictures import content_of, noise, opened

NAVY = content_of()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(200)
WEBM = b"\x1aE\xdf\xa3\x93\x42\x82\x84webm" + bytes(200)
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def read(content):
    return uploads.read_picture(io.BytesIO(content))


def png_of_size(width, height):
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(10_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def gif():
    frames = [Image.new("P", (20, 20), number) for number in (0, 1)]
    return content_of(frames[0], "GIF", save_all=True, append_images=frames[1:])


def animated(kind):
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    return content_of(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!doctype html><script>alert(1)</script>",
        SVG,
        gif(),
        content_of(kind="BMP"),
        content_of(kind="TIFF"),
        NAVY[:300],
        content_of(noise(), "PNG")[:900],
        PDF,
        MP4,
        b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>" * 20,
    ],
    ids=[
        "empty",
        "html",
        "svg",
        "gif",
        "bmp",
        "tiff",
        "cut-jpeg",
        "cut-png",
        "pdf",
        "mp4",
        "jpeg-head",
    ],
)
def test_what_is_no_picture_of_the_four_kinds_is_refused(content):
    with pytest.raises(NotAPicture):
        read(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_of_the_four_kinds_is_read_whatever_its_name(kind):
    picture = read(content_of(noise(), kind))
    assert (picture.mime_type, picture.width, picture.height) == ("image/jpeg", 60, 40)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_a_picture_that_moves_is_refused(kind):
    with pytest.raises(AnimatedPicture):
        read(animated(kind))


def test_the_first_picture_of_a_phones_double_jpeg_is_taken():
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    double = content_of(frames[0], "MPO", save_all=True, append_images=frames[1:])
    red, green, blue = opened(read(double).content).getpixel((5, 5))
    assert red > 200
    assert max(green, blue) < 50


def test_a_file_of_too_many_bytes_is_refused_unread(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", len(NAVY) - 1)
    with pytest.raises(PictureTooLarge):
        read(NAVY)


@pytest.mark.parametrize("size", [(8000, 8000), (60_000, 60_000), (2**31 - 1, 1)])
def test_a_small_file_that_unfolds_to_huge_dimensions_is_refused(size):
    bomb = png_of_size(*size)
    assert len(bomb) < 20_000
    with pytest.raises(PictureTooManyPixels):
        read(bomb)


def test_a_text_chunk_that_unfolds_without_end_is_refused():
    text = b"zTXt" + b"a\0\0" + zlib.compress(bytes(80_000_000), 9)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    whole = content_of(kind="PNG")
    with pytest.raises(NotAPicture):
        read(whole[:33] + chunk + whole[33:])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_nothing_of_the_file_but_its_pixels_is_kept(kind):
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 29: "2024:01:02"})
    content = content_of(noise(), kind, exif=exif, comment=b"Secret words")
    assert b"Secret camera" in content
    stored = read(content + b"PK\x03\x04<script>alert(1)</script>").content
    for trace in (b"Secret", b"Exif", b"2024:01:02", b"PK\x03\x04", b"<script"):
        assert trace not in stored
    assert not opened(stored).getexif()


def test_a_picture_taken_sideways_is_stored_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read(content_of(exif=exif))
    assert (picture.width, picture.height) == (40, 60)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colors_of_another_profile_are_turned_into_srgb(mode):
    # sRGB with red and green swapped: who ignores it sees the wrong one.
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = swapped.replace(b"rXYZ", b"oXYZ", 1).replace(b"gXYZ", b"rXYZ", 1)
    profile = swapped.replace(b"oXYZ", b"gXYZ", 1)
    red = Image.new("RGB", (20, 20), (255, 0, 0)).convert(mode)
    picture = opened(read(content_of(red, "PNG", icc_profile=profile)).content)
    assert picture.getpixel((5, 5))[1] > 240
    assert picture.getpixel((5, 5))[0] < 15
    assert "icc_profile" not in picture.info


def test_a_profile_that_is_none_is_left_out():
    assert read(content_of(icc_profile=b"no profile at all")).content == read(NAVY).content


def test_deep_grays_keep_their_shades():
    gray = read(content_of(Image.new("I;16", (20, 20), 0x8000), "PNG"))
    assert abs(opened(gray.content).getpixel((3, 3))[0] - 128) < 3


def test_print_colors_become_screen_colors():
    cyan = read(content_of(Image.new("CMYK", (20, 20), (255, 0, 0, 0))))
    red, green, blue = opened(cyan.content).getpixel((3, 3))
    assert red < 40 < min(green, blue)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_damaged_picture_is_read_or_refused_and_nothing_else(kind):
    whole, chance = content_of(noise(), kind), random.Random(kind)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(min(len(damaged), 400))] = chance.randrange(256)
        try:
            read(bytes(damaged))
        except PictureRefused:
            continue


def test_transparency_is_kept_and_large_pictures_are_made_smaller(monkeypatch):
    clear = read(content_of(Image.new("RGBA", (30, 30), (0, 0, 0, 0)), "PNG"))
    assert clear.mime_type == "image/webp"
    assert opened(clear.content).mode == "RGBA"
    large = read(content_of(Image.new("RGB", (4000, 1000)), "PNG"))
    assert (large.width, large.height) == (2400, 600)


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (MP4, "video/mp4"),
        (WEBM, "video/webm"),
        (PDF, "application/pdf"),
        (NAVY, "image/jpeg"),
        (b"\xef\xbb\xbfWEBVTT\n\n", "text/vtt"),
    ],
)
def test_a_file_is_known_by_its_content(content, mime_type):
    assert uploads.read_file(io.BytesIO(content)).mime_type == mime_type


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"<html>%PDF-1.7",
        b"\x1aE\xdf\xa3\x93\x42\x82\x88matroska",
        b"MZ\x90\0",
        b"WEBVTT<script>",
    ],
)
def test_a_file_of_another_kind_is_refused(content):
    with pytest.raises(NotAFile):
        uploads.read_file(io.BytesIO(content))


def test_a_film_has_its_own_limit(monkeypatch):
    monkeypatch.setitem(uploads.MAX_BYTES_KEPT, Media.Kind.VIDEO, 100)
    with pytest.raises(PictureTooLarge):
        uploads.read_file(io.BytesIO(MP4))


@pytest.mark.django_db
def test_a_stored_picture_has_a_random_name_and_its_facts():
    media = uploads.store_picture(io.BytesIO(content_of(noise())), alt_text="Laid flat")
    assert media.file.startswith("uploads/")
    assert media.file.endswith(".jpg")
    assert default_storage.size(media.file) == media.size_bytes
    assert (media.kind, media.width, media.height) == ("IMAGE", 60, 40)


@pytest.mark.django_db
def test_a_refused_picture_leaves_nothing(media_root):
    with pytest.raises(NotAPicture):
        uploads.store_picture(io.BytesIO(SVG), alt_text="")
    assert not Media.objects.exists()
    assert not list(media_root.rglob("*.*"))


@pytest.mark.django_db
def test_the_same_picture_is_kept_once(media_root):
    exif = Image.Exif()
    exif[0x010F] = "Another camera"
    first = uploads.store_picture(io.BytesIO(NAVY), alt_text="Navy")
    again = uploads.store_picture(io.BytesIO(content_of(exif=exif)), alt_text="Navy")
    worded = uploads.store_picture(io.BytesIO(NAVY), alt_text="Marine")
    assert again == first
    assert worded != first
    assert worded.file == first.file
    assert len(list(media_root.rglob("*.jpg"))) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example.com/a.jpg",
        "https://other.example.com/a.jpg",
        "https://pictures.example.com.evil.example/a.jpg",
        "https://me@pictures.example.com/a.jpg",
        "https://pictures.example.com:444/a.jpg",
        "https://pictures.example.com\\@evil.example/a.jpg",
        "javascript:alert(1)",
        "https://[",
    ],
)
def test_a_picture_elsewhere_is_at_a_host_we_name(url, settings):
    settings.MEDIA_REMOTE_HOSTS = ["pictures.example.com"]
    with pytest.raises(AddressRefused):
        uploads.link_picture(url, alt_text="", width=1, height=1)


@pytest.mark.django_db
def test_a_picture_elsewhere_is_shown_from_there(settings):
    settings.MEDIA_REMOTE_HOSTS = ["pictures.example.com"]
    url = "https://pictures.example.com/a.jpg"
    media = uploads.link_picture(url, alt_text="", width=800, height=1000)
    assert uploads.link_picture(url, alt_text="", width=800, height=1000) == media
    assert (media.fallback_url(), media.sources(1920)) == (url, [])
