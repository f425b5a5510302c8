"""Goods that come back: what is asked for, how it was looked at, and what became of it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.models.fulfillment import Shipment
from orders.models.orders import Order
from shop.fields import ChoiceField
from shop.models import Model, append_only


class NextReturnNumber(models.Func):
    """``RMA-2026-000123``, drawn from a sequence when the row is inserted."""

    function = "next_return_number"
    output_field = models.CharField()


class Return(Model):
    """Pieces of an order that its customer sends back. ``key`` makes a repeated form harmless.

    Amounts are minor units of the order's currency, written when the return is settled:
    ``goods_amount`` is given back for the pieces, ``shipping_amount`` for their delivery.
    The database writes the first :class:`ReturnStatusChange`.
    """

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", _("Requested")
        APPROVED = "APPROVED", _("Approved")
        RECEIVED = "RECEIVED", _("Received")
        INSPECTED = "INSPECTED", _("Inspected")
        SETTLED = "SETTLED", _("Settled")
        REJECTED = "REJECTED", _("Rejected")
        CANCELED = "CANCELED", _("Canceled")

    class Outcome(models.TextChoices):
        REFUND = "REFUND", _("Refund")
        EXCHANGE = "EXCHANGE", _("Exchange")
        STORE_CREDIT = "STORE_CREDIT", _("Store credit")

    class Method(models.TextChoices):
        LABEL = "LABEL", _("Parcel with a printed label")
        DROP_OFF = "DROP_OFF", _("Parcel without a printer")
        PICK_UP = "PICK_UP", _("Collected at your door")
        STORE = "STORE", _("Brought to us")

    #: Nothing has arrived yet.
    WAITING = (Status.REQUESTED, Status.APPROVED)
    #: Work or goods are still to come.
    OPEN = (*WAITING, Status.RECEIVED, Status.INSPECTED)
    #: What was asked for is off; its units may be returned anew.
    VOID = (Status.REJECTED, Status.CANCELED)

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="returns", verbose_name=_("order")
    )
    number = models.CharField(
        _("number"), max_length=20, unique=True, db_default=NextReturnNumber(), editable=False
    )
    key = models.UUIDField(_("key"), unique=True, editable=False)
    status = ChoiceField(
        _("status"), max_length=10, choices=Status.choices, default=Status.REQUESTED
    )
    outcome = ChoiceField(_("outcome"), max_length=12, choices=Outcome.choices)
    method = ChoiceField(_("method"), max_length=10, choices=Method.choices)
    is_withdrawal = models.BooleanField(_("withdrawal"), default=False)
    #: Until when the pieces should be on their way, as the customer was told.
    send_by = models.DateField(_("to be sent by"))
    carrier = ChoiceField(_("carrier"), max_length=10, choices=Shipment.Carrier.choices, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    customer_note = models.CharField(_("customer's note"), max_length=500, blank=True)
    answer = models.CharField(
        _("answer"), max_length=500, blank=True, help_text=_("What the customer is told.")
    )
    exchange_order = models.OneToOneField(
        Order,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exchange_of",
        verbose_name=_("order of the exchange"),
    )
    goods_amount = models.BigIntegerField(_("given back for goods"), default=0)
    shipping_amount = models.BigIntegerField(_("given back for delivery"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    inspected_at = models.DateTimeField(_("inspected"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    #: When it was rejected or canceled.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(goods_amount__gte=0, shipping_amount__gte=0),
                name="return_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status="SETTLED", settled_at__isnull=False)
                | (~Q(status="SETTLED") & Q(settled_at=None, exchange_order=None)),
                name="return_settled_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["REJECTED", "CANCELED"], ended_at__isnull=False)
                | (~Q(status__in=["REJECTED", "CANCELED"]) & Q(ended_at=None)),
                name="return_ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="REJECTED") | ~Q(answer=""), name="return_rejected_says_why"
            ),
            models.CheckConstraint(
                # Whoever withdraws gets money, not goods or credit.
                condition=Q(is_withdrawal=False) | Q(outcome="REFUND"),
                name="return_withdrawal_is_refunded",
            ),
        ]
        indexes = [
            # Staff's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="return_newest"),
            # Staff's queues, oldest first, and the jobs that remind of returns and end them.
            models.Index(
                fields=["status", "created_at"],
                condition=Q(status__in=["REQUESTED", "APPROVED", "RECEIVED", "INSPECTED"]),
                name="return_open",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[
                    ("REQUESTED", "APPROVED"),
                    ("REQUESTED", "REJECTED"),
                    ("REQUESTED", "CANCELED"),
                    ("APPROVED", "RECEIVED"),
                    ("APPROVED", "REJECTED"),
                    ("APPROVED", "CANCELED"),
                    ("RECEIVED", "INSPECTED"),
                    ("INSPECTED", "SETTLED"),
                    ("INSPECTED", "REJECTED"),
                ],
            ),
            pgtrigger.Protect(
                name="starts_requested",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="REQUESTED"),
            ),
            pgtrigger.Trigger(
                name="begin_life",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO orders_returnstatuschange
                        (id, request_id, from_status, to_status, reason)
                    VALUES (gen_random_uuid(), NEW.id, '', NEW.status, '');
                    RETURN NULL;
                """,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="request_is_fixed", fields=["order", "number", "key", "is_withdrawal"]
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:return", args=[self.order.token, self.number])

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_cancelable(self) -> bool:
        """Whether the customer may still think better of it: nothing is on its way."""
        return self.status in self.WAITING and self.sent_at is None

    @property
    def has_label(self) -> bool:
        """Whether its pieces may be sent now, in a parcel."""
        return self.status == self.Status.APPROVED and not self.is_brought

    @property
    def is_brought(self) -> bool:
        """Whether the customer comes to the counter with its pieces."""
        return self.method == self.Method.STORE

    @property
    def owner(self) -> str:
        """The name under which units for an exchange are held."""
        return f"return:{self.pk}"


class ReturnStatusChange(Model):
    """A step in a return's life: who, when, why."""

    request = models.ForeignKey(
        Return, models.CASCADE, related_name="status_changes", verbose_name=_("return")
    )
    from_status = ChoiceField(_("from"), max_length=10, choices=Return.Status.choices, blank=True)
    to_status = ChoiceField(_("to"), max_length=10, choices=Return.Status.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("why"), max_length=500, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("step of a return")
        verbose_name_plural = _("steps of returns")
        ordering = ["created_at", "id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
