"""The category tree as pages show it: menus, breadcrumbs, links to the next level."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from catalog.freshness import LIFE_SECONDS, NAMESPACE, TREE
from catalog.garments.pictures import TYPES, path_of_scene
from catalog.models import Category, Media
from shop import cache
from shop.held import Shelf

#: Width of the largest copy that a tile asks for, in pixels.
TILE_WIDEST = 960


@dataclass(frozen=True)
class Picture:
    """A picture with the box it fills, in pixels, as ``components/picture.html`` shows it.

    ``sources`` are type and ``srcset`` of the formats a browser may choose from.
    """

    src: str
    alt: str
    width: int = 400
    height: int = 500
    sources: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, media: Media, alt: str, *, widest: int) -> Self:
        """The picture in ``media``, in sizes up to ``widest`` pixels."""
        width, height = media.width or 400, media.height or 500
        return cls(media.fallback_url(), alt, width, height, media.sources(widest))


@dataclass(frozen=True)
class Crumb:
    """A step of the way to a page."""

    title: str
    url: str


@dataclass(frozen=True)
class Node:
    """A category. ``picture`` is None when it has none of its own and its icon is no garment."""

    path: str
    title: str
    description: str
    picture: Picture | None
    id: str = ""

    @cached_property
    def url(self) -> str:
        return reverse("catalog:category", args=[self.path])

    @property
    def parent_path(self) -> str:
        return self.path.rpartition("/")[0]


class Tree:
    """All live categories by path, siblings in display order."""

    def __init__(self, nodes: list[Node]) -> None:
        self._by_path = {node.path: node for node in nodes}
        self._below: dict[str, list[Node]] = {}
        for node in nodes:
            self._below.setdefault(node.parent_path, []).append(node)

    def at(self, path: str) -> Node | None:
        return self._by_path.get(path)

    def children(self, path: str = "") -> list[Node]:
        """The next level below ``path``; the top level without one."""
        return self._below.get(path, [])

    def branches(self) -> list[tuple[Node, Node]]:
        """The second level, each with the top category it belongs to."""
        return [(top, node) for top in self.children() for node in self.children(top.path)]

    def trail(self, path: str) -> list[Node]:
        """From the top level down to ``path`` itself; empty for a path that is not there."""
        steps = path.split("/")
        nodes = [self.at("/".join(steps[: count + 1])) for count in range(len(steps))]
        return [node for node in nodes if node is not None] if nodes[-1] else []

    def crumbs(self, path: str) -> list[Crumb]:
        """The way from the home page down to the category at ``path``."""
        home = Crumb(gettext("Home"), reverse("catalog:home"))
        return [home, *(Crumb(node.title, node.url) for node in self.trail(path))]

    def nodes(self) -> list[Node]:
        """All categories in display order."""
        return list(self._by_path.values())


#: The tree as all requests of the process share it.
_held: Shelf[str, Tree] = Shelf(most=1, seconds=LIFE_SECONDS)


def read_tree() -> Tree:
    """The tree; no query when the cache is warm, else one."""
    return _held.one("", _read, versions=[(NAMESPACE, TREE)])


def _read() -> Tree:
    rows = cache.read_through(NAMESPACE, TREE, _load, seconds=LIFE_SECONDS)
    return Tree([_node(row) for row in rows])


def tree_of(request: HttpRequest) -> Tree:
    """The tree, read once for the page and the frame around it."""
    tree: Tree | None = getattr(request, "category_tree", None)
    if tree is None:
        tree = read_tree()
        request.category_tree = tree  # type: ignore[attr-defined]
    return tree


def _load() -> list[dict[str, Any]]:
    return [
        asdict(Node(row.path, row.name, row.description, _picture(row), str(row.pk)))
        for row in Category.objects.select_related("image")
    ]


def _picture(category: Category) -> Picture | None:
    if category.image is not None:
        return Picture.of(category.image, "", widest=TILE_WIDEST)
    if category.icon in TYPES:
        return Picture(default_storage.url(path_of_scene(f"category-{category.icon}")), "")
    return None


def _node(row: dict[str, Any]) -> Node:
    picture = row["picture"] and Picture(**row["picture"])
    return Node(row["path"], row["title"], row["description"], picture, row["id"])
