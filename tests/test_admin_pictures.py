"""All pictures of a product brought at once, each to the place that its name tells."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog.models import Media
from catalog.pictures.hanging import told_by_name
from catalog.tests.factories import OptionValueFactory, ProductFactory
from shop.accounts.roles import Role
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db
COLORS = [("navy", "Navy"), ("navy-stripe", "Navy stripe"), ("ecru", "Off White")]


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


@pytest.fixture
def smock():
    for slug in ("navy", "oat"):
        OptionValueFactory(option="color", slug=slug, name=slug.title())
    product = ProductFactory(title="Sea smock", colors=("navy", "oat"))
    product.media_links.all().delete()
    return product


def picture(name, shade=0):
    out = io.BytesIO()
    Image.new("RGB", (20, 25), (shade, 90, 90)).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def bring(client, product, *files, color="by-name"):
    page = reverse("admin:catalog_product_pictures", args=[product.pk])
    return client.post(page, {"pictures": files, "color": color}, follow=True)


def shown(product):
    return [
        (link.option_values.get("color"), link.view_name, link.is_primary, link.media.alt_text)
        for link in product.media_links.all()
    ]


def test_each_picture_finds_its_color_and_view_by_its_name(client, smock):
    names = ("smock_OAT-front.png", "smock-navy_back.png", "navy.front.png", "group.png")
    bring(client, smock, *(picture(name, shade) for shade, name in enumerate(names)))
    assert shown(smock) == [
        ("oat", "front", True, "Sea smock, Oat, front"),
        ("navy", "front", True, "Sea smock, Navy, front"),
        ("navy", "back", False, "Sea smock, Navy, back"),
        (None, "", True, "Sea smock"),
    ]


def test_a_chosen_color_counts_more_than_the_names(client, smock):
    bring(client, smock, picture("navy-back.png"), color="oat")
    assert shown(smock) == [("oat", "back", True, "Sea smock, Oat, back")]


def test_the_same_picture_again_is_not_shown_twice(client, smock):
    bring(client, smock, picture("navy.png"))
    page = bring(client, smock, picture("navy.png"), picture("navy-back.png", 200))
    assert "1 file added" in page.content.decode()
    assert smock.media_links.count() == 2


def test_what_is_no_picture_is_named_and_the_others_are_taken(client, smock):
    wrong = (SimpleUploadedFile("a.svg", b"<svg/>"), SimpleUploadedFile("b.png", b""))
    page = bring(client, smock, *wrong, picture("navy.png")).content.decode()
    assert "“a.svg”: This file is no JPEG" in page
    assert "“b.png”: This file is no JPEG" in page
    assert len(shown(smock)) == 1


def test_files_of_which_none_is_a_picture_change_nothing(client, smock):
    response = bring(client, smock, SimpleUploadedFile("a.svg", b"<svg/>"))
    assert response.status_code == 422
    assert "“a.svg”: This file is no JPEG" in response.content.decode()
    assert not shown(smock)


def test_too_many_and_none_are_refused(client, smock):
    assert bring(client, smock).status_code == 422
    assert bring(client, smock, *(picture(f"{n}.png", n) for n in range(21))).status_code == 422
    assert not Media.objects.filter(product_links__product=smock).exists()


def test_who_may_not_add_pictures_is_refused(smock):
    response = bring(signed_in(staff(Role.CUSTOMER)), smock, picture("navy.png"))
    assert response.status_code == 403
    assert not shown(smock)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SMOCK navy stripe Back 2.JPG", ("navy-stripe", "back")),
        ("off-white_detail.webp", ("ecru", "detail")),
        ("navyblue-backs.png", ("", "")),
        ("C:\\photos\\x.png", ("", "")),
        ("..", ("", "")),
    ],
)
def test_a_name_tells_color_and_view_by_whole_words(name, told):
    assert told_by_name(name, COLORS) == told
