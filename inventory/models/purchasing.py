"""Who delivers the goods, what was ordered from them, and what came."""

from datetime import timedelta
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.locations import Location
from shop.fields import ChoiceField
from shop.models import LiveManager, Manager, Model, SoftDeletable, Versioned, append_only, new_id

_NO_CURRENCY = _("A currency has three capital letters, such as EUR.")


def shop_currency() -> str:
    """What suppliers ask to be paid in unless they say otherwise."""
    return settings.SHOP_CURRENCY


class NextPurchaseOrderNumber(models.Func):
    """``PO-2026-000123``, drawn from a sequence when the row is inserted."""

    function = "next_purchase_order_number"
    output_field = models.CharField()


class SupplierManager(LiveManager):
    def get_by_natural_key(self, name: str) -> Any:
        return self.get(name=name)


class Supplier(Model, SoftDeletable):
    """A workshop or wholesaler. Costs are minor units of its ``currency``."""

    name = models.CharField(_("name"), max_length=100)
    contact = models.CharField(_("contact"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    address = models.TextField(_("address"), blank=True)
    currency = models.CharField(_("currency"), max_length=3, default=shop_currency)
    lead_time_days = models.PositiveSmallIntegerField(
        _("lead time in days"),
        default=14,
        validators=[MaxValueValidator(730)],
        help_text=_("From the order to the goods at our door."),
    )
    minimum_order = models.BigIntegerField(_("minimum order"), default=0)
    notes = models.TextField(_("notes"), blank=True)

    objects: ClassVar[Any] = SupplierManager()

    class Meta(Model.Meta):
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(deleted_at=None), name="supplier_name_unique"
            ),
            models.CheckConstraint(
                condition=Q(minimum_order__gte=0), name="supplier_minimum_order_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="supplier_currency_is_a_code",
                violation_error_message=_NO_CURRENCY,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)


class SupplierItem(Model):
    """What a supplier calls a variant and asks for it; ``cost`` is of one unit, net of tax."""

    supplier = models.ForeignKey(
        Supplier, models.CASCADE, related_name="items", verbose_name=_("supplier")
    )
    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.CASCADE,
        related_name="supplier_items",
        verbose_name=_("variant"),
    )
    supplier_sku = models.CharField(_("supplier's SKU"), max_length=64, blank=True)
    cost = models.BigIntegerField(_("cost"))
    pack_size = models.PositiveIntegerField(_("pack size"), default=1)
    lead_time_days = models.PositiveSmallIntegerField(
        _("lead time in days"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(730)],
        help_text=_("Where it differs from that of the supplier."),
    )
    is_preferred = models.BooleanField(
        _("preferred"), default=False, help_text=_("Reorders go here, however cheap others are.")
    )

    class Meta(Model.Meta):
        verbose_name = _("item of a supplier")
        verbose_name_plural = _("items of suppliers")
        ordering = ["supplier", "variant"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "variant"], name="supplier_item_once_per_variant"
            ),
            models.UniqueConstraint(
                fields=["variant"],
                condition=Q(is_preferred=True),
                name="supplier_item_one_preferred",
            ),
            models.CheckConstraint(
                condition=Q(cost__gte=0), name="supplier_item_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(pack_size__gt=0), name="supplier_item_pack_size_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.variant}"


class PurchaseOrder(Model, Versioned):
    """Goods ordered for one location; costs are minor units of ``currency``, net of tax."""

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        SENT = "SENT", _("Sent")
        PARTLY_RECEIVED = "PARTLY_RECEIVED", _("Partly received")
        RECEIVED = "RECEIVED", _("Received")
        CLOSED = "CLOSED", _("Closed")
        CANCELED = "CANCELED", _("Canceled")

    #: Goods may still come.
    OPEN = (Status.SENT, Status.PARTLY_RECEIVED)

    number = models.CharField(
        _("number"),
        max_length=20,
        unique=True,
        db_default=NextPurchaseOrderNumber(),
        editable=False,
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="purchase_orders", verbose_name=_("supplier")
    )
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="purchase_orders", verbose_name=_("location")
    )
    status = ChoiceField(
        _("status"), max_length=15, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    currency = models.CharField(_("currency"), max_length=3, default=shop_currency, editable=False)
    exchange_rate = models.DecimalField(
        _("exchange rate"),
        max_digits=12,
        decimal_places=6,
        default=1,
        help_text=_("What one unit of the supplier's currency is worth in the shop's."),
    )
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    note = models.TextField(_("note to the supplier"), blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("ordered by"),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    #: When nothing more was expected: all received, closed or canceled.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    class Meta(Model.Meta):
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="purchase_order_currency_is_a_code",
                violation_error_message=_NO_CURRENCY,
            ),
            models.CheckConstraint(
                condition=Q(exchange_rate__gt=0),
                name="purchase_order_exchange_rate_positive",
                violation_error_message=_("An exchange rate is more than zero."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "CANCELED"])
                | Q(sent_at__isnull=False, expected_on__isnull=False),
                name="purchase_order_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "SENT", "PARTLY_RECEIVED"], ended_at=None)
                | Q(status__in=["RECEIVED", "CLOSED", "CANCELED"], ended_at__isnull=False),
                name="purchase_order_ended_has_a_time",
            ),
        ]
        indexes = [
            # Staff's list of purchase orders, newest first.
            models.Index(fields=["-created_at", "-id"], name="purchase_order_newest"),
            # What is to come: incoming units, and the queue of what is late.
            models.Index(
                fields=["expected_on"],
                condition=Q(status__in=["SENT", "PARTLY_RECEIVED"]),
                name="purchase_order_open",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="purchase_status_machine",
                field="status",
                transitions=[
                    ("DRAFT", "SENT"),
                    ("SENT", "PARTLY_RECEIVED"),
                    ("SENT", "RECEIVED"),
                    ("PARTLY_RECEIVED", "RECEIVED"),
                    ("PARTLY_RECEIVED", "CLOSED"),
                    ("DRAFT", "CANCELED"),
                    ("SENT", "CANCELED"),
                ],
            ),
            pgtrigger.Protect(
                name="purchase_starts_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="DRAFT"),
            ),
            pgtrigger.Protect(name="purchase_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="purchase_number_is_for_ever", fields=["number"]),
            pgtrigger.Protect(
                name="purchase_fixed_when_sent",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="DRAFT")
                & (
                    pgtrigger.Q(old__supplier_id__df=pgtrigger.F("new__supplier_id"))
                    | pgtrigger.Q(old__location_id__df=pgtrigger.F("new__location_id"))
                    | pgtrigger.Q(old__currency__df=pgtrigger.F("new__currency"))
                    | pgtrigger.Q(old__exchange_rate__df=pgtrigger.F("new__exchange_rate"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_late(self) -> bool:
        """Goods were expected before today and have not all come."""
        is_open = self.status in self.OPEN and self.expected_on is not None
        return is_open and self.expected_on < timezone.localdate()  # type: ignore[operator]

    def default_expected_on(self) -> Any:
        """When the goods come if the supplier keeps its lead time from today."""
        return timezone.localdate() + timedelta(days=self.supplier.lead_time_days)


class PurchaseOrderLine(Model):
    """Units of a variant that were ordered. ``rejected`` ones came and did not go on the shelf."""

    purchase_order = models.ForeignKey(
        PurchaseOrder, models.CASCADE, related_name="lines", verbose_name=_("purchase order")
    )
    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.PROTECT,
        related_name="purchase_lines",
        verbose_name=_("variant"),
    )
    supplier_sku = models.CharField(_("supplier's SKU"), max_length=64, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    cost = models.BigIntegerField(_("cost"))
    received = models.PositiveIntegerField(_("received"), default=0, editable=False)
    rejected = models.PositiveIntegerField(_("rejected"), default=0, editable=False)
    outstanding = models.GeneratedField(
        expression=models.functions.Greatest(F("quantity") - F("received"), 0),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name=_("outstanding"),
    )

    class Meta(Model.Meta):
        verbose_name = _("line of a purchase order")
        verbose_name_plural = _("lines of a purchase order")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase_order", "variant"], name="purchase_line_once_per_variant"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="purchase_line_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(cost__gte=0), name="purchase_line_cost_not_negative"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.ReadOnly(name="purchase_line_stays", fields=["purchase_order"]),
            # Whoever sends the order at this moment waits for this line, or it is refused.
            pgtrigger.Trigger(
                name="purchase_lines_fixed_when_sent",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' AND (NEW.variant_id, NEW.quantity, NEW.cost)
                        = (OLD.variant_id, OLD.quantity, OLD.cost)
                    THEN
                        RETURN NEW;
                    END IF;
                    PERFORM FROM inventory_purchaseorder o
                    WHERE o.status = 'DRAFT' AND o.id = CASE
                        WHEN TG_OP = 'DELETE' THEN OLD.purchase_order_id
                        ELSE NEW.purchase_order_id END
                    FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'the lines of a sent purchase order are fixed'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'purchase_lines_fixed_when_sent';
                    END IF;
                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant}"

    @property
    def line_cost(self) -> int:
        """In minor units of the purchase order's currency."""
        return self.quantity * self.cost


class Receipt(Model):
    """A delivery that was checked in: appended, never changed.

    ``key`` comes with the form, so that the same form sent twice is one delivery.
    """

    purchase_order = models.ForeignKey(
        PurchaseOrder, models.PROTECT, related_name="receipts", verbose_name=_("purchase order")
    )
    key = models.UUIDField(_("key"), unique=True, default=new_id, editable=False)
    delivery_note = models.CharField(_("delivery note"), max_length=60, blank=True)
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
        verbose_name = _("receipt of goods")
        verbose_name_plural = _("receipts of goods")
        ordering = ["-created_at", "-id"]
        triggers = append_only()

    def __str__(self) -> str:
        return self.delivery_note or f"{self.created_at:%Y-%m-%d}"


class ReceiptLine(Model):
    """What came of one line; the ``accepted`` units went on the shelf, by one movement.

    ``unit_cost`` is what a unit cost in minor units of the shop's currency.
    """

    receipt = models.ForeignKey(
        Receipt, models.CASCADE, related_name="lines", verbose_name=_("receipt")
    )
    line = models.ForeignKey(
        PurchaseOrderLine, models.PROTECT, related_name="receipts", verbose_name=_("line")
    )
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    defect = models.CharField(_("what is wrong"), max_length=200, blank=True)
    unit_cost = models.BigIntegerField(_("unit cost"))

    objects: ClassVar[Any] = Manager()

    class Meta(Model.Meta):
        verbose_name = _("line of a receipt")
        verbose_name_plural = _("lines of a receipt")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "line"], name="receipt_line_once"),
            models.CheckConstraint(
                condition=Q(accepted__gt=0) | Q(rejected__gt=0),
                name="receipt_line_brings_something",
            ),
            models.CheckConstraint(
                condition=Q(rejected=0) | ~Q(defect=""), name="receipt_line_rejected_says_why"
            ),
            models.CheckConstraint(
                condition=Q(unit_cost__gte=0), name="receipt_line_cost_not_negative"
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.accepted} × {self.line.variant}"
