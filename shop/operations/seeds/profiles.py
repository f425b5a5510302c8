"""What a seed of each profile puts into the database, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import recording
from catalog.freshness import catalog_changed
from catalog.listings import collections, listed
from catalog.searching import vocabulary
from inventory.models import Location
from shop.accounts.roles import sync_roles
from shop.operations.load.loading import Order, load, loaded
from shop.operations.seeds import base, pictures, prices
from shop.operations.seeds.catalog import Plan
from shop.operations.seeds.content import ContentPlan
from shop.operations.seeds.curation import Curation
from shop.operations.seeds.orders import plant_orders
from shop.operations.seeds.people import plant_people
from shop.operations.seeds.planting import KEYS, plant
from shop.operations.seeds.reviews import ReviewPlan
from shop.operations.seeds.stock import stocks

#: Generated products of the profile for testers, and their variants on average.
QA_PRODUCTS, QA_VARIANTS = 10_000, 7


@dataclass(frozen=True)
class Step:
    """One act of a seed; it returns how many rows it added."""

    label: str | Promise
    act: Callable[[], int]


def plant_roles() -> int:
    """Bring the roles in line; returns how many are new."""
    known = Group.objects.count()
    sync_roles()
    return Group.objects.count() - known


def production() -> list[Step]:
    """What every shop needs before its first product."""
    return [
        Step(_("Roles"), plant_roles),
        Step(_("Sizes and colors"), lambda: plant(base.options())),
        Step(_("Locations"), lambda: plant(base.locations())),
        Step(_("Delivery"), lambda: plant(base.shipping_methods())),
        Step(_("Tax rates"), lambda: plant(base.tax_rates())),
    ]


def demo() -> list[Step]:
    """A small shop full of clothes, with people and orders."""
    plan = Plan(timezone.now())
    content = ContentPlan(plan)
    curation = Curation(plan)
    reviews = ReviewPlan(plan)
    pictured = [*plan.category_media.values(), *curation.media, *plan.media]

    def plant_stock() -> int:
        workshop = Location.objects.get_by_natural_key(base.locations()[0].code)
        return plant(stocks(plan.variants, plan.sold_out, workshop))

    def plant_collections() -> int:
        added = plant(curation.collections) + plant(curation.members)
        return added + collections.refresh_all()

    def plant_reviews() -> int:
        return plant(reviews.purchases) + plant(reviews.reviews) + plant(reviews.votes)

    return [
        *production(),
        Step(_("Drawings"), lambda: pictures.draw(pictured)),
        Step(_("Pictures"), lambda: plant(pictured)),
        Step(_("Brands"), lambda: plant(list(plan.brands.values()))),
        Step(
            _("Categories"),
            lambda: sum(plant(list(level.values())) for level in plan.levels),
        ),
        Step(_("Size charts"), lambda: plant(plan.charts)),
        Step(_("Products"), lambda: plant(plan.products) + plant(plan.places)),
        Step(_("Variants"), lambda: prices.plant_variants(plan)),
        Step(_("Planned prices"), lambda: plant(prices.planned_prices(plan))),
        Step(_("Galleries"), lambda: plant(plan.product_media)),
        Step(_("Collections"), plant_collections),
        Step(_("Looks"), lambda: plant(curation.links)),
        Step(_("Search"), lambda: plant(curation.synonyms) + plant(curation.redirects)),
        Step(_("Reviews"), plant_reviews),
        Step(_("Pages"), lambda: plant(content.pages)),
        Step(_("Menus"), lambda: plant(content.menus) + plant(content.items)),
        Step(_("Stock"), plant_stock),
        Step(_("People"), plant_people),
        Step(_("Orders"), plant_orders),
    ]


def qa() -> list[Step]:
    """The demo shop among thousands of generated products, the same ones each time."""
    return [*demo(), Step(_("Load data"), plant_load)]


def plant_load() -> int:
    """What is missing of the generated products; returns how many rows that were.

    Collections by rule hold what meets their rule among them.
    """
    known = loaded(Order.seed)
    if known >= QA_PRODUCTS:
        return 0
    order = Order(products=QA_PRODUCTS - known, variants=QA_VARIANTS, append=True)
    return load(order, watch=_unwatched) + collections.refresh_all()


PROFILES: dict[str, Callable[[], Sequence[Step]]] = {
    "demo": demo,
    "production": production,
    "qa": qa,
}


def seed(profile: str, *, watch: Callable[[Step], None]) -> int:
    """Put everything of ``profile`` that is missing into the database, all of it or nothing.

    ``watch`` is told of each step before it begins. Returns how many rows were added. Safe to
    run again: what is there stays as people left it.
    """
    added = 0
    with recording.batch():
        for step in PROFILES[profile]():
            watch(step)
            added += step.act()
        # Rows that are inserted together announce themselves to the audit log only.
        catalog_changed()
        _analyze()
    listed.count_places()
    vocabulary.rebuild()
    return added


def _unwatched(_phase: str, _done: int, _total: int) -> None:
    """The step tells how far the seed is."""


def _analyze() -> None:
    """Let the planner know the new rows before the first page is asked for."""
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in KEYS)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
