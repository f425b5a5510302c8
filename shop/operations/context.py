"""What every page's frame shows: the shop itself, its menu, the visitor's cart and theme."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from catalog.tree import Crumb, Node, Picture, Tree, tree_of
from orders import cart
from shop.operations.preferences import THEME_COOKIE, THEMES

#: Columns of links in a panel of the menu.
COLUMNS = 3


@dataclass(frozen=True)
class Column:
    """A heading of a menu panel with the links below it; ``url`` may be empty."""

    title: str
    url: str
    children: list[Crumb]


@dataclass(frozen=True)
class MenuPicture:
    src: str
    alt: str
    width: int
    height: int
    url: str
    label: str


@dataclass(frozen=True)
class MenuEntry:
    """A top category of the menu, as ``components/mega_menu.html`` shows it."""

    title: str
    url: str
    columns: list[Column]
    picture: MenuPicture | None


@dataclass(frozen=True)
class FooterColumn:
    title: str
    links: list[Crumb]


@dataclass(frozen=True)
class CartLink:
    count: int
    url: str


class Shop:
    """The shop as header and footer name it."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.name = settings.SHOP_NAME
        self.currency = settings.SHOP_CURRENCY
        self.support_email = settings.SHOP_EMAIL
        self.announcement = settings.SHOP_ANNOUNCEMENT

    @property
    def footer_columns(self) -> list[FooterColumn]:
        """Help, shop, service; only what exists is linked."""
        columns = [
            FooterColumn(
                gettext("Help"),
                _links(
                    (gettext("Help and contact"), "pages:help"),
                    (gettext("Track an order"), "orders:track"),
                    (gettext("Search"), "catalog:search"),
                ),
            ),
            FooterColumn(gettext("Shop"), _crumbs(self._tree.children())),
            FooterColumn(
                gettext("Your shop"),
                _links(
                    (gettext("Account"), "accounts:overview"),
                    (gettext("Sign in"), "account_login"),
                    (gettext("Cart"), "orders:cart"),
                    (gettext("Book a repair"), "bookings:start"),
                ),
            ),
        ]
        return [column for column in columns if column.links]


def storefront(request: HttpRequest) -> dict[str, Any]:
    """Context of every template; each part is read when the template asks for it."""
    tree: Any = SimpleLazyObject(lambda: tree_of(request))
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "shop": SimpleLazyObject(lambda: Shop(tree)),
        "menu": SimpleLazyObject(lambda: [_entry(tree, node) for node in tree.children()]),
        "cart_summary": SimpleLazyObject(lambda: _cart_link(request)),
        "theme": theme if theme in THEMES else "system",
    }


def _entry(tree: Tree, node: Node) -> MenuEntry:
    children = tree.children(node.path)
    # Of more branches than fit, the last column names the rest without their leaves.
    fit = children if len(children) <= COLUMNS else children[: COLUMNS - 1]
    columns = [Column(child.title, child.url, _crumbs(tree.children(child.path))) for child in fit]
    rest = children[len(fit) :]
    if rest:
        title = gettext("More in %(title)s") % {"title": node.title}
        columns.append(Column(title, node.url, _crumbs(rest)))
    return MenuEntry(node.title, node.url, columns, _picture(node, node.picture))


def _crumbs(nodes: list[Node]) -> list[Crumb]:
    return [Crumb(node.title, node.url) for node in nodes]


def _picture(node: Node, picture: Picture | None) -> MenuPicture | None:
    if picture is None:
        return None
    label = gettext("All in %(title)s") % {"title": node.title}
    return MenuPicture(picture.src, picture.alt, picture.width, picture.height, node.url, label)


def _cart_link(request: HttpRequest) -> CartLink:
    return CartLink(cart.summary(request).count, reverse("orders:cart"))


def _links(*wanted: tuple[str, str]) -> list[Crumb]:
    """Links to those of the named pages that exist."""
    links = []
    for title, name in wanted:
        try:
            links.append(Crumb(title, reverse(name)))
        except NoReverseMatch:
            continue
    return links
