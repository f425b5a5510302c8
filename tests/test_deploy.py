"""What stands before the shop lets everything through that the shop itself takes."""

import re
from uuid import UUID

import pytest
from django.conf import settings
from django.urls import reverse

from catalog.admin import bringing, content
from catalog.imports import files
from catalog.models import Media
from catalog.pictures import uploads
from catalog.reviewing import reviews

NGINX = (settings.BASE_DIR / "docs" / "deploy" / "nginx.conf").read_text()
MEGABYTE = 1024 * 1024
#: What a form weighs beside its files.
FORM = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 4
KEY = UUID(int=7)
FILM = uploads.MAX_BYTES_KEPT[Media.Kind.VIDEO]
TAKEN = {
    reverse("catalog:review", args=["smock"]): reviews.MOST_PHOTOS * uploads.MAX_BYTES,
    reverse("catalog:review_by_link", args=["token"]): reviews.MOST_PHOTOS * uploads.MAX_BYTES,
    reverse("admin:catalog_importbatch_add"): files.MAX_BYTES,
    reverse("admin:catalog_media_add"): FILM,
    reverse("admin:catalog_product_add"): FILM,
    reverse("admin:catalog_product_change", args=[KEY]): FILM,
    reverse("admin:catalog_product_pictures", args=[KEY]): bringing.MOST * uploads.MAX_BYTES,
    reverse("admin:catalog_redirect_import"): content.LIST_BYTES,
}


def let_through(path):
    """Bytes of a body that nginx takes at ``path``: its own limit there, else that of all."""
    limits = r"location ~ (\S+) {\s+client_max_body_size (\d+)m;"
    own = [size for pattern, size in re.findall(limits, NGINX) if re.search(pattern, path)]
    everywhere = re.findall(r"^    client_max_body_size (\d+)m;", NGINX, re.MULTILINE)
    [size] = own or everywhere
    return int(size) * MEGABYTE


@pytest.mark.parametrize("path", TAKEN)
def test_uploads_that_the_shop_takes_pass_the_proxy(path):
    assert let_through(path) >= TAKEN[path] + FORM


def test_nothing_may_be_far_larger_than_what_the_shop_takes():
    assert let_through("/cart/") < 64 * MEGABYTE
    assert max(map(let_through, TAKEN)) <= max(TAKEN.values()) + MEGABYTE
