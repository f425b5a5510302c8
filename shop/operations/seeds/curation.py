"""What the demo shop's people arranged: collections, looks, and what the search was taught."""

import tomllib
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.garments import pictures
from catalog.models import (
    Collection,
    CollectionProduct,
    Media,
    Product,
    ProductLink,
    SearchRedirect,
    Synonym,
)
from shop.operations.seeds.catalog import HEIGHT, KEYS, WIDTH, Plan

FOLDER = Path(__file__).parent
#: Sizes of the scenes that collections show, in pixels; other pictures are garments.
SCENES = {"fold": (1200, 640), "workbench": (1200, 600), "line": (1200, 440)}


@dataclass
class Curation:
    """Collections, looks, synonyms and redirects as unsaved rows; ``catalog`` has the products."""

    catalog: Plan
    media: list[Media] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    members: list[CollectionProduct] = field(default_factory=list)
    links: list[ProductLink] = field(default_factory=list)
    synonyms: list[Synonym] = field(default_factory=list)
    redirects: list[SearchRedirect] = field(default_factory=list)

    def __post_init__(self) -> None:
        products = {product.slug: product for product in self.catalog.products}
        for position, row in enumerate(_read("collections")["collection"], start=1):
            self._collect(position, products, chosen=row.pop("products", []), **row)
        for kind, looks in _read("looks").items():
            for slug, others in looks.items():
                self._link(ProductLink.Kind(kind.upper()), products, slug, others)
        taught = _read("search")
        self.synonyms = [
            Synonym(id=_key("synonym", *words), words=words) for words in taught["synonyms"]
        ]
        self.redirects = [
            SearchRedirect(term=term, target=target) for term, target in taught["redirects"].items()
        ]

    def _collect(
        self,
        position: int,
        products: dict[str, Product],
        *,
        picture: str,
        chosen: list[str],
        **row: Any,
    ) -> None:
        collection = Collection(
            **{"status": Collection.Status.ACTIVE, **row},
            kind=Collection.Kind.RULE if "rule" in row else Collection.Kind.MANUAL,
            image=self._picture(row["slug"], picture),
            display_order=position,
        )
        self.collections.append(collection)
        self.members += [
            CollectionProduct(
                id=_key("collection", collection.slug, slug),
                collection=collection,
                product=products[slug],
                position=place,
            )
            for place, slug in enumerate(chosen, start=1)
        ]

    def _picture(self, slug: str, scene: str) -> Media:
        width, height = SCENES.get(scene.partition("-")[0], (WIDTH, HEIGHT))
        media = Media(
            asset_id=f"collection/{slug}",
            file=pictures.path_of_scene(scene),
            mime_type=pictures.SVG_TYPE,
            width=width,
            height=height,
        )
        self.media.append(media)
        return media

    def _link(
        self, kind: ProductLink.Kind, products: dict[str, Product], slug: str, others: list[str]
    ) -> None:
        self.links += [
            ProductLink(
                id=_key("link", kind, slug, other),
                product=products[slug],
                other=products[other],
                kind=kind,
                position=position,
            )
            for position, other in enumerate(others, start=1)
        ]


def _read(name: str) -> Any:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def _key(*names: str) -> uuid.UUID:
    return uuid.uuid5(KEYS, "/".join(names))
