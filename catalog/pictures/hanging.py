"""Where pictures go on a product: behind those that are there, one of each color leading."""

import re
from collections.abc import Iterable
from pathlib import PurePath

from django.utils.text import slugify

from catalog.garments.views import VIEWS
from catalog.models import Media, Product, ProductMedia

COLOR = "color"


def hang(product: Product, files: Iterable[tuple[Media, str, str]]) -> list[ProductMedia]:
    """Show each file for its color ("" is the whole product) with the name of its view.

    The first picture of a color leads unless another does; a file that is there for the color
    stays as it is. Returns the new rows. Call it with the product locked.
    """
    links = list(ProductMedia.objects.filter(product=product))
    position = max((link.position for link in links), default=-1)
    # Those of a single variant are another matter.
    of_colors = [link for link in links if link.option_values.keys() <= {COLOR}]
    held = {(link.media_id, _color_of(link)) for link in of_colors}
    led = {_color_of(link) for link in of_colors if link.is_primary}
    made = []
    for media, color, view in files:
        if (media.pk, color) in held:
            continue
        position += 1
        leads = media.kind == Media.Kind.IMAGE and color not in led
        made.append(
            ProductMedia.objects.create(
                product=product,
                media=media,
                option_values={COLOR: color} if color else {},
                view_name=view,
                position=position,
                is_primary=leads,
            )
        )
        held.add((media.pk, color))
        led |= {color} if leads else set()
    return made


def told_by_name(name: str, colors: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Color and view that a file name such as ``smock-navy-back.jpg`` tells; "" for none.

    ``colors`` are slugs with names; of two that fit the longer one is meant.
    """
    words = f"-{slugify(re.sub('[_.]+', '-', PurePath(name).stem))}-"
    fitting = [
        slug for slug, title in colors if f"-{slug}-" in words or f"-{slugify(title)}-" in words
    ]
    view = next((view for view in VIEWS if f"-{view}-" in words), "")
    return max(fitting, key=len, default=""), view


def _color_of(link: ProductMedia) -> str:
    return str(link.option_values.get(COLOR, ""))
