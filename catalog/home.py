"""What the home page shows."""

from dataclasses import dataclass

from catalog.cards import Card, cards_of
from catalog.choices import read_choices
from catalog.goods import goods_of, with_goods
from catalog.models import Product
from catalog.tree import Node, Tree

CARDS_IN_A_ROW = 8
TILES = 6


@dataclass(frozen=True)
class HomePage:
    """``tiles`` are categories with their department; ``standing`` is what stays in the range."""

    tiles: list[tuple[Node, Node]]
    departments: list[Node]
    new_in: list[Card]
    standing: list[Card]


def read_home(tree: Tree) -> HomePage:
    """Two queries, plus those of a cold cache."""
    published = with_goods(Product.objects.published())
    newest = list(published.order_by("-published_at", "-pk")[:CARDS_IN_A_ROW])
    shown = [product.pk for product in newest]
    oldest = published.exclude(pk__in=shown).order_by("published_at", "pk")[:CARDS_IN_A_ROW]
    new_goods, standing_goods = goods_of(newest, oldest)
    choices = read_choices()
    departments = tree.children()
    return HomePage(
        tiles=_tiles(tree),
        departments=departments,
        new_in=cards_of(new_goods, choices),
        standing=cards_of(standing_goods, choices),
    )


def _tiles(tree: Tree) -> list[tuple[Node, Node]]:
    """Departments take turns; no picture comes twice, so that six tiles are six garments."""
    tiles: list[tuple[Node, Node]] = []
    shown: set[str] = set()
    waiting = {department: tree.children(department.path) for department in tree.children()}
    while waiting and len(tiles) < TILES:
        for department, children in list(waiting.items()):
            new = (node for node in children if node.picture and node.picture.src not in shown)
            node = next(new, None)
            if node is None or node.picture is None:
                del waiting[department]
                continue
            tiles.append((department, node))
            shown.add(node.picture.src)
    return tiles[:TILES]
