"""Units that come back to the shelf they were sold from."""

from uuid import UUID

from django.db.models import Sum

from audit import recording
from inventory import availability
from inventory.models import Movement, Stock


def take_back(*, order_id: UUID, note: str, actor_id: UUID | None = None) -> list[Movement]:
    """Post back what the order took from each shelf and has not given back; empty the second time.

    Joins the caller's transaction. Fixed number of statements. Locks the stock rows in key order.
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
