"""Staff's work on the category tree: order, place and removal."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Func, IntegerField, OuterRef, QuerySet

from audit import recording
from catalog.errors import CatalogError
from catalog.freshness import catalog_changed
from catalog.imports import writing
from catalog.models import Category, Product, ProductCategory
from shop.conflicts import retried

#: Products of a category that the tree counts; who has more reads "500+".
MOST_COUNTED: Final = 500


class BelowItself(CatalogError):
    """A category cannot stand below itself."""


class AddressTaken(CatalogError):
    """Another category has the address there."""


class NotEmpty(CatalogError):
    """The category has ``children`` below it or ``products`` in it."""

    def __init__(self, children: int, products: int) -> None:
        super().__init__(f"{children} categories and {products} products")
        self.children = children
        self.products = products


@dataclass(frozen=True)
class Branch:
    """A category with its place in the tree as staff see it; ``has_more`` than ``products``."""

    category: Category
    level: int
    products: int
    has_more: bool
    children: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Way:
    """The names that lead to a category, "Women / Knitwear / Cardigans"."""

    key: UUID
    path: str
    names: str


def ways() -> list[Way]:
    """The way to each category in the order of the tree: a name alone may stand in many places.

    One query.
    """
    found: dict[str, Way] = {}
    for key, path, name in Category.objects.order_by("path").values_list("pk", "path", "name"):
        above = found.get(path.rpartition("/")[0])
        found[path] = Way(key, path, f"{above.names} / {name}" if above else name)
    return list(found.values())


def branches() -> list[Branch]:
    """The whole tree, each category before those below it; one query.

    Counted are products in the category itself that are not archived, up to MOST_COUNTED.
    """
    below: dict[UUID | None, list[Any]] = {}
    for category in _counted().order_by("display_order", "name"):
        below.setdefault(category.parent_id, []).append(category)
    found: list[Branch] = []

    def walk(parent: UUID | None, level: int) -> None:
        siblings = below.get(parent, [])
        for place, category in enumerate(siblings):
            found.append(
                Branch(
                    category,
                    level,
                    min(category.counted, MOST_COUNTED),
                    category.counted > MOST_COUNTED,
                    len(below.get(category.pk, ())),
                    place == 0,
                    place == len(siblings) - 1,
                )
            )
            walk(category.pk, level + 1)

    walk(None, 0)
    return found


def _counted() -> "QuerySet[Any]":
    """Categories with ``counted`` products, one more than MOST_COUNTED at most."""
    links = ProductCategory.objects.filter(
        category=OuterRef("pk"), product__deleted_at=None
    ).exclude(product__status=Product.Status.ARCHIVED)
    few = links.order_by().values("pk")[: MOST_COUNTED + 1]
    number = Func(ArraySubquery(few), function="cardinality", output_field=IntegerField())
    rows: QuerySet[Any] = Category.objects.annotate(counted=number)
    return rows


@retried
def shift(category_id: UUID, *, steps: int) -> None:
    """Move a category among its siblings: up for negative ``steps``; no further than the end.

    Locks the siblings. Raises DoesNotExist.
    """
    with recording.batch():
        category = Category.objects.get(pk=category_id)
        siblings = Category.objects.filter(parent=category.parent_id)
        ordered = list(siblings.order_by("display_order", "name").values_list("pk", flat=True))
        at = ordered.index(category.pk)
        to = min(max(at + steps, 0), len(ordered) - 1)
        ordered.insert(to, ordered.pop(at))
        locked = writing.lock(Category, ordered)
        changes = {
            pk: {"display_order": place}
            for place, pk in enumerate(ordered)
            if locked[pk].display_order != place
        }
        writing.change(Category, locked, changes)
        catalog_changed()


@retried
def move(category_id: UUID, *, parent_id: UUID | None) -> Category:
    """Put a category and all below it under another one, or at the top.

    Raises :class:`BelowItself`, :class:`AddressTaken`, DoesNotExist.
    """
    with transaction.atomic():
        category: Category = Category.objects.select_for_update(of=("self",)).get(pk=category_id)
        parent = Category.objects.get(pk=parent_id) if parent_id else None
        if parent and f"{parent.path}/".startswith(f"{category.path}/"):
            raise BelowItself
        path = f"{parent.path}/{category.slug}" if parent else category.slug
        if Category.objects.filter(path=path).exclude(pk=category.pk).exists():
            raise AddressTaken
        category.parent = parent
        category.save()
        catalog_changed()
    return category


def refuse_unless_empty(category: Category) -> None:
    """Raises :class:`NotEmpty`."""
    children = category.children.filter(deleted_at=None).count()
    products = category.product_links.filter(product__deleted_at=None).count()
    if children or products:
        raise NotEmpty(children, products)
