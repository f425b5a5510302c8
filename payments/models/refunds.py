"""Money that goes back: what for, by which way, and how far it is."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderItem
from payments.models.payments import Payment, Provider
from shop.fields import ChoiceField
from shop.models import Model, append_only


class Refund(Model):
    """What is given back of an order, in minor units of ``currency``.

    ``amount = goods + shipping + extra``: what lines and delivery cost, and what is given beyond
    that for goodwill. ``key`` makes a repeated request the same refund for ever. It comes as
    REQUESTED, before any provider is asked, and counts from then on unless it FAILED.
    """

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", _("On its way")
        SUCCEEDED = "SUCCEEDED", _("Given back")
        FAILED = "FAILED", _("Failed")

    class To(models.TextChoices):
        ORIGINAL = "ORIGINAL", _("The way it was paid")
        STORE_CREDIT = "STORE_CREDIT", _("Store credit")

    class Reason(models.TextChoices):
        RETURNED = "RETURNED", _("Sent back")
        CANCELED = "CANCELED", _("Order canceled")
        EDITED = "EDITED", _("Order changed")
        NOT_DELIVERED = "NOT_DELIVERED", _("Not delivered")
        FAULTY = "FAULTY", _("Faulty or wrong")
        PRICE = "PRICE", _("Price put right")
        GOODWILL = "GOODWILL", _("Goodwill")
        DISPUTED = "DISPUTED", _("Taken back by the bank")
        OTHER = "OTHER", _("Other")

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="refunds", verbose_name=_("order")
    )
    key = models.UUIDField(_("key"), unique=True, editable=False)
    status = ChoiceField(
        _("status"), max_length=10, choices=Status.choices, default=Status.REQUESTED
    )
    to = ChoiceField(_("goes to"), max_length=12, choices=To.choices, default=To.ORIGINAL)
    reason = ChoiceField(_("reason"), max_length=13, choices=Reason.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    goods = models.BigIntegerField(_("of it goods"), default=0)
    shipping = models.BigIntegerField(_("of it delivery"), default=0)
    extra = models.BigIntegerField(_("of it goodwill"), default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    failure_code = models.CharField(_("failure code"), max_length=50, blank=True)
    succeeded_at = models.DateTimeField(_("given back at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=F("goods") + F("shipping") + F("extra"))
                & Q(amount__gt=0, goods__gte=0, shipping__gte=0, extra__gte=0),
                name="refund_amount_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(status="REQUESTED", succeeded_at=None, failed_at=None)
                | Q(status="SUCCEEDED", succeeded_at__isnull=False, failed_at=None)
                | Q(status="FAILED", succeeded_at=None, failed_at__isnull=False),
                name="refund_status_has_its_time",
            ),
        ]
        indexes = [
            # Staff's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="refund_newest"),
            # The report of payments by the day.
            models.Index(
                fields=["succeeded_at"],
                condition=Q(status="SUCCEEDED"),
                name="refund_succeeded",
            ),
            # The job that asks the provider again, and staff's queue of what failed.
            models.Index(
                fields=["status", "updated_at"],
                condition=~Q(status="SUCCEEDED"),
                name="refund_unfinished",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[("REQUESTED", "SUCCEEDED"), ("REQUESTED", "FAILED")],
            ),
            pgtrigger.Protect(
                name="starts_requested",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="REQUESTED"),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="request_is_fixed",
                fields=[
                    "order",
                    "key",
                    "to",
                    "reason",
                    "currency",
                    "amount",
                    "goods",
                    "shipping",
                    "extra",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.amount} {self.currency}"

    @property
    def given(self) -> int:
        """What of it has gone back, in minor units: of one that failed the parts before it did.

        One query, none where its ``parts`` are prefetched.
        """
        done = [part.amount for part in self.parts.all() if part.status == self.Status.SUCCEEDED]
        return sum(done)

    @property
    def is_by_hand(self) -> bool:
        """Whether some of it was paid by transfer or in cash, and goes back so. One query."""
        by_hand = self.parts.filter(payment__provider=Provider.MANUAL)
        return self.to == self.To.ORIGINAL and by_hand.exists()


class RefundLine(Model):
    """What a refund gives back of one line; ``extra`` is its share of what goodwill added.

    ``quantity`` may be nothing: a price put right, of goods that stay with the customer.
    """

    refund = models.ForeignKey(
        Refund, models.PROTECT, related_name="lines", verbose_name=_("refund")
    )
    # An edit may take a line off its order; what was given back for it still names the line.
    item = models.ForeignKey(
        OrderItem,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="refund_lines",
        verbose_name=_("line"),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = models.BigIntegerField(_("amount"))
    extra = models.BigIntegerField(_("goodwill"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("line of a refund")
        verbose_name_plural = _("lines of refunds")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "item"], name="refund_line_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, extra__gte=0)
                & (Q(quantity__gt=0) | Q(amount__gt=0) | Q(extra__gt=0)),
                name="refund_line_gives_something",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.quantity} × {self.item_id}"


class RefundPart(Model):
    """How much of a refund comes out of one payment, or without one out of the order's credit.

    ``id`` is the idempotency key of the operation at the provider, for ever. All that goes back
    of a payment, by whatever way, is never more than was captured of it.
    """

    refund = models.ForeignKey(
        Refund, models.PROTECT, related_name="parts", verbose_name=_("refund")
    )
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refund_parts",
        verbose_name=_("payment"),
    )
    status = ChoiceField(
        _("status"),
        max_length=10,
        choices=Refund.Status.choices,
        default=Refund.Status.REQUESTED,
    )
    amount = models.BigIntegerField(_("amount"))
    provider_reference = models.CharField(_("provider's reference"), max_length=200, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("part of a refund")
        verbose_name_plural = _("parts of refunds")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["refund", "payment"],
                name="refund_part_once_per_payment",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_part_amount_positive"),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[("REQUESTED", "SUCCEEDED"), ("REQUESTED", "FAILED")],
            ),
            pgtrigger.Trigger(
                name="within_captured",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__payment__isnull=False),
                declare=[("captured", "bigint"), ("promised", "bigint")],
                # The payment is locked: of two refunds at once the second waits, then counts.
                func="""
                    SELECT source.captured_amount INTO captured FROM payments_payment source
                    WHERE source.id = NEW.payment_id
                        AND source.status IN ('CAPTURED', 'SETTLED', 'PARTIALLY_REFUNDED')
                    FOR NO KEY UPDATE;
                    SELECT coalesce(sum(other.amount), 0) INTO promised
                    FROM payments_refundpart other
                    WHERE other.payment_id = NEW.payment_id AND other.status <> 'FAILED';
                    IF captured IS NULL OR promised + NEW.amount > captured THEN
                        RAISE EXCEPTION 'more would go back than was captured'
                        USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'refund_part_within_captured';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="amount_is_fixed", fields=["refund", "payment", "amount"]),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"
