"""Links by which colleagues look at a product before shoppers may."""

from typing import Final

from django.core import signing

from catalog.models import Product

#: How long a link works, in seconds.
LINK_SECONDS: Final = 7 * 24 * 3600
_SALT: Final = "catalog.previews"


def preview_url(product: Product) -> str:
    """Path of the product page that shows ``product`` whatever its status, for seven days."""
    token = signing.dumps(product.pk.hex, salt=_SALT)
    return f"{product.get_absolute_url()}?preview={token}"


def may_preview(product: Product, token: str) -> bool:
    """Whether ``token`` comes from a link that :func:`preview_url` made for ``product``."""
    try:
        pk: str = signing.loads(token, salt=_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return False
    return pk == product.pk.hex
