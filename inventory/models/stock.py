"""What lies on the shelf and how much of it is promised."""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models.categories import StockCategory
from inventory.models.locations import Location
from shop.models import Model, QuerySet, Versioned


class StockQuerySet(QuerySet["Stock"]):
    def of_products(self) -> Self:
        """With ``product_id``, for who changes what pages show of the product."""
        return self.annotate(product_id=F("variant__product_id"))

    def locked(self, which: Q) -> list["Stock"]:
        """Rows with their locations, locked in key order until the transaction ends."""
        rows = self.of_products().filter(which).select_related("location").order_by("pk")
        return list(rows.select_for_update(of=("self",), no_key=True))


class StockManager(models.Manager.from_queryset(StockQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, sku: str, location: str) -> Any:
        return self.get(variant__sku=sku, location__code=location)


class Stock(Model, Versioned):
    """One variant at one location. ``on_hand`` is always the sum of its movements.

    The database posts each movement to ``on_hand`` and refuses any other change of it;
    ``reserved`` changes only in :mod:`inventory.reservations`. ``save()`` writes neither.
    """

    variant = models.ForeignKey(
        "catalog.ProductVariant", models.PROTECT, related_name="stocks", verbose_name=_("variant")
    )
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="stocks", verbose_name=_("location")
    )
    opening_balance = models.PositiveBigIntegerField(
        _("opening balance"),
        default=0,
        help_text=_("Units on the shelf when this row is made; becomes its first movement."),
    )
    on_hand = models.BigIntegerField(_("on hand"), default=0, editable=False)
    reserved = models.BigIntegerField(_("reserved"), default=0, editable=False)
    available = models.GeneratedField(
        expression=F("on_hand") - F("reserved"),
        output_field=models.BigIntegerField(),
        db_persist=True,
        verbose_name=_("available"),
    )
    #: Moving average of what the units on hand cost, in minor units of the shop's currency; until
    #: goods came in with a cost, that of the variant counts.
    average_cost = models.BigIntegerField(_("average cost"), null=True, editable=False)
    low_stock_threshold = models.PositiveIntegerField(_("reorder point"), default=3)
    reorder_quantity = models.PositiveIntegerField(_("reorder quantity"), default=0)
    maximum = models.PositiveIntegerField(
        _("most"),
        null=True,
        blank=True,
        help_text=_("More than this is too much; empty for no bound."),
    )
    zone = models.ForeignKey(
        StockCategory,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": StockCategory.Kind.ZONE},
        related_name="stocks_of_zone",
        verbose_name=_("zone"),
    )
    revenue_class = models.ForeignKey(
        StockCategory,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        limit_choices_to={"kind": StockCategory.Kind.CLASS},
        related_name="stocks_of_class",
        verbose_name=_("class"),
    )
    shelf = models.CharField(_("shelf"), max_length=30, blank=True)
    last_counted_at = models.DateTimeField(_("last counted"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = StockManager()

    product_id: UUID

    #: Columns that ``save()`` leaves alone.
    unsaved_columns = frozenset(
        {"on_hand", "reserved", "available", "average_cost", "revenue_class_id"}
    )

    class Meta(Model.Meta):
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        ordering = ["variant", "location"]
        constraints = [
            models.UniqueConstraint(fields=["variant", "location"], name="stock_once_per_location"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_on_hand_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0), name="stock_reserved_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("on_hand")), name="stock_reserved_within_on_hand"
            ),
            models.CheckConstraint(
                condition=Q(maximum=None) | Q(maximum__gt=F("low_stock_threshold")),
                name="stock_maximum_above_reorder_point",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="begin_empty",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="NEW.on_hand := 0; NEW.reserved := 0; RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="post_opening_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__opening_balance__gt=0),
                func="""
                    INSERT INTO inventory_movement
                        (id, stock_id, kind, reason, quantity_change, balance_after, note)
                    VALUES (gen_random_uuid(), NEW.id, 'ADJUSTMENT', 'OPENING',
                            NEW.opening_balance, 0, 'Opening balance');
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="on_hand_follows_movements",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("on_hand"),
                func="""
                    IF pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'on_hand changes by posting a movement'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'stock_on_hand_follows_movements';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Costs the acts that change shelves no statement: the database compares two numbers,
            # and does more only for a row that crossed a bound.
            pgtrigger.Trigger(
                name="level_turned",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "inventory_level(OLD.available, OLD.low_stock_threshold, OLD.maximum)"
                    " <> inventory_level(NEW.available, NEW.low_stock_threshold, NEW.maximum)"
                ),
                func="PERFORM inventory_follow_level(NEW.id); RETURN NULL;",
            ),
            pgtrigger.Trigger(
                name="categories_by_kind",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.zone_id IS NOT NULL OR NEW.revenue_class_id IS NOT NULL"
                ),
                func="""
                    IF EXISTS (
                        SELECT FROM inventory_stockcategory
                        WHERE (id = NEW.zone_id AND kind <> 'ZONE')
                        OR (id = NEW.revenue_class_id AND kind <> 'CLASS')
                    ) THEN
                        RAISE EXCEPTION 'a zone is a zone, and a class is a class'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'stock_categories_by_kind';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} @ {self.location}"

    def _do_update(
        self,
        base_qs: Any,
        using: str | None,
        pk_val: Any,
        values: Collection[tuple[Any, Any, Any]],
        update_fields: Iterable[str] | None,
        forced_update: bool,
    ) -> bool:
        # A form that was open for a minute must not put yesterday's counters back.
        kept = [value for value in values if value[0].attname not in self.unsaved_columns]
        return super()._do_update(base_qs, using, pk_val, kept, update_fields, forced_update)

    def natural_key(self) -> Any:
        return (self.variant.sku, self.location.code)

    natural_key.dependencies = ["catalog.productvariant", "inventory.location"]  # type: ignore[attr-defined]
