"""The pieces of a return: why they come back, how they were found, and pictures of them."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Media, ProductVariant
from orders.models.orders import OrderItem
from orders.models.returns import Return
from shop.fields import ChoiceField
from shop.models import Model


class ReturnItem(Model):
    """Units of an order's line that come back, why, and how they were found.

    ``amount`` is what was given back for them in minor units, written when the return is settled.
    """

    class Reason(models.TextChoices):
        TOO_SMALL = "TOO_SMALL", _("Too small")
        TOO_LARGE = "TOO_LARGE", _("Too large")
        CHANGED_MIND = "CHANGED_MIND", _("I changed my mind")
        NOT_AS_SHOWN = "NOT_AS_SHOWN", _("Not as described or shown")
        FAULTY = "FAULTY", _("Faulty or damaged")
        WRONG_ITEM = "WRONG_ITEM", _("Not what I ordered")
        LATE = "LATE", _("It came too late")
        OTHER = "OTHER", _("Another reason")

    class Disposition(models.TextChoices):
        RESTOCK = "RESTOCK", _("Back on the shelf")
        WRITE_OFF = "WRITE_OFF", _("Written off")

    request = models.ForeignKey(
        Return, models.CASCADE, related_name="items", verbose_name=_("return")
    )
    item = models.ForeignKey(
        OrderItem, models.PROTECT, related_name="return_items", verbose_name=_("line")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    #: Empty for a withdrawal, which needs none.
    reason = ChoiceField(_("reason"), max_length=12, choices=Reason.choices, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    exchange_variant = models.ForeignKey(
        ProductVariant,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="return_items",
        verbose_name=_("exchanged for"),
    )
    accepted = models.PositiveIntegerField(_("accepted"), null=True, blank=True)
    rejected = models.PositiveIntegerField(_("rejected"), null=True, blank=True)
    disposition = ChoiceField(_("goes"), max_length=10, choices=Disposition.choices, blank=True)
    condition = models.CharField(_("condition"), max_length=300, blank=True)
    amount = models.BigIntegerField(_("given back"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "item"], name="return_item_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="return_item_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(accepted=None, rejected=None)
                | Q(
                    accepted__isnull=False,
                    rejected__isnull=False,
                    quantity=F("accepted") + F("rejected"),
                ),
                name="return_item_inspected_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(disposition="")
                | Q(accepted=None)
                | Q(accepted__isnull=False, accepted=0),
                name="return_item_accepted_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="return_item_amount_not_negative"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="within_delivered",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("ordered", "integer"), ("there", "bigint"), ("returned", "bigint")],
                # The line is locked: of two returns asked for at once the second waits, then
                # counts. Who withdraws need not wait until the parcel arrives.
                func="""
                    SELECT line.quantity INTO ordered
                    FROM orders_orderitem line
                    JOIN orders_return request ON request.order_id = line.order_id
                    WHERE line.id = NEW.item_id AND request.id = NEW.request_id
                    FOR NO KEY UPDATE OF line;
                    SELECT coalesce(sum(inside.quantity), 0) INTO there
                    FROM orders_shipmentitem inside
                    JOIN orders_shipment parcel ON parcel.id = inside.shipment_id
                    JOIN orders_return request ON request.id = NEW.request_id
                    WHERE inside.item_id = NEW.item_id AND (
                        parcel.status = 'DELIVERED'
                        OR parcel.status = 'SHIPPED' AND request.is_withdrawal
                    );
                    SELECT coalesce(sum(other.quantity), 0) INTO returned
                    FROM orders_returnitem other
                    JOIN orders_return request ON request.id = other.request_id
                    WHERE other.item_id = NEW.item_id
                        AND request.status NOT IN ('REJECTED', 'CANCELED');
                    IF ordered IS NULL OR returned + NEW.quantity > least(ordered, there) THEN
                        RAISE EXCEPTION 'more units returned than were delivered'
                        USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'return_item_within_delivered';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="units_are_fixed", fields=["request", "item", "quantity"]),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.item.title}"


class ReturnPhoto(Model):
    """A picture of what came back, by who sent it or by who looked at it."""

    request = models.ForeignKey(
        Return, models.CASCADE, related_name="photos", verbose_name=_("return")
    )
    media = models.ForeignKey(
        Media, models.PROTECT, related_name="return_links", verbose_name=_("file")
    )
    by_staff = models.BooleanField(_("by staff"), default=False)

    class Meta(Model.Meta):
        verbose_name = _("photo of a return")
        verbose_name_plural = _("photos of returns")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "media"], name="return_photo_once"),
        ]

    def __str__(self) -> str:
        return str(self.media)
