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
from catalog.listings import best_sellers, collections, listed
from catalog.models import Product
from catalog.searching import vocabulary
from inventory.models import Location
from orders.models import Order
from shop.accounts.roles import sync_roles
from shop.operations.load.copying import Watch
from shop.operations.load.keys import loaded
from shop.operations.load.loading import Amount, load
from shop.operations.seeds import base, offers, pictures, prices
from shop.operations.seeds.bank import plant_bank
from shop.operations.seeds.catalog import Plan
from shop.operations.seeds.content import ContentPlan
from shop.operations.seeds.curation import Curation
from shop.operations.seeds.disputes import plant_disputes
from shop.operations.seeds.edges import EdgePlan, plant_edge_people
from shop.operations.seeds.gift_cards import plant_gift_cards
from shop.operations.seeds.notices import plant_notices
from shop.operations.seeds.orders import plant_orders
from shop.operations.seeds.past_carts import plant_past_carts
from shop.operations.seeds.past_orders import plant_past_orders
from shop.operations.seeds.people import plant_people
from shop.operations.seeds.phone_orders import plant_phone_orders
from shop.operations.seeds.planting import KEYS, plant
from shop.operations.seeds.privacy import plant_privacy
from shop.operations.seeds.purchasing import (
    plant_purchase_orders,
    plant_stocktake,
    plant_suppliers,
)
from shop.operations.seeds.refunds import plant_refunds
from shop.operations.seeds.returns import plant_returns
from shop.operations.seeds.reviews import ReviewPlan
from shop.operations.seeds.saved_cards import plant_saved_card
from shop.operations.seeds.settlements import plant_settlements
from shop.operations.seeds.stock import stocks
from shop.operations.seeds.transfers import note_shelves, plant_transfers

#: What is generated for testers beside the demo shop.
QA_PRODUCTS, QA_ORDERS = 10_000, 50_000


@dataclass(frozen=True)
class Step:
    """One act of a seed; it returns how many rows it added.

    An act that takes long takes a watch, which it tells how far it is.
    """

    label: str | Promise
    act: Callable[..., int]
    takes_long: bool = False


def plant_roles() -> int:
    """Bring the roles in line; returns how many are new."""
    known = Group.objects.count()
    sync_roles()
    return Group.objects.count() - known


def plant_delivery() -> int:
    """Zones, ways to deliver there, and where to collect; returns how many are new."""
    zones = base.shipping_zones()
    points = base.pick_up_points(list(Location.objects.all()))
    return plant(zones) + plant(base.shipping_methods(zones)) + plant(points)


def production() -> list[Step]:
    """What every shop needs before its first product."""
    return [
        Step(_("Roles"), plant_roles),
        Step(_("Sizes and colors"), lambda: plant(base.options())),
        Step(_("Locations"), lambda: plant(base.locations())),
        Step(_("Delivery"), plant_delivery),
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

    def plant_offers() -> int:
        since = plan.arrival
        return plant(offers.coupons(since)) + plant(offers.promotions(since))

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
        # Before whatever else takes from the shelves: their ledger begins with them.
        Step(_("Past orders"), lambda: plant_past_orders(plan)),
        Step(_("Orders"), plant_orders),
        Step(_("Orders by phone"), plant_phone_orders),
        Step(_("Past carts"), plant_past_carts),
        Step(_("Returns"), plant_returns),
        Step(_("Refunds and messages"), plant_refunds),
        Step(_("Bank transfers"), plant_bank),
        Step(_("Notices of the provider"), plant_notices),
        Step(_("Disputes"), plant_disputes),
        Step(_("Settlements"), plant_settlements),
        Step(_("Coupons and promotions"), plant_offers),
        Step(_("Gift cards"), lambda: plant_gift_cards(plan)),
        Step(_("Suppliers"), plant_suppliers),
        Step(_("Purchase orders"), plant_purchase_orders),
        Step(_("Transfers"), plant_transfers),
        Step(_("Saved card"), plant_saved_card),
        Step(_("Copies and erasures"), plant_privacy),
        Step(_("Stocktake"), plant_stocktake),
        Step(_("State of the shelves"), note_shelves),
    ]


def development() -> list[Step]:
    """The demo shop with garments and people that pages must bear."""
    edges = EdgePlan()

    def plant_garments() -> int:
        pictures.draw(edges.media)
        rows = (
            [edges.root],
            [edges.empty],
            edges.media,
            edges.products,
            edges.places,
            edges.variants,
            edges.product_media,
        )
        return sum(plant(of_one_model) for of_one_model in rows)

    def plant_shelves() -> int:
        workshop = Location.objects.get_by_natural_key(base.locations()[0].code)
        return plant(edges.stocks(workshop))

    return [
        *demo(),
        Step(_("Edge cases"), plant_garments),
        Step(_("Stock of edge cases"), plant_shelves),
        Step(_("People of edge cases"), plant_edge_people),
    ]


def qa() -> list[Step]:
    """The demo shop among thousands of generated products and orders, the same ones each time."""
    return [*demo(), Step(_("Load data"), plant_load, takes_long=True)]


def plant_load(watch: Watch) -> int:
    """What is missing of the generated products and orders; returns how many rows that were.

    Collections by rule hold what meets their rule among them.
    """
    products = max(0, QA_PRODUCTS - loaded(Product, Amount.seed))
    orders = max(0, QA_ORDERS - loaded(Order, Amount.seed))
    if not products + orders:
        return 0
    rows = load(Amount(products, orders, append=True), watch=watch)
    return rows + collections.refresh_all()


PROFILES: dict[str, Callable[[], Sequence[Step]]] = {
    "demo": demo,
    "development": development,
    "production": production,
    "qa": qa,
}


def seed(profile: str, *, watch: Callable[[Step], None], watch_long: Watch) -> int:
    """Put everything of ``profile`` that is missing into the database, all of it or nothing.

    ``watch`` is told of each step before it begins, ``watch_long`` how far a long one is. Returns
    how many rows were added. Safe to run again: what is there stays as people left it.
    """
    added = 0
    with recording.batch():
        _plan_anew()
        for step in PROFILES[profile]():
            watch(step)
            added += step.act(watch_long) if step.takes_long else step.act()
        # Rows that are inserted together announce themselves to the audit log only.
        catalog_changed()
        _analyze()
    # What jobs would find out within the hour, so that the first visitor sees the whole shop.
    best_sellers.count_units_sold()
    listed.count_places()
    vocabulary.rebuild()
    return added


def _plan_anew() -> None:
    """Forget plans of triggers that were made while tables were small: they read them whole."""
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


def _analyze() -> None:
    """Let the planner know the new rows before the first page is asked for."""
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in KEYS)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
