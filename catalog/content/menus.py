"""The links that staff arranged for header and footer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from catalog.freshness import LIFE_SECONDS, MENUS, NAMESPACE
from catalog.models import Collection, Menu, MenuItem
from shop import cache
from shop.held import Shelf


@dataclass(frozen=True)
class MenuLink:
    """A link of a menu with those below it."""

    title: str
    url: str
    children: Sequence["MenuLink"] = ()


@dataclass(frozen=True)
class MenuLinks:
    """The links of one place."""

    title: str
    links: list[MenuLink] = field(default_factory=list)


#: The menus as all requests of the process share them.
_held: Shelf[str, dict[str, MenuLinks]] = Shelf(most=1, seconds=LIFE_SECONDS)


def read_menus() -> dict[str, MenuLinks]:
    """The menus by slot, of what can be visited; no query when the cache is warm, else one."""
    return _held.one("", _read, versions=[(NAMESPACE, MENUS)])


def _read() -> dict[str, MenuLinks]:
    rows = cache.read_through(NAMESPACE, MENUS, _load, seconds=LIFE_SECONDS)
    return {
        slot: MenuLinks(menu["title"], [_link(row) for row in menu["links"]])
        for slot, menu in rows.items()
    }


def url_of(item: MenuItem) -> str:
    """Where ``item`` leads, or "" while there is nothing: a draft, a deleted or unknown place."""
    match item.target:
        case MenuItem.Target.PAGE:
            page = item.page
            return page.get_absolute_url() if page and page.is_published else ""
        case MenuItem.Target.CATEGORY:
            category = item.category
            return category.get_absolute_url() if category and not category.is_deleted else ""
        case MenuItem.Target.COLLECTION:
            return _collection_url(item)
        case MenuItem.Target.PATH:
            return item.address if _is_a_page(item.address) else ""
        case _:
            return item.address


def preview(menu: Menu) -> MenuLinks:
    """``menu`` as the shop shows it now, read from the database."""
    return MenuLinks(menu.title, [_link(row) for row in _tree(_items().filter(menu=menu))])


def _items() -> Any:
    collection = Collection.objects.filter(
        slug=OuterRef("collection_slug"), status=Collection.Status.ACTIVE
    )
    items = MenuItem.objects.select_related("menu", "page", "category")
    items = items.defer("page__body", "page__search_vector")
    return items.annotate(has_collection=Exists(collection)).order_by("menu", "position", "label")


def _load() -> dict[str, Any]:
    items = list(_items())
    menus = {item.menu.slot: item.menu for item in items}
    return {
        slot: {
            "title": menu.title,
            "links": _tree([item for item in items if item.menu_id == menu.pk]),
        }
        for slot, menu in menus.items()
    }


def _tree(items: Any) -> list[dict[str, Any]]:
    items = [(item, url_of(item)) for item in items]

    def below(parent: Any) -> list[dict[str, Any]]:
        return [
            {"title": item.label, "url": url, "children": below(item.pk)}
            for item, url in items
            if item.parent_id == parent and url
        ]

    return below(None)


def _link(row: Mapping[str, Any]) -> MenuLink:
    return MenuLink(row["title"], row["url"], [_link(child) for child in row["children"]])


def _collection_url(item: MenuItem) -> str:
    try:
        url = reverse("catalog:collection", args=[item.collection_slug])
    except NoReverseMatch:
        return ""
    return url if getattr(item, "has_collection", False) else ""


def _is_a_page(address: str) -> bool:
    try:
        resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return False
    return True
