"""What lies on the shelf, what is promised, and the ledger that explains both."""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.models import Manager, Model, QuerySet, Versioned, append_only


class LocationManager(Manager):
    def get_by_natural_key(self, code: str) -> Any:
        return self.get(code=code)


class Location(Model):
    """A warehouse or store; stock is allocated from the lowest ``priority`` number first."""

    class Kind(models.TextChoices):
        WAREHOUSE = "WAREHOUSE", _("Warehouse")
        STORE = "STORE", _("Store")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.WAREHOUSE)
    priority = models.PositiveIntegerField(_("priority"), default=0)
    address = models.TextField(_("address"), blank=True)
    can_ship = models.BooleanField(_("ships parcels"), default=True)
    can_pick_up = models.BooleanField(_("offers pick-up"), default=False)

    objects: ClassVar[Any] = LocationManager()

    class Meta(Model.Meta):
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["priority", "code"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)


class StockQuerySet(QuerySet["Stock"]):
    def of_products(self) -> Self:
        """With ``product_id``, for who changes what pages show of the product."""
        return self.annotate(product_id=F("variant__product_id"))


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
    low_stock_threshold = models.PositiveIntegerField(_("reorder point"), default=3)
    reorder_quantity = models.PositiveIntegerField(_("reorder quantity"), default=0)
    shelf = models.CharField(_("shelf"), max_length=30, blank=True)
    last_counted_at = models.DateTimeField(_("last counted"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = StockManager()

    product_id: UUID

    #: Columns that ``save()`` leaves alone.
    unsaved_columns = frozenset({"on_hand", "reserved", "available"})

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
                        (id, stock_id, kind, quantity_change, balance_after, note)
                    VALUES (gen_random_uuid(), NEW.id, 'ADJUSTMENT', NEW.opening_balance, 0,
                            'Opening balance');
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


class Reservation(Model):
    """Units promised to a shopper's checkout (``owner``) or to an order until ``expires_at``.

    ACTIVE holds count in ``Stock.reserved``. COMMITTED became a sale, RELEASED was given back,
    EXPIRED ran out of time.
    """

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("Active")
        COMMITTED = "COMMITTED", _("Sold")
        RELEASED = "RELEASED", _("Released")
        EXPIRED = "EXPIRED", _("Expired")

    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.PROTECT,
        related_name="reservations",
        verbose_name=_("variant"),
    )
    stock = models.ForeignKey(
        Stock, models.PROTECT, related_name="reservations", verbose_name=_("stock")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    owner = models.CharField(
        _("owner"),
        max_length=100,
        help_text=_("user:<id> or cart:<id> of the person who checks out."),
    )
    order = models.ForeignKey(
        "orders.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("order"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE
    )
    expires_at = models.DateTimeField(_("expires"))

    class Meta(Model.Meta):
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="reservation_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ACTIVE", "COMMITTED", "RELEASED", "EXPIRED"]),
                name="reservation_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="COMMITTED") | Q(order__isnull=False),
                name="reservation_committed_has_an_order",
            ),
        ]
        indexes = [
            # The job that releases expired holds, and readers that leave them out.
            models.Index(
                fields=["expires_at"], condition=Q(status="ACTIVE"), name="reservation_expiring"
            ),
            # A person's own holds when checkout starts or continues.
            models.Index(
                fields=["owner", "variant"], condition=Q(status="ACTIVE"), name="reservation_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"


class Movement(Model):
    """A line of the stock ledger: appended, never changed."""

    class Kind(models.TextChoices):
        PURCHASE = "PURCHASE", _("Purchase")
        SALE = "SALE", _("Sale")
        ADJUSTMENT = "ADJUSTMENT", _("Adjustment")
        COUNT_VARIANCE = "COUNT_VARIANCE", _("Count variance")
        RETURN = "RETURN", _("Return")
        TRANSFER = "TRANSFER", _("Transfer")

    stock = models.ForeignKey(
        Stock, models.PROTECT, related_name="movements", verbose_name=_("stock")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    quantity_change = models.BigIntegerField(_("change"))
    balance_after = models.BigIntegerField(_("balance"), default=0, editable=False)
    order = models.ForeignKey(
        "orders.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("order"),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )

    class Meta(Model.Meta):
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity_change=0), name="movement_changes_something"
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0), name="movement_balance_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(kind="SALE") | Q(quantity_change__lt=0), name="movement_sale_goes_out"
            ),
        ]
        indexes = [
            # Staff's list of movements, which begins with the newest.
            models.Index(fields=["-created_at", "-id"], name="movement_newest"),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="post_to_stock",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE inventory_stock SET on_hand = on_hand + NEW.quantity_change
                    WHERE id = NEW.stock_id RETURNING on_hand INTO NEW.balance_after;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity_change:+d}"
