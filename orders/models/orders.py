"""Orders: what was agreed, with whom, and what became of it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import ProductVariant
from orders.models.carts import Cart, new_token
from orders.models.delivery import PickUpPoint, ShippingMethod
from shop.accounts.models import PostalAddress
from shop.fields import ChoiceField
from shop.models import Model, Versioned, append_only


class NextOrderNumber(models.Func):
    """``ORD-2026-000123``, drawn from a sequence when the row is inserted."""

    function = "next_order_number"
    output_field = models.CharField()


class Order(Model, Versioned):
    """A placed order; amounts are minor units of ``currency`` as the shopper saw them.

    ``total = subtotal - discount + shipping + tax``. ``tax`` is what came on top of the prices
    (nothing where prices include it); ``included_tax`` is the part of the total that is tax.
    The database writes the first :class:`OrderStatusChange` and checks the cart out.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING", _("Awaiting payment")
        PAID = "PAID", _("Paid")
        FULFILLED = "FULFILLED", _("Packed")
        SHIPPED = "SHIPPED", _("Shipped")
        DELIVERED = "DELIVERED", _("Delivered")
        CANCELED = "CANCELED", _("Canceled")

    number = models.CharField(
        _("number"), max_length=20, unique=True, db_default=NextOrderNumber(), editable=False
    )
    token = models.CharField(
        _("token"), max_length=64, unique=True, default=new_token, editable=False
    )
    cart = models.OneToOneField(
        Cart,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="order",
        verbose_name=_("cart"),
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(
        _("language"), max_length=10, blank=True, default="", db_default="", editable=False
    )
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    currency = models.CharField(_("currency"), max_length=3)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    subtotal = models.BigIntegerField(_("subtotal"))
    discount = models.BigIntegerField(_("discount"), default=0)
    shipping = models.BigIntegerField(_("delivery"), default=0)
    tax = models.BigIntegerField(_("tax on top"), default=0)
    included_tax = models.BigIntegerField(_("tax included"), default=0)
    total = models.BigIntegerField(_("total"))
    #: What gift cards and store credit paid of the total; kept by the ledger of payments.
    credit_applied = models.BigIntegerField(
        _("paid by credit"), default=0, db_default=0, editable=False
    )
    shipping_method = models.ForeignKey(
        ShippingMethod,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("shipping method"),
    )
    shipping_name = models.CharField(_("delivery"), max_length=100, blank=True)
    pick_up_point = models.ForeignKey(
        PickUpPoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("pick-up point"),
    )
    pick_up_address = models.CharField(
        _("collected at"), max_length=500, blank=True, default="", db_default=""
    )
    vat_number = models.CharField(
        _("VAT number"), max_length=20, blank=True, default="", db_default=""
    )
    is_reverse_charge = models.BooleanField(_("reverse charge"), default=False, db_default=False)
    delivery_from = models.DateField(_("arrives from"), null=True, blank=True)
    delivery_until = models.DateField(_("arrives until"), null=True, blank=True)
    customer_note = models.CharField(_("customer's note"), max_length=500, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    #: How the amounts came about, see ``orders.promotions.trace``.
    price_trace = models.JSONField(_("why this price"), default=list, blank=True, editable=False)
    placed_at = models.DateTimeField(_("placed"), default=timezone.now)
    payment_due_at = models.DateTimeField(_("payment due"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    fulfilled_at = models.DateTimeField(_("packed"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    canceled_at = models.DateTimeField(_("canceled"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("subtotal") - F("discount") + F("shipping") + F("tax")),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(subtotal__gte=0, discount__gte=0, shipping__gte=0, tax__gte=0)
                & Q(included_tax__gte=0, included_tax__lte=F("total"), total__gte=0),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                # That it is within the total is for the ledger: an edit may lower the total first.
                condition=Q(credit_applied__gte=0),
                name="order_credit_applied_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(is_reverse_charge=False)
                | (Q(tax=0, included_tax=0, prices_include_tax=False) & ~Q(vat_number="")),
                name="order_reverse_charge_has_a_number_and_no_tax",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="order_currency_is_a_code"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["PENDING", "CANCELED"]) | Q(paid_at__isnull=False),
                name="order_paid_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status="CANCELED", canceled_at__isnull=False)
                | (~Q(status="CANCELED") & Q(canceled_at=None)),
                name="order_canceled_has_a_time",
            ),
            models.CheckConstraint(
                # A comparison with NULL refuses nothing: a step needs the time of the one before.
                condition=(Q(paid_at=None) | Q(paid_at__gte=F("placed_at")))
                & (Q(fulfilled_at=None) | Q(paid_at__isnull=False, fulfilled_at__gte=F("paid_at")))
                & (
                    Q(shipped_at=None)
                    | Q(fulfilled_at__isnull=False, shipped_at__gte=F("fulfilled_at"))
                )
                & (
                    Q(delivered_at=None)
                    | Q(shipped_at__isnull=False, delivered_at__gte=F("shipped_at"))
                )
                & (Q(canceled_at=None) | Q(canceled_at__gte=F("placed_at"))),
                name="order_times_in_order",
            ),
        ]
        indexes = [
            # Staff's order list and the customer's own.
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            # Work queues by status, oldest first.
            models.Index(fields=["status", "placed_at"], name="order_by_status"),
            # Staff's queue of orders to send: first those that must arrive first.
            models.Index(
                fields=["delivery_until", "placed_at", "id"],
                condition=Q(status__in=["PAID", "FULFILLED"]),
                name="order_to_ship",
            ),
            # The job that cancels what was not paid in time.
            models.Index(
                fields=["payment_due_at"], condition=Q(status="PENDING"), name="order_unpaid"
            ),
            # Pending orders per person, and guest orders by address.
            models.Index(fields=["email", "status"], name="order_email_status"),
            # Coupons for a first order: has this address ordered, in whatever case it was typed?
            models.Index(Upper("email"), name="order_email_any_case"),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[
                    ("PENDING", "PAID"),
                    ("PAID", "FULFILLED"),
                    ("FULFILLED", "SHIPPED"),
                    ("SHIPPED", "DELIVERED"),
                    ("PENDING", "CANCELED"),
                    ("PAID", "CANCELED"),
                    ("FULFILLED", "CANCELED"),
                ],
            ),
            pgtrigger.Protect(
                name="starts_pending",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="PENDING"),
            ),
            pgtrigger.Trigger(
                name="begin_life",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO orders_orderstatuschange
                        (id, order_id, from_status, to_status, actor_id, reason)
                    VALUES (gen_random_uuid(), NEW.id, '', NEW.status, NEW.customer_id, '');
                    UPDATE orders_cart SET status = 'CHECKED_OUT'
                    WHERE id = NEW.cart_id AND status <> 'CHECKED_OUT';
                    RETURN NULL;
                """,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="number_is_for_ever", fields=["number", "token", "currency"]),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:confirmation", args=[self.token])

    @property
    def is_pick_up(self) -> bool:
        """Whether the customer collects it, and no parcel travels."""
        return bool(self.pick_up_address)

    @property
    def is_payable(self) -> bool:
        return self.status == self.Status.PENDING and self.payment_due_at > timezone.now()


def changed_by_edits_only() -> list[pgtrigger.Trigger]:
    """Triggers of the lines: they change in a transaction that has written down the edit."""
    added, *others = append_only()
    return [
        pgtrigger.Trigger(
            name=added.name,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func="""
                IF NOT EXISTS (
                    SELECT FROM orders_orderedit edit
                    WHERE edit.order_id = OLD.order_id AND edit.transaction = txid_current()
                ) OR (TG_OP = 'UPDATE' AND (NEW.order_id, NEW.variant_id, NEW.sku)
                    IS DISTINCT FROM (OLD.order_id, OLD.variant_id, OLD.sku))
                THEN
                    RAISE EXCEPTION 'pgtrigger: Cannot % rows from % table but by an edit',
                        lower(TG_OP), TG_TABLE_NAME;
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            """,
        ),
        *others,
    ]


class OrderItem(Model):
    """A line as it was sold. ``tax`` is the tax within or on top of the line.

    It changes only with an :class:`~orders.models.edits.OrderEdit` in the same transaction.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="items", verbose_name=_("order"))
    variant = models.ForeignKey(
        ProductVariant, models.PROTECT, related_name="order_items", verbose_name=_("variant")
    )
    sku = models.CharField(_("SKU"), max_length=64)
    title = models.CharField(_("title"), max_length=200)
    option_values = models.JSONField(_("options"), default=dict, blank=True)
    picture = models.CharField(_("picture"), max_length=300, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    backordered = models.PositiveIntegerField(_("of it back-ordered"), default=0)
    unit_price = models.BigIntegerField(_("unit price"))
    discount = models.BigIntegerField(_("discount"), default=0)
    tax = models.BigIntegerField(_("tax"), default=0)
    tax_rate_basis_points = models.PositiveIntegerField(_("tax rate"), default=0)
    line_total = models.BigIntegerField(_("line total"))
    is_digital = models.BooleanField(_("sent by e-mail"), default=False, db_default=False)
    price_trace = models.JSONField(_("why this price"), default=list, blank=True, editable=False)

    class Meta(Model.Meta):
        verbose_name = _("order item")
        verbose_name_plural = _("order items")
        ordering = ["created_at", "sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "variant"], name="order_item_once_per_variant"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, backordered__lte=F("quantity")),
                name="order_item_quantity_positive",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount__gte=0, tax__gte=0, line_total__gte=0),
                name="order_item_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(line_total=F("unit_price") * F("quantity") - F("discount")),
                name="order_item_total_adds_up",
            ),
        ]
        triggers = changed_by_edits_only()

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"


class OrderAddress(PostalAddress, Model):
    """An address as it was given for this order; a change adds the next ``revision``."""

    class Type(models.TextChoices):
        SHIPPING = "SHIPPING", _("Delivery")
        BILLING = "BILLING", _("Billing")

    order = models.ForeignKey(
        Order, models.CASCADE, related_name="addresses", verbose_name=_("order")
    )
    type = ChoiceField(_("type"), max_length=10, choices=Type.choices)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, db_default=1)

    class Meta(Model.Meta):
        verbose_name = _("order address")
        verbose_name_plural = _("order addresses")
        # Who reads them into a dictionary by type ends with the newest.
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "type", "revision"], name="order_address_once_per_revision"
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return ", ".join(self.lines)


class OrderStatusChange(Model):
    """A step in an order's life: who, when, why."""

    order = models.ForeignKey(
        Order, models.CASCADE, related_name="status_changes", verbose_name=_("order")
    )
    from_status = ChoiceField(_("from"), max_length=10, choices=Order.Status.choices, blank=True)
    to_status = ChoiceField(_("to"), max_length=10, choices=Order.Status.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["created_at", "id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
