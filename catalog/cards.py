"""Products as they stand in a grid: values of the shape that the card component asks for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from catalog.garments.pictures import path_of_scene
from catalog.goods import Goods, Shot, Variant
from catalog.pricing.prices import percent_below
from catalog.products.choices import Choices
from catalog.tree import TILE_WIDEST, Picture

#: For how long a product is new, in days.
NEW_DAYS = 30
#: Units from which on a card and a product page say how many are left.
LOW_STOCK = 3
SWATCHES_SHOWN = 5
BADGES_SHOWN = 2
#: Reviews below which an average says nothing.
REVIEWS_SHOWN_FROM = 3


@dataclass(frozen=True)
class Price:
    """Amounts in minor units of ``currency``."""

    current: int
    currency: str
    is_from: bool = False
    was: int | None = None
    lowest_30_days: int | None = None
    percent_off: int | None = None
    rrp: int | None = None


@dataclass(frozen=True)
class Swatch:
    """A color of a product, with the address of the product in it."""

    name: str
    slug: str
    hex: str
    hex2: str
    url: str
    selected: bool
    sold_out: bool


@dataclass(frozen=True)
class Rating:
    """``rating`` is from 1.0 to 5.0, of ``count`` reviews."""

    rating: float
    count: int


_LAZY = ' loading="lazy"'
_LINK = 'class="c-product-card__link"'


@dataclass(frozen=True)
class Card:
    """What ``components/product_card.html`` shows; ``html`` is the component, once it is ready."""

    url: str
    title: str
    fit_line: str
    picture: Picture
    second_picture: Picture | None
    price: Price
    badges: list[tuple[str, str]]
    is_sold_out: bool
    swatches: list[Swatch]
    extra_swatches: int
    rating: Rating | None
    product_id: UUID
    wishlist_url: str
    sizes_url: str
    swatch_url: str
    html: SafeString = field(default_factory=SafeString)

    @cached_property
    def encoded(self) -> bytes:
        """The card as it goes out."""
        return self.html.encode()

    @property
    def eager(self) -> SafeString:
        """The card for a first row, whose picture does not wait until it is scrolled to."""
        return mark_safe(self.html.replace(_LAZY, "", 1))  # noqa: S308 # nosec B308 B703

    @property
    def focused(self) -> SafeString:
        """The card that is to have the focus once it has arrived."""
        focused = self.html.replace(_LINK, f"{_LINK} data-focus", 1)
        return mark_safe(focused)  # noqa: S308 # nosec B308 B703


def cards_of(goods: Iterable[Goods], choices: Choices, colors: Iterable[str] = ()) -> list[Card]:
    """A card for each; shown in one of ``colors`` (slugs) where it comes in one of them."""
    wanted = list(colors)
    return [_card(one, choices, wanted) for one in goods]


def _card(goods: Goods, choices: Choices, wanted: list[str]) -> Card:
    product = goods.product
    color = next((slug for slug in wanted if slug in goods.colors), "")
    shown = color or next(iter(goods.colors), "")
    first, second = pictures_of_card(goods, choices, shown)
    price = price_of(goods.in_color(color), product.currency)
    swatches = swatches_of(goods, choices, selected=shown)
    return Card(
        url=url_of(goods, color),
        title=product.title,
        fit_line=" · ".join(
            filter(None, (product.brand.name if product.brand else "", fit_of(goods)))
        ),
        picture=first,
        second_picture=second,
        price=price,
        badges=_badges(goods, price),
        is_sold_out=goods.is_sold_out,
        swatches=swatches[:SWATCHES_SHOWN] if len(swatches) > 1 else [],
        extra_swatches=max(0, len(swatches) - SWATCHES_SHOWN),
        rating=rating_of(goods),
        product_id=product.pk,
        wishlist_url=wishlist_url_of(shown),
        sizes_url="" if goods.is_sold_out else fragment_url_of(goods, "sizes", shown),
        swatch_url=fragment_url_of(goods, "card") if len(swatches) > 1 else "",
    )


def url_of(goods: Goods, color: str = "", size: str = "") -> str:
    """The product's address, with the choices that are made."""
    chosen = {name: slug for name, slug in (("color", color), ("size", size)) if slug}
    url = goods.product.get_absolute_url()
    return f"{url}?{urlencode(chosen)}" if chosen else url


def wishlist_url_of(color: str = "") -> str:
    """Where a heart posts to: the product is in the button, the color shown in the address."""
    url = reverse("catalog:heart")
    return f"{url}?{urlencode({'color': color})}" if color else url


def fragment_url_of(goods: Goods, name: str, color: str = "") -> str:
    """Where htmx gets a part of the product's card: its "sizes", or the "card" picture."""
    url = reverse(f"catalog:{name}", args=[goods.product.slug])
    return f"{url}?{urlencode({'color': color})}" if color else url


def fit_of(goods: Goods) -> str:
    """How it is cut, in words; "" when nobody said."""
    return str(goods.product.attributes.get("fit") or "").split(".")[0]


def price_of(variants: list[Variant], currency: str) -> Price:
    """The price of a choice among ``variants``: "from" the lowest when they differ.

    A reduction is that of the lowest price; of several variants at it, the one reduced least
    speaks for all, so that nothing is promised that only some of them keep.
    """
    lowest = min(variants, key=lambda variant: (variant.price, variant.lowest_prior_price or 0))
    is_from = any(variant.price != lowest.price for variant in variants)
    if lowest.lowest_prior_price is not None:
        return Price(
            lowest.price,
            currency,
            is_from=is_from,
            was=lowest.former_price,
            lowest_30_days=lowest.lowest_prior_price,
            percent_off=percent_below(lowest.price, lowest.lowest_prior_price) or None,
        )
    rrp = None if is_from else lowest.compare_at_price
    return Price(lowest.price, currency, is_from=is_from, rrp=rrp)


def swatches_of(goods: Goods, choices: Choices, *, selected: str, size: str = "") -> list[Swatch]:
    """The colors it comes in; their addresses keep ``size``, though some may not come in it."""
    swatches = []
    for slug in goods.colors:
        color = choices.get("color", slug)
        variants = goods.in_color(slug)
        swatches.append(
            Swatch(
                name=color.name,
                slug=slug,
                hex=color.hex or "#D9DDE5",
                hex2=color.hex2,
                url=url_of(goods, slug, size),
                selected=slug == selected,
                sold_out=not any(map(goods.can_buy, variants)),
            )
        )
    return swatches


def rating_of(goods: Goods) -> Rating | None:
    """The average of its reviews, once there are enough of them."""
    product = goods.product
    if product.rating_average is None or product.rating_count < REVIEWS_SHOWN_FROM:
        return None
    return Rating(round(float(product.rating_average), 1), product.rating_count)


def picture_of(shot: Shot, alt: str) -> Picture:
    return Picture.of(shot.media, alt, widest=TILE_WIDEST)


def pictures_of_card(goods: Goods, choices: Choices, color: str) -> tuple[Picture, Picture | None]:
    """The picture of a color and the view behind it; a drawing for a product without pictures."""
    name = choices.get("color", color).name if color else ""
    alt = ", ".join(filter(None, (goods.product.title, name)))
    shots = goods.shots_of(color)
    if not shots:
        return Picture(default_storage.url(path_of_scene("spot-orders")), alt, 200, 160), None
    behind = next((shot for shot in shots[1:] if shot.view == "back"), None)
    return picture_of(shots[0], alt), picture_of(behind, "") if behind else None


def _badges(goods: Goods, price: Price) -> list[tuple[str, str]]:
    """At most two, the weightiest first: sold out, sale, new, low stock."""
    if goods.is_sold_out:
        return [("sold_out", gettext("Sold out"))]
    badges = []
    if price.was is not None:
        badges.append(("sale", gettext("Sale")))
    published = goods.product.published_at
    if published and published > timezone.now() - timedelta(days=NEW_DAYS):
        badges.append(("new", gettext("New")))
    left = goods.units_of(goods.variants)
    if 0 < left <= LOW_STOCK:
        badges.append(("low", gettext("Only %(left)d left") % {"left": left}))
    return badges[:BADGES_SHOWN]
