"""What the home page shows."""

from dataclasses import dataclass

from catalog.cards import Card
from catalog.listings.collections import CollectionCard, read_collections
from catalog.listings.places import newest_and_best_selling
from catalog.ready_cards import ready_cards
from catalog.tree import Node, Tree

CARDS_IN_A_ROW = 8
TILES = 6


@dataclass(frozen=True)
class HomePage:
    """``tiles`` are categories with their department; ``collection`` is the first of them."""

    tiles: list[tuple[Node, Node]]
    departments: list[Node]
    new_in: list[Card]
    best_sellers: list[Card]
    collection: CollectionCard | None


def read_home(tree: Tree) -> HomePage:
    """Two queries, plus those of a cold cache."""
    new_in, best_sellers = ready_cards(*newest_and_best_selling(CARDS_IN_A_ROW))
    return HomePage(
        tiles=_tiles(tree),
        departments=tree.children(),
        new_in=new_in,
        best_sellers=best_sellers,
        collection=next(iter(read_collections()), None),
    )


def _tiles(tree: Tree) -> list[tuple[Node, Node]]:
    """Departments take turns; no picture comes twice, so that six tiles are six garments."""
    tiles: list[tuple[Node, Node]] = []
    shown: set[str] = set()
    waiting = [(department, tree.children(department.path)) for department in tree.children()]
    while waiting and len(tiles) < TILES:
        left = []
        for department, children in waiting:
            new = (node for node in children if node.picture and node.picture.src not in shown)
            node = next(new, None)
            if node is not None and node.picture is not None:
                tiles.append((department, node))
                shown.add(node.picture.src)
                left.append((department, children))
        waiting = left
    return tiles[:TILES]
