"""Units that come back to the shelf they were sold from."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Sum

from audit import recording
from inventory import availability
from inventory.models import Movement, Stock


def take_back(
    *,
    order_id: UUID,
    note: str,
    quantities: Mapping[UUID, int] | None = None,
    actor_id: UUID | None = None,
) -> list[Movement]:
    """Post back what the order took from each shelf and has not given back; empty the second time.

    With ``quantities`` (units by variant) only those, and never more than the order took. Joins
    the caller's transaction. Fixed number of statements. Locks the stock rows in key order.
    """
    with recording.batch():
        taken = Movement.objects.filter(
            order=order_id, kind__in=[Movement.Kind.SALE, Movement.Kind.RETURN]
        )
        rows = list(
            Stock.objects.of_products()
            .filter(pk__in=taken.values("stock"))
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        balance = dict(taken.order_by().values_list("stock").annotate(units=Sum("quantity_change")))
        missing = {row.pk: -balance[row.pk] for row in rows if balance.get(row.pk, 0) < 0}
        if quantities is not None:
            missing = _limited(rows, missing, quantities)
        if not missing:
            return []
        movements: list[Movement] = Movement.objects.bulk_create(
            Movement(
                stock=row,
                kind=Movement.Kind.RETURN,
                quantity_change=missing[row.pk],
                note=note,
                actor_id=actor_id,
                order_id=order_id,
            )
            for row in rows
            if row.pk in missing
        )
        has_turned = any(row.available <= 0 for row in rows if row.pk in missing)
        products = {row.variant_id: row.product_id for row in rows if row.pk in missing}
        availability.products_changed(products, has_turned=has_turned)
        return movements


def _limited(
    rows: Iterable[Stock], missing: Mapping[UUID, int], quantities: Mapping[UUID, int]
) -> dict[UUID, int]:
    """Of what is missing on each shelf, no more units of a variant than ``quantities`` say."""
    wanted, units = dict(quantities), {}
    for row in rows:
        part = min(missing.get(row.pk, 0), wanted.get(row.variant_id, 0))
        if part > 0:
            units[row.pk] = part
            wanted[row.variant_id] -= part
    return units
