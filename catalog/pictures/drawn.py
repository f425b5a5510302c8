"""Drawn pictures for a product: every view of a garment in one color."""

from audit import recording
from catalog.garments.pictures import SVG_TYPE, VIEWS, path_of
from catalog.models import Media, Product, ProductMedia
from catalog.pictures.hanging import COLOR, hang
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
        of_color = ProductMedia.objects.filter(product=product, option_values={COLOR: color})
        held = set(of_color.values_list("media__file", flat=True))
        missing = {
            view: path for view, path in paths(garment, color, pattern).items() if path not in held
        }
        return hang(product, ((_drawing(path), color, view) for view, path in missing.items()))


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
