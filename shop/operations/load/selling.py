"""Putting the orders of a load into the shop."""

from datetime import datetime
from functools import partial

from django.db import connection

from catalog.listings.best_sellers import count_units_sold, forget_days
from catalog.models import Product
from orders.models import ShippingMethod, TaxRate
from shop.accounts.roles import Role, sync_roles
from shop.operations.load import tables
from shop.operations.load.copying import Watch, analyze, bare, pour, size_of
from shop.operations.load.goods import Assortment, Intake
from shop.operations.load.keys import own_key
from shop.operations.load.orders import NEW_MEMBER_OF, OrderMaker, Rates
from shop.operations.seeds import base
from shop.operations.seeds.planting import plant

#: Tables whose rows are all new ones in the shop's first load; the others have many already.
_OWN = tuple(table.name for table in tables.OF_ORDERS[2:] if table is not tables.SALES)
# In the order of time, orders of old lie between what was told of the shelves already.
_TELL_BALANCES = """
    UPDATE inventory_movement movement SET balance_after = told.balance
    FROM (
        SELECT id, balance_after, sum(quantity_change) OVER (
            PARTITION BY stock_id ORDER BY created_at, id
        ) AS balance
        FROM inventory_movement WHERE stock_id = ANY (%s::uuid[])
    ) told
    WHERE movement.id = told.id AND told.balance <> told.balance_after
"""
_HOLD = """
    UPDATE inventory_stock stock
    SET on_hand = on_hand + held.units, reserved = reserved + held.units
    FROM unnest(%s::uuid[], %s::bigint[]) AS held (id, units) WHERE stock.id = held.id
"""
_OF_NEW_MEMBERS = "FROM accounts_user WHERE id BETWEEN %s AND %s"
_GIVE_ROLE = f"INSERT INTO accounts_user_groups (user_id, group_id) SELECT id, %s {_OF_NEW_MEMBERS}"
_GIVE_ADDRESS = f"""
    INSERT INTO account_emailaddress (user_id, email, verified, "primary")
    SELECT id, email, true, true {_OF_NEW_MEMBERS}
"""


class NothingToSell(Exception):
    """There are no products that orders could be of."""


def sell(
    numbers: range,
    *,
    seed: int,
    assortment: Assortment | None,
    now: datetime,
    watch: Watch,
    has_members: bool = True,
) -> int:
    """Add the orders of these numbers, of what is in ``assortment``; returns how many rows.

    Joins the caller's transaction, which has their tables to itself from now on. Without
    ``has_members`` all of them are by guests. Raises NothingToSell without an assortment.
    """
    if assortment is None:
        raise NothingToSell
    zones = base.shipping_zones()
    plant(zones)
    plant(base.shipping_methods(zones))
    plant(base.tax_rates())
    names = [table.name for table in tables.OF_ORDERS]
    is_mostly_new = size_of(tables.ORDERS.name) < len(numbers)
    with bare([*names, tables.STOCK.name], unindexed=_OWN if is_mostly_new else (), watch=watch):
        maker = OrderMaker(
            seed=seed,
            numbers=numbers,
            now=now,
            assortment=assortment,
            rates=_rates(),
            first_in_shop=_reserve_numbers(len(numbers)),
            has_members=has_members,
        )
        rows = pour(tables.OF_ORDERS, maker.lines, numbers, partial(watch, "orders"))
        rows += _shelve(maker.intake)
    analyze(names)
    if has_members:
        _welcome(numbers, seed)
    forget_days()
    count_units_sold()
    return rows


def _rates() -> Rates:
    taxes = TaxRate.objects.filter(state="", tax_class=Product.TaxClass.STANDARD)
    return Rates(
        methods={method.code: method for method in ShippingMethod.objects.all()},
        taxes={rate.country.code: rate.rate_basis_points for rate in taxes},
    )


def _reserve_numbers(count: int) -> int:
    """The first of ``count`` numbers that no other order will have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM order_number")
        used = int(cursor.fetchone()[0])
        cursor.execute("SELECT setval('order_number', %s)", [used + count])
    return used + 1


def _shelve(intake: Intake) -> int:
    """Post what came in for the orders, and hold what is not paid yet."""
    rows = tables.SALES.copy(intake.lines())
    held = intake.held
    with connection.cursor() as cursor:
        cursor.execute(_TELL_BALANCES, [intake.shelves])
        cursor.execute(_HOLD, [list(held), list(held.values())])
    return rows


def _welcome(numbers: range, seed: int) -> None:
    """Make members of the accounts that came with these orders."""
    first, last = -(-numbers.start // NEW_MEMBER_OF), (numbers.stop - 1) // NEW_MEMBER_OF
    ends = [own_key(tables.MEMBERS, seed, number) for number in (first, last)]
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_ROLE, [sync_roles()[Role.CUSTOMER].pk, *ends])
        cursor.execute(_GIVE_ADDRESS, ends)
