"""What every page's frame shows: the shop itself, its menu, the visitor's theme."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from catalog.content.menus import MenuLink, MenuLinks, read_menus
from catalog.models import Menu
from catalog.tree import Crumb, Node, Picture, Tree, tree_of
from shop.operations.preferences import theme_of

#: Columns of links in a panel of the menu.
COLUMNS = 3
#: Pages that stand beside the button that buys.
TERMS = ("terms", "withdrawal", "privacy")


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


class Shop:
    """The shop as header and footer name it."""

    def __init__(self, tree: Tree, menus: dict[str, MenuLinks]) -> None:
        self._tree = tree
        self._menus = menus
        self.name = settings.SHOP_NAME
        self.currency = settings.SHOP_CURRENCY
        self.support_email = settings.SHOP_EMAIL
        self.announcement = settings.SHOP_ANNOUNCEMENT

    @property
    def footer_columns(self) -> list[FooterColumn]:
        """Help, shop, service, policies: as staff arranged them, else what exists."""
        columns = [
            self._column(
                Menu.Slot.FOOTER_HELP,
                gettext("Help"),
                _links(
                    (gettext("Help and contact"), "pages:help"),
                    (gettext("Track an order"), "orders:track"),
                    (gettext("Search"), "catalog:search"),
                ),
            ),
            self._column(Menu.Slot.FOOTER_SHOP, gettext("Shop"), _crumbs(self._tree.children())),
            self._column(
                Menu.Slot.FOOTER_SERVICE,
                gettext("Your shop"),
                _links(
                    (gettext("Account"), "accounts:overview"),
                    (gettext("Sign in"), "account_login"),
                    (gettext("Cart"), "orders:cart"),
                    (gettext("Book a repair"), "bookings:start"),
                ),
            ),
            self._column(Menu.Slot.FOOTER_POLICIES, gettext("Policies"), []),
        ]
        return [column for column in columns if column.links]

    @property
    def policies(self) -> list[Crumb]:
        """What checkout links to, in the order of the footer's last column."""
        return self._column(Menu.Slot.FOOTER_POLICIES, "", []).links

    @property
    def terms(self) -> list[Crumb]:
        """What a sale is agreed upon: terms, withdrawal and privacy, where they are linked."""
        urls = {reverse("pages:page", args=[slug]) for slug in TERMS}
        return [link for link in self.policies if link.url in urls]

    @property
    def delivery_url(self) -> str:
        """The page about delivery, where one of the menus leads there; or ""."""
        url = reverse("pages:page", args=["delivery"])
        links = (link for menu in self._menus.values() for link in menu.links)
        return url if any(link.url == url for link in links) else ""

    def _column(self, slot: Menu.Slot, title: str, links: list[Crumb]) -> FooterColumn:
        menu = self._menus.get(slot)
        if menu is None:
            return FooterColumn(title, links)
        return FooterColumn(menu.title, [Crumb(link.title, link.url) for link in menu.links])


def storefront(request: HttpRequest) -> dict[str, Any]:
    """Context of every template; each part is read when the template asks for it."""
    tree: Any = SimpleLazyObject(lambda: tree_of(request))
    menus: Any = SimpleLazyObject(read_menus)
    return {
        **frame_of(tree, menus),
        "menu_url": SimpleLazyObject(
            lambda: request.path if request.path in _urls(tree, menus) else ""
        ),
        "theme": theme_of(request),
    }


def frame_of(tree: Any, menus: Any) -> dict[str, Any]:
    """The shop and its main menu, of a tree and menus that are read when they are needed."""
    return {
        "shop": Shop(tree, menus),
        "menu": SimpleLazyObject(lambda: _main_menu(tree, menus)),
    }


def _urls(tree: Tree, menus: dict[str, MenuLinks]) -> set[str]:
    """Where the entries of the main menu lead."""
    main = menus.get(Menu.Slot.MAIN)
    linked = {link.url for link in main.links} if main else set()
    return linked | {node.url for node in tree.children()}


def _main_menu(tree: Tree, menus: dict[str, MenuLinks]) -> list[MenuEntry]:
    """The categories, then what staff put beside them."""
    entries = [_entry(tree, node) for node in tree.children()]
    main = menus.get(Menu.Slot.MAIN)
    return entries + [_linked_entry(link) for link in (main.links if main else [])]


def _linked_entry(link: MenuLink) -> MenuEntry:
    children = [Crumb(child.title, child.url) for child in link.children]
    columns = [Column(link.title, link.url, children)] if children else []
    return MenuEntry(link.title, link.url, columns, None)


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


def _links(*wanted: tuple[str, str]) -> list[Crumb]:
    """Links to those of the named pages that exist."""
    links = []
    for title, name in wanted:
        try:
            links.append(Crumb(title, reverse(name)))
        except NoReverseMatch:
            continue
    return links
