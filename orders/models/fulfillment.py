"""After the order: parcels, notes and tags of staff, and what else happened to it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order, OrderItem
from shop.fields import ChoiceField
from shop.models import Model, append_only

#: Where each carrier tells how far a parcel is.
TRACKING_PAGES = {
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "FEDEX": "https://www.fedex.com/fedextrack/?trknbr={}",
    "UPS": "https://www.ups.com/track?tracknum={}",
    "DHL": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
}


class Shipment(Model):
    """A parcel with some or all pieces of an order. ``key`` makes a repeated form harmless."""

    class Carrier(models.TextChoices):
        USPS = "USPS", "USPS"
        FEDEX = "FEDEX", "FedEx"
        UPS = "UPS", "UPS"
        DHL = "DHL", "DHL"
        OTHER = "OTHER", _("Another carrier")

        @classmethod
        def of(cls, name: str) -> "Shipment.Carrier":
            """The carrier whose name begins as ``name`` does: "DHL Express" is DHL."""
            first = name.upper().partition(" ")[0]
            return cls(first) if first in cls.values else cls.OTHER

    class Status(models.TextChoices):
        PACKED = "PACKED", _("Packed")
        SHIPPED = "SHIPPED", _("On its way")
        DELIVERED = "DELIVERED", _("Delivered")
        CANCELED = "CANCELED", _("Unpacked")

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="shipments", verbose_name=_("order")
    )
    key = models.UUIDField(_("key"), unique=True, editable=False)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.PACKED)
    carrier = ChoiceField(
        _("carrier"), max_length=10, choices=Carrier.choices, default=Carrier.OTHER
    )
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    label_url = models.URLField(_("label"), max_length=500, blank=True)
    estimated_delivery = models.DateField(_("expected"), null=True, blank=True)
    notifies = models.BooleanField(_("tell the customer"), default=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "tracking_number"],
                condition=~Q(tracking_number="") & ~Q(status="CANCELED"),
                name="shipment_tracking_number_unique",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["PACKED", "CANCELED"], shipped_at=None, delivered_at=None)
                | Q(status="SHIPPED", shipped_at__isnull=False, delivered_at=None)
                | Q(status="DELIVERED", shipped_at__isnull=False, delivered_at__isnull=False),
                name="shipment_status_has_its_times",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(delivered_at__gte=F("shipped_at")),
                name="shipment_delivered_after_shipped",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[
                    ("PACKED", "SHIPPED"),
                    ("SHIPPED", "DELIVERED"),
                    ("PACKED", "CANCELED"),
                ],
            ),
            pgtrigger.Protect(
                name="starts_packed",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="PACKED"),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="order_is_fixed", fields=["order", "key"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_carrier_display()} {self.tracking_number}".strip()

    @property
    def tracking_url(self) -> str:
        """The carrier's page about the parcel; empty where there is none."""
        page = TRACKING_PAGES.get(self.carrier, "")
        return page.format(self.tracking_number) if page and self.tracking_number else ""


class ShipmentItem(Model):
    """Units of an order's line that lie in a parcel; never more than were ordered."""

    shipment = models.ForeignKey(
        Shipment, models.CASCADE, related_name="items", verbose_name=_("shipment")
    )
    item = models.ForeignKey(
        OrderItem, models.PROTECT, related_name="shipment_items", verbose_name=_("line")
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta(Model.Meta):
        verbose_name = _("piece in a shipment")
        verbose_name_plural = _("pieces in shipments")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "item"], name="shipment_item_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="shipment_item_quantity_positive"
            ),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="within_ordered",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("ordered", "integer"), ("packed", "bigint")],
                # The line is locked: of two parcels packed at once the second waits, then counts.
                func="""
                    SELECT line.quantity INTO ordered
                    FROM orders_orderitem line
                    JOIN orders_shipment parcel ON parcel.order_id = line.order_id
                    WHERE line.id = NEW.item_id AND parcel.id = NEW.shipment_id
                    FOR NO KEY UPDATE OF line;
                    SELECT coalesce(sum(other.quantity), 0) INTO packed
                    FROM orders_shipmentitem other
                    JOIN orders_shipment parcel ON parcel.id = other.shipment_id
                    WHERE other.item_id = NEW.item_id AND parcel.status <> 'CANCELED';
                    IF ordered IS NULL OR packed + NEW.quantity > ordered THEN
                        RAISE EXCEPTION 'more units in parcels than the order has'
                        USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'shipment_item_within_ordered';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.item_id}"


class OrderNote(Model):
    """What is written on an order: by staff for themselves or to the customer, or by the customer.

    A message of the customer waits until staff write something after it.
    """

    class Kind(models.TextChoices):
        INTERNAL = "INTERNAL", _("Internal note")
        CUSTOMER = "CUSTOMER", _("Message to the customer")
        INCOMING = "INCOMING", _("Message from the customer")

    order = models.ForeignKey(Order, models.PROTECT, related_name="notes", verbose_name=_("order"))
    key = models.UUIDField(_("key"), unique=True, editable=False)
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("text"), max_length=2000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )

    class Meta(Model.Meta):
        verbose_name = _("order note")
        verbose_name_plural = _("order notes")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="order_note_has_text"),
        ]
        indexes = [
            # Staff's queue of messages to answer.
            models.Index(
                fields=["order", "created_at"],
                condition=Q(kind="INCOMING"),
                name="order_note_incoming",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return self.text[:60]


class OrderTag(Model):
    """A word that staff put on an order to find it again."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="tags", verbose_name=_("order"))
    name = models.CharField(_("tag"), max_length=40)

    class Meta(Model.Meta):
        verbose_name = _("order tag")
        verbose_name_plural = _("order tags")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["order", "name"], name="order_tag_once"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[^\s,]([^,]*[^\s,])?$"), name="order_tag_is_a_word"
            ),
        ]
        indexes = [
            # The list of the back office, by tag.
            models.Index(fields=["name"], name="order_tag_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class OrderEvent(Model):
    """Something that happened to an order without changing its status: who, when, which."""

    class Kind(models.TextChoices):
        PACKED = "PACKED", _("Parcel packed")
        UNPACKED = "UNPACKED", _("Parcel unpacked")
        SENT = "SENT", _("Parcel sent")
        ARRIVED = "ARRIVED", _("Parcel arrived")
        ADDRESS = "ADDRESS", _("Delivery address changed")
        TAGGED = "TAGGED", _("Tags changed")
        MAILED = "MAILED", _("E-mail sent again")
        LINK_SENT = "LINK_SENT", _("Tracking link sent")
        DRAFTED = "DRAFTED", _("Taken down by staff")
        EDITED = "EDITED", _("Lines changed")

    class By(models.TextChoices):
        CUSTOMER = "CUSTOMER", _("Customer")
        STAFF = "STAFF", _("Staff")
        SYSTEM = "SYSTEM", _("System")

    order = models.ForeignKey(Order, models.PROTECT, related_name="events", verbose_name=_("order"))
    kind = ChoiceField(_("what"), max_length=10, choices=Kind.choices)
    by = ChoiceField(_("by"), max_length=10, choices=By.choices, default=By.SYSTEM)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ["created_at", "id"]
        constraints = []
        triggers = append_only()

    def __str__(self) -> str:
        return self.get_kind_display()
