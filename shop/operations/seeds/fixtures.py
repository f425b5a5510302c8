"""The fixtures: the same rows as the demo seed, written down for ``loaddata``."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder

from shop.models import Model
from shop.operations.seeds import base
from shop.operations.seeds.catalog import Plan
from shop.operations.seeds.content import ContentPlan
from shop.operations.seeds.curation import Curation
from shop.operations.seeds.stock import stocks

FOLDER = settings.BASE_DIR / "fixtures"
#: When the newest garment came in, in a file that has to say so once and for all.
ARRIVAL = datetime(2025, 9, 1, 8, tzinfo=UTC)

#: The files in the order in which they load. An active product needs its primary variant in the
#: same transaction, so all of them belong in one ``loaddata``.
ORDER = (
    "options",
    "locations",
    "pick_up_points",
    "shipping_zones",
    "shipping_methods",
    "tax_rates",
    "brands",
    "media",
    "categories",
    "size_charts",
    "products",
    "product_categories",
    "variants",
    "product_media",
    "stock",
    "collections",
    "collection_products",
    "product_links",
    "synonyms",
    "search_redirects",
    "content_pages",
    "menus",
    "menu_items",
)
#: Columns the database or the shop itself fills, in every table.
UNWRITTEN = frozenset(
    {"updated_at", "deleted_at", "version", "on_hand", "reserved", "last_counted_at", "size_bytes"}
    | {"rating_average", "rating_count", "units_sold", "brand_name", "checksum", "renditions"}
    | {"renditions_state", "former_price", "lowest_prior_price", "reduced_at"}
)


def paths() -> list[Path]:
    """The fixture files in loading order."""
    return [FOLDER / f"{name}.json" for name in ORDER]


def contents() -> dict[Path, str]:
    """What each fixture file has to hold."""
    plan = Plan(ARRIVAL)
    content = ContentPlan(plan)
    curation = Curation(plan)
    locations = base.locations()
    zones = base.shipping_zones()
    tables: dict[str, Sequence[Model]] = {
        "options": base.options(),
        "locations": locations,
        "pick_up_points": base.pick_up_points(locations),
        "shipping_zones": zones,
        "shipping_methods": base.shipping_methods(zones),
        "tax_rates": base.tax_rates(),
        "brands": list(plan.brands.values()),
        "media": [*plan.category_media.values(), *curation.media, *plan.media],
        "categories": [category for level in plan.levels for category in level.values()],
        "size_charts": plan.charts,
        "products": plan.products,
        "product_categories": plan.places,
        "variants": plan.variants,
        "product_media": plan.product_media,
        "stock": stocks(plan.variants, plan.sold_out, locations[0]),
        "collections": curation.collections,
        "collection_products": curation.members,
        "product_links": curation.links,
        "synonyms": curation.synonyms,
        "search_redirects": curation.redirects,
        "content_pages": content.pages,
        "menus": content.menus,
        "menu_items": content.items,
    }
    return {path: _lines(tables[path.stem]) for path in paths()}


def stale() -> list[Path]:
    """The fixture files that do not say what the seed does."""
    return [
        path
        for path, text in contents().items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]


def write() -> int:
    """Write the files that are stale; returns how many."""
    written = stale()
    texts = contents()
    FOLDER.mkdir(exist_ok=True)
    for path in written:
        path.write_text(texts[path], "utf-8")
    return len(written)


def _lines(rows: Iterable[Model]) -> str:
    """A JSON list with one row per line, so that a change shows as one line."""
    rows = list(rows)
    for row in rows:
        # A second load would otherwise say that everything was made just now.
        row.created_at = ARRIVAL
    columns = [field for field in rows[0]._meta.concrete_fields if not field.generated]
    told = [field.name for field in columns if field.name not in UNWRITTEN]
    records = serializers.serialize(
        "python",
        rows,
        fields=told,
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
    )
    lines = (json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False) for row in records)
    return "[\n" + ",\n".join(lines) + "\n]\n"
