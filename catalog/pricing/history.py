"""What prices were: the lowest of 30 days, the latest changes and who made them, a chart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    Subquery,
    TextField,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from audit.models import AuditLog
from catalog.models import PriceChange, Product, ProductVariant

#: The days before a reduction whose lowest price is the prior price (Directive 98/6/EC, 6a).
RULE_DAYS = 30
#: What the chart shows, in days.
CHART_DAYS = 90
CHART_WIDTH, CHART_HEIGHT = 640, 120
#: The audit entry of a change is written within this time of it.
_SAME_ACT = timedelta(minutes=5)


@dataclass(frozen=True)
class LowestPrice:
    """The lowest price of the 30 days before a moment, in minor units, and when it was set."""

    amount: int
    since: datetime


def lowest_prices(
    variants: Iterable[ProductVariant], at: datetime | None = None
) -> dict[UUID, LowestPrice]:
    """The lowest price of the 30 days before ``at`` (default: now) of each variant; one query.

    What the trigger compares with when the price is cut at that moment.
    """
    at = at or timezone.now()
    before = PriceChange.objects.filter(
        variant=OuterRef("variant"), changed_at__lte=at - timedelta(days=RULE_DAYS)
    )
    rows = (
        PriceChange.objects.filter(variant__in=[row.pk for row in variants], changed_at__lt=at)
        .annotate(begin=Subquery(before.order_by("-changed_at").values("changed_at")[:1]))
        .filter(Q(begin=None) | Q(changed_at__gte=F("begin")))
        .order_by("variant_id", "new_price", "-changed_at")
        .distinct("variant_id")
    )
    return {row.variant_id: LowestPrice(row.new_price, row.changed_at) for row in rows}


def with_people(changes: Any) -> Any:
    """Let price changes bring along ``person``: the e-mail address that the audit log names."""
    distance = Func(
        F("created_at") - OuterRef("changed_at"),
        template="abs(extract(epoch FROM %(expressions)s))",
        output_field=FloatField(),
    )
    entries = (
        AuditLog.objects.filter(
            entity=ProductVariant._meta.label_lower,
            entity_id=Cast(OuterRef("variant_id"), CharField()),
            created_at__gte=OuterRef("changed_at") - _SAME_ACT,
            created_at__lte=OuterRef("changed_at") + _SAME_ACT,
        )
        .annotate(price=KeyTextTransform("price", "after"), distance=distance)
        .filter(price=Cast(OuterRef("new_price"), TextField()))
        .order_by("distance")
    )
    return changes.annotate(person=Subquery(entries.values("actor__email")[:1]))


def latest_changes(product: Product, limit: int) -> list[PriceChange]:
    """The latest changes of the prices of ``product``, each with ``person``."""
    rows = PriceChange.objects.filter(variant__product=product).select_related("variant")
    return list(with_people(rows).order_by("-changed_at", "-pk")[:limit])


@dataclass(frozen=True)
class Chart:
    """A step line in a box of ``width`` by ``height``, with its lowest and highest amount."""

    path: str
    lowest: int
    highest: int
    begins_at: datetime
    width: int = CHART_WIDTH
    height: int = CHART_HEIGHT


def chart_of(variant: ProductVariant, now: datetime) -> Chart | None:
    """The price of ``variant`` over the last 90 days; None when it never changed in them."""
    begins_at = now - timedelta(days=CHART_DAYS)
    rows = PriceChange.objects.filter(variant=variant, changed_at__lte=now).order_by("changed_at")
    history = list(rows.values_list("changed_at", "new_price"))
    earlier = [row for row in history if row[0] <= begins_at][-1:]
    shown = earlier + [row for row in history if row[0] > begins_at]
    amounts = {amount for _at, amount in shown}
    if len(amounts) < 2:
        return None
    lowest, highest = min(amounts), max(amounts)
    path = ""
    for at, amount in shown:
        x = round(max(at - begins_at, timedelta()) / timedelta(days=CHART_DAYS) * CHART_WIDTH)
        # A margin of one tenth keeps the line off the edges.
        part = (highest - amount) / (highest - lowest)
        y = round(CHART_HEIGHT * (0.1 + 0.8 * part))
        path += f"H{x}V{y}" if path else f"M{x} {y}"
    return Chart(f"{path}H{CHART_WIDTH}", lowest, highest, begins_at)
