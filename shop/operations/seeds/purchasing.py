"""Two suppliers, what was ordered from them and how far it came, and a count that goes on."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from catalog.models import ProductVariant
from inventory import purchasing, receipts, stocktakes
from inventory.models import (
    Location,
    PurchaseOrder,
    PurchaseOrderLine,
    Stock,
    Stocktake,
    Supplier,
    SupplierItem,
)
from inventory.receipts import Delivered
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.actor import Actor, ActorType, acting_as
from shop.operations.demo import DEMO_ACCOUNTS
from shop.operations.seeds import base
from shop.operations.seeds.planting import plant

#: By the brand whose garments they make.
SUPPLIERS = {
    "oderwerk": {
        "name": "Oderwerk Bekleidung GmbH",
        "contact": "Jette Krahn",
        "email": "orders@oderwerk.example",
        "address": "Am Lokschuppen 3\n15230 Frankfurt (Oder)\nGermany",
        "currency": base.CURRENCY,
        "lead_time_days": 21,
        "minimum_order": 50000,
        "notes": "Sews on Mondays and Thursdays; no deliveries in August.",
    },
    "marsh-and-fenn": {
        "name": "Marsh & Fenn Knitwear Ltd.",
        "contact": "Aisling Fenn",
        "email": "orders@marsh-and-fenn.example",
        "address": "Harbour Road 41\nGalway\nIreland",
        "currency": base.CURRENCY,
        "lead_time_days": 35,
        "minimum_order": 80000,
        "notes": "Asks for the sizes of a style in one order.",
    },
}
#: Where nobody noted a cost: part of the price that making takes.
COST_SHARE = 0.35
#: Garments on each order, and units of each.
LINES, UNITS = 4, 12
#: Shelves that are counted already, and how far some counts are off.
COUNTED, OFF = 8, {2: -1, 5: 1}


def plant_suppliers() -> int:
    """The suppliers and what each of them delivers; returns how many rows are new."""
    suppliers = {slug: Supplier(**row) for slug, row in SUPPLIERS.items()}
    added = plant(list(suppliers.values()))
    variants = ProductVariant.objects.filter(product__brand__slug__in=suppliers)
    items = [
        SupplierItem(
            supplier=suppliers[variant.product.brand.slug],
            variant=variant,
            supplier_sku=variant.sku.replace("-", "")[-10:],
            cost=_cost(variant),
            pack_size=4,
        )
        for variant in variants.select_related("product__brand").order_by("sku")
    ]
    return added + plant(items)


def plant_purchase_orders() -> int:
    """Orders that came, came in part and late, are on their way, and are a draft."""
    if PurchaseOrder.objects.exists():
        return 0
    oderwerk, knitters = (
        Supplier.objects.get_by_natural_key(row["name"]) for row in SUPPLIERS.values()
    )
    now = timezone.now()
    with acting_as(Actor(ActorType.STAFF, _person(Role.MANAGER).pk)):
        whole, part = _draft(oderwerk, 0), _draft(oderwerk, LINES)
        on_its_way, _draft_only = _draft(knitters, 0), _draft(knitters, LINES)
        for order, days in ((whole, 24), (part, 23), (on_its_way, 26)):
            sent = purchasing.send(order.pk, actor_id=_person(Role.MANAGER).pk)
            due = sent.default_expected_on() - timedelta(days=days)
            rows = PurchaseOrder.objects.filter(pk=order.pk)
            rows.update(sent_at=now - timedelta(days=days), expected_on=due)
    with acting_as(Actor(ActorType.STAFF, _person(Role.EMPLOYEE).pk)):
        PurchaseOrder.objects.filter(pk=whole.pk).update(expected_on=timezone.localdate())
        _receive(whole, [Delivered(UNITS)] * LINES, "LS 2201")
        torn = Delivered(UNITS // 2, 2, "Hem is open")
        _receive(part, [Delivered(UNITS), torn], "LS 2214")
    return 4


def plant_stocktake() -> int:
    """A count of the workshop that somebody has begun."""
    if Stocktake.objects.exists():
        return 0
    employee = _person(Role.EMPLOYEE)
    workshop = Location.objects.get_by_natural_key(base.locations()[0].code)
    with acting_as(Actor(ActorType.STAFF, employee.pk)):
        stocktake = Stocktake.objects.create(
            location=workshop, note="Spring count", opened_by=_person(Role.MANAGER)
        )
        for place, row in enumerate(stocktakes.sheet(stocktake)[:COUNTED]):
            stocktakes.count(
                stocktake_id=stocktake.pk,
                stock_id=row.pk,
                quantity=max(row.on_hand + OFF.get(place, 0), 0),
                actor_id=employee.pk,
            )
    return 1


def _draft(supplier: Supplier, first: int) -> PurchaseOrder:
    workshop = Location.objects.get_by_natural_key(base.locations()[0].code)
    plenty = Stock.objects.filter(location=workshop, available__gte=LINES)
    items = SupplierItem.objects.filter(supplier=supplier, variant__stocks__in=plenty)
    order: PurchaseOrder = PurchaseOrder.objects.create(
        supplier=supplier, location=workshop, currency=supplier.currency
    )
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(
            purchase_order=order,
            variant_id=item.variant_id,
            supplier_sku=item.supplier_sku,
            quantity=UNITS,
            cost=item.cost,
        )
        for item in items.order_by("variant__sku")[first : first + LINES]
    )
    return order


def _receive(order: PurchaseOrder, came: list[Delivered], delivery_note: str) -> None:
    lines = order.lines.order_by("created_at", "pk")
    receipts.receive(
        purchase_order_id=order.pk,
        delivered={line.pk: units for line, units in zip(lines, came, strict=False)},
        key=uuid4(),
        actor_id=_person(Role.EMPLOYEE).pk,
        delivery_note=delivery_note,
    )


def _person(role: Role) -> User:
    email = next(account.email for account in DEMO_ACCOUNTS if account.role == role)
    person: User = User.objects.get_by_natural_key(email)
    return person


def _cost(variant: ProductVariant) -> int:
    return round(variant.price * COST_SHARE) if variant.cost is None else int(variant.cost)
