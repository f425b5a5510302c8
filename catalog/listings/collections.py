"""Collections: what shoppers may see of them, and who belongs to one that has a rule.

A rule is an object of conditions that must all hold: ``new_days`` (published within), ``on_sale``,
``tags``, ``brands`` (slugs), ``categories`` (paths, with all below), ``price_from`` and
``price_to`` (minor units of the lowest price). A list is met by any of its values.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from audit import recording
from catalog.freshness import LIFE_SECONDS, MENUS, NAMESPACE
from catalog.models import Collection, CollectionProduct, ListedProduct
from catalog.models.listed import EVERYWHERE
from catalog.tree import TILE_WIDEST, Picture
from shop import cache

#: Products of a collection by rule, the newest of those that meet it. As many as filters count.
MOST_MEMBERS = 3_000
#: The newest products of the shop, among which a rule that many meet finds all its members.
LOOKED_AT = 50_000
#: Members that one statement adds or removes. Each is listed anew by it.
_BATCH = 500
#: Collections that pages know of.
MOST_COLLECTIONS = 500
_LISTS = {"tags": "tag", "brands": "brand", "categories": "in"}


@dataclass(frozen=True)
class CollectionCard:
    """An active collection; ``thread`` names the color of its pages."""

    id: str
    slug: str
    title: str
    summary: str
    description: str
    thread: str
    picture: Picture | None
    seo_title: str
    seo_description: str

    @property
    def url(self) -> str:
        return reverse("catalog:collection", args=[self.slug])


def read_collections() -> list[CollectionCard]:
    """The active collections in their order; no query when the cache is warm, else one."""
    rows = cache.read_through(
        NAMESPACE, "collections", _load, seconds=LIFE_SECONDS, versions=[(NAMESPACE, MENUS)]
    )
    return [
        CollectionCard(**row | {"picture": row["picture"] and Picture(**row["picture"])})
        for row in rows
    ]


def meeting(rule: dict[str, Any]) -> "QuerySet[ListedProduct]":
    """The listed products that meet a rule now. What the rule does not know is not asked."""
    now = timezone.now()
    rows = ListedProduct.objects.filter(place_id=EVERYWHERE, published_at__lte=now)
    if rule.get("new_days"):
        rows = rows.filter(published_at__gt=now - timedelta(days=rule["new_days"]))
    if rule.get("on_sale"):
        rows = rows.filter(terms__contains=["sale"])
    for name, start in _LISTS.items():
        if rule.get(name):
            rows = rows.filter(terms__overlap=[f"{start}:{value}" for value in rule[name]])
    if rule.get("price_from") is not None:
        rows = rows.filter(price_low__gte=rule["price_from"])
    if rule.get("price_to") is not None:
        rows = rows.filter(price_low__lte=rule["price_to"])
    return rows


def newest_meeting(rule: dict[str, Any]) -> list[UUID]:
    """The newest products that meet a rule now, at most MOST_MEMBERS. At most three queries.

    What they read is bounded by LOOKED_AT, or by how many products meet the rule: never is the
    shop read from its newest product to its oldest in search of them.
    """
    met = meeting(rule).values_list("product_id", flat=True)
    times = meeting({}).order_by("-published_at").values_list("published_at", flat=True)
    since = list(times[LOOKED_AT : LOOKED_AT + 1])
    if since:
        late = met.filter(published_at__gte=since[0]).order_by("-published_at", "-product_id")
        found = list(late[:MOST_MEMBERS])
        if len(found) == MOST_MEMBERS:
            return found
    # Not by the column itself, along whose index the planner would walk.
    newest = Coalesce("published_at", timezone.now()).desc()
    return list(met.order_by(newest, "-product_id")[:MOST_MEMBERS])


def refresh(collection_id: UUID) -> int:
    """Let a collection by rule hold what meets its rule now; how many products came or went.

    Locks the collection, so that two refreshes follow each other. A collection that is chosen by
    hand, or gone, is left alone.
    """
    with transaction.atomic(), recording.batch():
        collection = (
            Collection.objects.select_for_update(of=("self",)).filter(pk=collection_id).first()
        )
        if collection is None or collection.kind != Collection.Kind.RULE:
            return 0
        wanted = set(newest_meeting(collection.rule))
        links = CollectionProduct.objects.filter(collection=collection)
        held = set(links.values_list("product_id", flat=True))
        gone = sorted(held - wanted)
        for start in range(0, len(gone), _BATCH):
            links.filter(product__in=gone[start : start + _BATCH]).delete()
        CollectionProduct.objects.bulk_create(
            (
                CollectionProduct(collection=collection, product_id=product_id)
                for product_id in sorted(wanted - held)
            ),
            batch_size=_BATCH,
        )
    return len(wanted ^ held)


def refresh_all() -> int:
    """Refresh each active collection by rule in its own transaction; how many products moved."""
    due = Collection.objects.filter(
        kind=Collection.Kind.RULE, status=Collection.Status.ACTIVE
    ).order_by("pk")
    return sum(map(refresh, due.values_list("pk", flat=True)))


def _load() -> list[dict[str, Any]]:
    active = Collection.objects.filter(status=Collection.Status.ACTIVE).select_related("image")
    return [
        asdict(
            CollectionCard(
                id=str(row.pk),
                slug=row.slug,
                title=row.title,
                summary=row.summary,
                description=row.description,
                thread=row.thread,
                picture=row.image and Picture.of(row.image, "", widest=TILE_WIDEST),
                seo_title=row.seo_title,
                seo_description=row.seo_description,
            )
        )
        for row in active.order_by("display_order", "title")[:MOST_COLLECTIONS]
    ]
