"""Payments of an order, and every word exchanged with their providers."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderEdit
from shop.fields import ChoiceField
from shop.models import Model, Versioned


class Provider(models.TextChoices):
    SANDBOX = "SANDBOX", _("Sandbox")
    STRIPE = "STRIPE", "Stripe"
    IYZICO = "IYZICO", "iyzico"
    PAYPAL = "PAYPAL", "PayPal"
    MANUAL = "MANUAL", _("Bank transfer or pay at pick-up")


class Payment(Model, Versioned):
    """One attempt to pay an order. Amounts are minor units of ``currency``.

    ``id`` is the idempotency key of its operations at the provider, for ever. At most one
    payment of an order is open or successful, and one more for each ``edit`` that made it dearer
    and for each payment whose authorization lapsed.
    """

    class Status(models.TextChoices):
        INITIATED = "INITIATED", _("Started")
        AUTHORIZED = "AUTHORIZED", _("Authorized")
        CAPTURED = "CAPTURED", _("Captured")
        SETTLED = "SETTLED", _("Settled")
        FAILED = "FAILED", _("Failed")
        VOIDED = "VOIDED", _("Voided")
        EXPIRED = "EXPIRED", _("Expired")
        PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED", _("Partially refunded")
        REFUNDED = "REFUNDED", _("Refunded")
        DISPUTED = "DISPUTED", _("Disputed")

    class ThreeDSecure(models.TextChoices):
        NOT_NEEDED = "NOT_NEEDED", _("Not needed")
        CHALLENGED = "CHALLENGED", _("Waiting for the shopper")
        PASSED = "PASSED", _("Passed")
        FAILED = "FAILED", _("Failed")

    #: Statuses that keep a second attempt out.
    LIVE = (
        Status.INITIATED,
        Status.AUTHORIZED,
        Status.CAPTURED,
        Status.SETTLED,
        Status.PARTIALLY_REFUNDED,
        Status.REFUNDED,
        Status.DISPUTED,
    )
    #: Statuses in which authorized money may still be captured.
    CAPTURABLE = (
        Status.AUTHORIZED,
        Status.CAPTURED,
        Status.SETTLED,
        Status.PARTIALLY_REFUNDED,
    )

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="payments", verbose_name=_("order")
    )
    edit = models.ForeignKey(
        OrderEdit,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="payments",
        verbose_name=_("edit"),
    )
    #: The payment whose money could not be captured any more, which this one brings anew.
    instead_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replacements",
        verbose_name=_("instead of"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("person"),
    )
    provider = ChoiceField(_("provider"), max_length=10, choices=Provider.choices)
    provider_reference = models.CharField(_("provider's reference"), max_length=200, blank=True)
    status = ChoiceField(
        _("status"), max_length=20, choices=Status.choices, default=Status.INITIATED
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    authorized_amount = models.BigIntegerField(_("authorized"), default=0)
    captured_amount = models.BigIntegerField(_("captured"), default=0)
    refunded_amount = models.BigIntegerField(_("refunded"), default=0)
    #: It may be captured in several parts, where not all payments of its provider can be.
    is_divisible = models.BooleanField(_("captured in parts"), default=False, db_default=False)
    #: Its money is taken when parcels leave; until then what is authorized counts as paid.
    captures_at_shipment = models.BooleanField(
        _("captured at shipment"), default=False, db_default=False
    )
    released_amount = models.BigIntegerField(_("given up"), default=0, db_default=0)
    #: What of that the customer owes anew, because the authorization ended before it was captured.
    lapsed_amount = models.BigIntegerField(_("lapsed"), default=0, db_default=0)
    authorization_expires_at = models.DateTimeField(_("authorization ends"), null=True, blank=True)
    #: What the provider settled of what was captured, and what it kept of that.
    settled_amount = models.BigIntegerField(_("settled"), default=0, db_default=0)
    fee_amount = models.BigIntegerField(_("fee"), default=0, db_default=0)
    #: Since when the provider is to give up what is not captured; None once it has.
    releasing_at = models.DateTimeField(
        _("being given up since"), null=True, blank=True, editable=False
    )
    installments = models.PositiveSmallIntegerField(_("installments"), default=1)
    channel = models.CharField(_("channel"), max_length=20, default="web")
    method_token = models.CharField(_("method token"), max_length=200, blank=True)
    #: Who pays, where the provider must know; they want it to keep the means.
    customer_token = models.CharField(
        _("customer at the provider"), max_length=200, blank=True, default="", db_default=""
    )
    keeps_method = models.BooleanField(
        _("is to be kept"), default=False, db_default=False, editable=False
    )
    card_brand = models.CharField(_("card brand"), max_length=20, blank=True)
    card_last4 = models.CharField(_("last four digits"), max_length=4, blank=True)
    card_bin = models.CharField(_("first six digits"), max_length=8, blank=True)
    three_d_secure = ChoiceField(
        _("3-D Secure"),
        max_length=12,
        choices=ThreeDSecure.choices,
        default=ThreeDSecure.NOT_NEEDED,
    )
    #: Where the shopper goes on while the payment waits for them; "" where our own page asks.
    challenge_url = models.URLField(
        _("address of the challenge"), max_length=2000, blank=True, editable=False
    )
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    risk_score = models.PositiveSmallIntegerField(_("risk score"), null=True, blank=True)
    risk_flags = models.JSONField(_("risk flags"), default=list, blank=True)
    failure_code = models.CharField(_("failure code"), max_length=50, blank=True)
    failure_reason = models.CharField(_("failure reason"), max_length=300, blank=True)
    raw = models.JSONField(
        _("provider's answer"), default=dict, blank=True, help_text=_("Without card data.")
    )
    authorized_at = models.DateTimeField(_("authorized at"), null=True, blank=True)
    captured_at = models.DateTimeField(_("captured at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "edit", "instead_of"],
                condition=~Q(status__in=["FAILED", "VOIDED", "EXPIRED"]),
                nulls_distinct=False,
                name="payment_one_live_per_order",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="payment_provider_reference_unique",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=100_000_000), name="payment_amount_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0)
                & Q(refunded_amount__lte=F("captured_amount"))
                & Q(captured_amount__lte=F("authorized_amount"))
                & Q(authorized_amount__lte=F("amount")),
                name="payment_refunded_captured_authorized_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    released_amount__gte=0,
                    released_amount__lte=F("authorized_amount") - F("captured_amount"),
                    lapsed_amount__gte=0,
                    lapsed_amount__lte=F("released_amount"),
                ),
                name="payment_released_is_not_captured",
            ),
            models.CheckConstraint(
                condition=~Q(status="CAPTURED") | Q(captured_amount__gt=0),
                name="payment_captured_has_an_amount",
            ),
            models.CheckConstraint(
                condition=~Q(status="SETTLED") | Q(settled_at__isnull=False),
                name="payment_settled_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(card_last4="") | Q(card_last4__regex=r"^\d{4}$"),
                name="payment_card_last4_is_four_digits",
            ),
        ]
        indexes = [
            # The report of payments by the day.
            models.Index(fields=["created_at"], name="payment_begun"),
            # The job that asks the provider about payments that stayed open.
            models.Index(
                fields=["updated_at"],
                condition=Q(status__in=["INITIATED", "AUTHORIZED"]),
                name="payment_open",
            ),
            # The job that watches authorizations, and staff's queue of those that end.
            models.Index(
                fields=["authorization_expires_at"],
                condition=Q(
                    captures_at_shipment=True,
                    authorized_amount__gt=F("captured_amount") + F("released_amount"),
                ),
                name="payment_held",
            ),
            # The report of fees by the day.
            models.Index(
                fields=["settled_at"],
                condition=Q(settled_at__isnull=False),
                name="payment_settled",
            ),
            # The job that gives up what is not captured.
            models.Index(
                fields=["releasing_at"],
                condition=Q(releasing_at__isnull=False),
                name="payment_releasing",
            ),
            # The job that gives back what a provider may hold of attempts that were given up.
            models.Index(
                fields=["updated_at"],
                condition=Q(status__in=["FAILED", "EXPIRED"]),
                name="payment_given_up",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[
                    ("INITIATED", "AUTHORIZED"),
                    ("INITIATED", "FAILED"),
                    ("INITIATED", "EXPIRED"),
                    ("AUTHORIZED", "CAPTURED"),
                    ("AUTHORIZED", "VOIDED"),
                    ("AUTHORIZED", "EXPIRED"),
                    ("AUTHORIZED", "FAILED"),
                    ("CAPTURED", "SETTLED"),
                    ("CAPTURED", "PARTIALLY_REFUNDED"),
                    ("CAPTURED", "REFUNDED"),
                    ("CAPTURED", "DISPUTED"),
                    ("SETTLED", "PARTIALLY_REFUNDED"),
                    ("SETTLED", "REFUNDED"),
                    ("SETTLED", "DISPUTED"),
                    ("PARTIALLY_REFUNDED", "REFUNDED"),
                    ("PARTIALLY_REFUNDED", "DISPUTED"),
                    ("DISPUTED", "CAPTURED"),
                    ("DISPUTED", "SETTLED"),
                    ("DISPUTED", "PARTIALLY_REFUNDED"),
                    ("DISPUTED", "REFUNDED"),
                ],
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="amount_is_fixed",
                fields=["order", "edit", "instead_of", "provider", "amount", "currency"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.get_status_display()}"

    @property
    def held_amount(self) -> int:
        """What is authorized and captured when parcels leave, in minor units."""
        if not self.captures_at_shipment or self.status not in self.CAPTURABLE:
            return 0
        return self.authorized_amount - self.captured_amount - self.released_amount

    @property
    def is_settled_whole(self) -> bool:
        """Whether the provider settled all that was captured."""
        return self.settled_amount == self.captured_amount > 0

    @property
    def is_under_way(self) -> bool:
        """Whether it is still open if the order is paid. A query where it waits for parcels."""
        if self.status == self.Status.AUTHORIZED:
            return not (self.captures_at_shipment and self.order.paid_at)
        return self.status == self.Status.INITIATED
