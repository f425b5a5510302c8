"""Drawn pictures for a product: every view of a garment in one color."""

from django.db.models import Max

from audit import recording
from catalog.garments.pictures import SVG_TYPE, VIEWS, path_of
from catalog.models import Media, Product, ProductMedia
from shop.conflicts import retried
from shop.models import new_id

#: Units of a drawing; it has no pixels.
WIDTH, HEIGHT = 400, 500


def paths(garment: str, color: str, pattern: str = "") -> dict[str, str]:
    """Where each view is kept below the media root, by its name. Raises UnknownPicture."""
    return {view: path_of(garment, view, color, pattern or None) for view in VIEWS}


@retried
def put_up(product: Product, *, garment: str, color: str, pattern: str = "") -> list[ProductMedia]:
    """Show the garment from every side as the product's pictures of ``color``.

    The front leads, unless the color has a leading picture. Views that are there already are left
    as they are. Returns the new ones. Raises UnknownPicture; locks the product.
    """
    with recording.batch():
        Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
        shown = ProductMedia.objects.filter(product=product)
        of_color = shown.filter(option_values={"color": color})
        held = set(of_color.values_list("media__file", flat=True))
        has_leading = of_color.filter(is_primary=True).exists()
        last: int | None = shown.aggregate(last=Max("position"))["last"]
        made: list[ProductMedia] = []
        for view, path in paths(garment, color, pattern).items():
            if path in held:
                continue
            made.append(
                ProductMedia.objects.create(
                    product=product,
                    media=_drawing(path),
                    option_values={"color": color},
                    view_name=view,
                    position=(-1 if last is None else last) + 1 + len(made),
                    is_primary=not has_leading and not made,
                )
            )
    return made


def _drawing(path: str) -> Media:
    # Without words of its own: pages say what it shows from the title, the color and the view.
    media: Media = Media.objects.create(
        asset_id=f"drawn-{new_id().hex}",
        file=path,
        mime_type=SVG_TYPE,
        width=WIDTH,
        height=HEIGHT,
    )
    return media
