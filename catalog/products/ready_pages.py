"""Product pages in finished pieces, held by each process until something they show changes.

A piece shows the product, its reviews and its chart, never a visitor. Price, stock and
publication are exact, because each write of them ends the version of the product; what time
alone changes shows within a minute. Which pieces stand beside it is chosen anew as often; their
cards are exact by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from catalog.freshness import BRANDS, NAMESPACE, TREE
from catalog.goods import Goods, goods_of
from catalog.models import Product
from catalog.products import looks
from catalog.products.composition import ProductPage, Wanted, compose, shown_color
from catalog.products.gallery import social_picture
from catalog.products.structured_data import breadcrumb_data, product_data
from catalog.shown_products import read_again
from catalog.tree import Crumb, Tree, read_tree, tree_of
from inventory.availability import PRODUCT
from shop.held import Shelf
from shop.pieces import Piece, make_piece

#: A page is held for this long at most, in seconds; the product it is made of as long before.
SECONDS = 30
#: A page takes about a hundred kilobytes.
_MOST = 60
_VERSIONS = [(NAMESPACE, BRANDS), (NAMESPACE, TREE)]


@dataclass(frozen=True)
class ReadyPage:
    """What ``catalog/product.html`` puts together; ``subtotal`` is what delivery is told for.

    ``picks`` are the products beside it. The rest of the names are those of the head.
    """

    product_id: UUID
    title: str
    name: str
    subtotal: int
    is_sold_out: bool
    picks: looks.Picks
    canonical_url: str
    description: str
    social_picture: str
    product_data: SafeString
    breadcrumb_data: SafeString
    choice: Piece
    about: Piece
    reviews: Piece
    dialogs: Piece


@dataclass(frozen=True)
class _Key:
    product_id: UUID
    wanted: Wanted
    language: str
    site: str


_shelf: Shelf[_Key, ReadyPage] = Shelf(most=_MOST, seconds=SECONDS)


def ready_page(request: HttpRequest, product: Product, wanted: Wanted) -> ReadyPage | None:
    """The page of a published ``product`` as it is ``wanted``; None if it has gone meanwhile.

    No query for one that is held; else one, and those of a cold cache.
    """
    key = _Key(product.pk, wanted.of(product), get_language() or "", site_of(request))

    def from_here(_keys: list[_Key]) -> Mapping[_Key, ReadyPage]:
        return {key: make_page(key.site, product, tree_of(request), key.wanted)}

    own = [(PRODUCT, product.pk)]
    return _shelf.many({key: own}, _make, versions=_VERSIONS, unheld=from_here).get(key)


def make_page(
    site: str,
    product: Product,
    tree: Tree,
    wanted: Wanted,
    *,
    errors: Mapping[str, str] | None = None,
    is_preview: bool = False,
) -> ReadyPage:
    """The page of ``product``, read :func:`~catalog.products.composition.readable`. One query.

    ``site`` is the address of the shop. ``errors`` are sentences by option.
    """
    [[goods]] = goods_of([product])
    page = compose(goods, tree, wanted)
    shown = {"page": page, "errors": errors or {}, "is_preview": is_preview}
    return ReadyPage(
        product_id=product.pk,
        title=get_template("catalog/_title.html").render({"page": page}),
        name=product.title,
        subtotal=page.price.current,
        is_sold_out=page.is_sold_out,
        picks=looks.pick(product, goods.category_path, shown_color(goods, wanted.color)),
        **_head(site, page, goods),
        choice=_piece("catalog/_choice.html", shown),
        about=_piece("catalog/_about.html", shown),
        reviews=_piece("catalog/reviews/_section.html", {"section": page.reviews}),
        dialogs=_piece("catalog/_product_dialogs.html", shown),
    )


def site_of(request: HttpRequest) -> str:
    """The address of the shop that ``request`` asks."""
    return request.build_absolute_uri("/")


def _make(keys: list[_Key]) -> Mapping[_Key, ReadyPage]:
    [key] = keys
    product = read_again(key.product_id)
    return {key: make_page(key.site, product, read_tree(), key.wanted)} if product else {}


def _piece(template: str, context: dict[str, Any]) -> Piece:
    return make_piece(lambda marks: get_template(template).render(context | marks))


def _head(site: str, page: ProductPage, goods: Goods) -> dict[str, Any]:
    """What search engines and other sites read."""
    product = page.product
    description = product.seo_description or product.summary or strip_tags(page.description)[:300]
    picture = social_picture(goods, page.color)
    picture = urljoin(site, picture) if picture else ""

    def absolute(path: str) -> str:
        return urljoin(site, path)

    return {
        "canonical_url": absolute(page.url),
        "description": description,
        "social_picture": picture,
        "product_data": product_data(
            goods,
            description=description,
            pictures=[picture] if picture else [],
            absolute=absolute,
            reviews=page.reviews.reviews,
        ),
        "breadcrumb_data": breadcrumb_data(
            [*page.crumbs[:-1], Crumb(product.title, page.url)], absolute
        ),
    }
