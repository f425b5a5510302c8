"""What takes something off: coupons that are typed in, promotions that apply by themselves.

Both follow the same terms. Products, categories and collections are named by id in arrays: they
are soft-deleted, never removed, and a name that leads nowhere must match nothing. A link table
would forget it instead, and an offer for one collection would become an offer for everything.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order
from shop.fields import ChoiceField
from shop.making import Version
from shop.models import LiveManager, LiveQuerySet, Model, Shown, SoftDeletable, Versioned

#: What a price is reckoned with beside the goods: the promotions that apply by themselves.
PROMOTIONS: Version = ("orders", "promotions")

_IS_PERCENT = Q(value__gt=0, value__lte=10_000)
_SIMPLE = (
    Q(kind="PERCENTAGE") & _IS_PERCENT
    | Q(kind="FIXED_AMOUNT", value__gt=0)
    | Q(kind="FREE_SHIPPING", value=0)
)
_NO_GROUP = Q(group_size=None, group_discounted=None)
_GROUPED = Q(
    kind="CHEAPEST_OFF",
    group_size__isnull=False,
    group_discounted__isnull=False,
    group_size__gte=2,
    group_discounted__gte=1,
    group_discounted__lt=F("group_size"),
) & _IS_PERCENT | Q(
    kind="SET_PRICE",
    group_size__isnull=False,
    group_size__gte=2,
    group_discounted=None,
    value__gt=0,
)
_WRONG_VALUE = _("The value does not fit what is given.")


def default_currency() -> str:
    return str(settings.SHOP_CURRENCY)


class Terms(models.Model):
    """What is taken off, of which goods, from which amount, and when.

    ``value`` is in hundredths of a percent for percentages, else in minor units of ``currency``.
    Without products, categories and collections it is for all goods, else for those in any.
    """

    name = models.CharField(
        _("name"), max_length=100, help_text=_("What shoppers read beside the amount.")
    )
    value = models.BigIntegerField(_("value"), default=0)
    currency = models.CharField(_("currency"), max_length=3, default=default_currency)
    minimum_order = models.BigIntegerField(
        _("from an order of"),
        default=0,
        blank=True,
        help_text=_("Goods after the promotions before it; empty: from any amount."),
    )
    maximum_discount = models.BigIntegerField(
        _("at most"), null=True, blank=True, help_text=_("Empty: whatever it comes to.")
    )
    product_ids = ArrayField(
        models.UUIDField(), verbose_name=_("products"), default=list, blank=True
    )
    category_ids = ArrayField(
        models.UUIDField(), verbose_name=_("categories"), default=list, blank=True
    )
    collection_ids = ArrayField(
        models.UUIDField(), verbose_name=_("collections"), default=list, blank=True
    )
    skips_sale_items = models.BooleanField(_("not for reduced goods"), default=False)
    starts_at = models.DateTimeField(_("starts"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_order__gte=0)
                & (Q(maximum_discount=None) | Q(maximum_discount__gt=0)),
                name="%(class)s_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="%(class)s_ends_after_it_starts",
                violation_error_message=_("It has to end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="%(class)s_currency_is_a_code"
            ),
        ]


class Coupon(Terms, Model, SoftDeletable, Versioned):
    """A code that a shopper types in.

    ``uses`` counts the orders that carry it; :mod:`orders.promotions.redemption` alone changes
    it. A code of a batch has a ``template``, whose terms count instead of its own.
    """

    class Kind(models.TextChoices):
        PERCENTAGE = "PERCENTAGE", _("Percentage")
        FIXED_AMOUNT = "FIXED_AMOUNT", _("Fixed amount")
        FREE_SHIPPING = "FREE_SHIPPING", _("Free delivery")

    class Stacking(models.TextChoices):
        EXCLUSIVE = "EXCLUSIVE", _("Alone, and not on goods a promotion has reduced")
        COMBINABLE = "COMBINABLE", _("Together with other codes and promotions")

    code = models.CharField(_("code"), max_length=40)
    kind = ChoiceField(_("gives"), max_length=20, choices=Kind.choices, default=Kind.PERCENTAGE)
    usage_limit = models.PositiveIntegerField(
        _("orders in all"),
        null=True,
        blank=True,
        help_text=_("Empty: any number. 0: its single-use codes alone work."),
    )
    per_person_limit = models.PositiveIntegerField(
        _("orders per customer"), null=True, blank=True, help_text=_("Empty: any number.")
    )
    first_order_only = models.BooleanField(_("first order only"), default=False)
    stacking = ChoiceField(
        _("with others"), max_length=12, choices=Stacking.choices, default=Stacking.EXCLUSIVE
    )
    uses = models.PositiveIntegerField(_("uses"), default=0, editable=False)
    template = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="batch",
        verbose_name=_("terms of"),
    )

    objects: ClassVar[Any] = LiveManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ["-created_at", "-id"]
        constraints = [
            *Terms.Meta.constraints,
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(deleted_at=None),
                name="coupon_code_unique",
                violation_error_message=_("There is a coupon with this code already."),
            ),
            models.CheckConstraint(
                # Capitals only: so it is unique whatever the case in which people type it.
                condition=Q(code__regex=r"^[0-9A-Z][0-9A-Z_-]{2,39}$"),
                name="coupon_code_is_normalized",
            ),
            models.CheckConstraint(
                condition=_SIMPLE,
                name="coupon_value_fits_kind",
                violation_error_message=_WRONG_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(usage_limit=None) | Q(uses__lte=F("usage_limit")),
                name="coupon_uses_within_limit",
                violation_error_message=_("It has been used more often already."),
            ),
            models.CheckConstraint(
                condition=Q(per_person_limit=None) | Q(per_person_limit__gt=0),
                name="coupon_per_person_limit_positive",
            ),
            models.CheckConstraint(
                condition=Q(template=None) | Q(usage_limit=1), name="coupon_of_batch_used_once"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def terms(self) -> "Coupon":
        """The coupon whose terms count: of a code of a batch its template."""
        return self.template or self


class Promotion(Shown, Terms, Model, SoftDeletable, Versioned):
    """What applies by itself, in order of ``priority``, lowest first.

    Of each full group of ``group_size`` pieces, dearest first, CHEAPEST_OFF takes ``value`` off
    the ``group_discounted`` cheapest, and SET_PRICE lets the group cost ``value``.
    """

    class Kind(models.TextChoices):
        PERCENTAGE = "PERCENTAGE", _("Percentage")
        FIXED_AMOUNT = "FIXED_AMOUNT", _("Fixed amount")
        FREE_SHIPPING = "FREE_SHIPPING", _("Free delivery")
        CHEAPEST_OFF = "CHEAPEST_OFF", _("Percentage off the cheapest of several")
        SET_PRICE = "SET_PRICE", _("Several for one price")

    kind = ChoiceField(_("gives"), max_length=20, choices=Kind.choices, default=Kind.PERCENTAGE)
    group_size = models.PositiveSmallIntegerField(_("of each … pieces"), null=True, blank=True)
    group_discounted = models.PositiveSmallIntegerField(_("the … cheapest"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=100, help_text=_("The lowest goes first.")
    )
    is_combinable = models.BooleanField(
        _("together with other promotions on the same goods"), default=False
    )

    objects: ClassVar[Any] = LiveManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["priority", "id"]
        constraints = [
            *Terms.Meta.constraints,
            models.UniqueConstraint(
                fields=["name"], condition=Q(deleted_at=None), name="promotion_name_unique"
            ),
            models.CheckConstraint(
                condition=_SIMPLE & _NO_GROUP | _GROUPED,
                name="promotion_value_fits_kind",
                violation_error_message=_WRONG_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [PROMOTIONS]


class CouponUsage(Model):
    """An order that carries a coupon; given back when it is canceled before it was paid.

    ``amount`` is what the coupon took off, in minor units of the order's currency.
    """

    coupon = models.ForeignKey(
        Coupon, models.PROTECT, related_name="usages", verbose_name=_("coupon")
    )
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="coupon_usages", verbose_name=_("order")
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    email = models.CharField(_("e-mail"), max_length=254)
    amount = models.BigIntegerField(_("taken off"))
    released_at = models.DateTimeField(_("given back"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("coupon use")
        verbose_name_plural = _("coupon uses")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["coupon", "order"], name="coupon_usage_once_per_order"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="coupon_usage_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="coupon_usage_email_in_lower_case"
            ),
        ]
        indexes = [
            # The limit per customer, for members and for guests.
            models.Index(
                fields=["coupon", "email"],
                condition=Q(released_at=None),
                name="coupon_usage_of_email",
            ),
            models.Index(
                fields=["coupon", "customer"],
                condition=Q(released_at=None, customer__isnull=False),
                name="coupon_usage_of_customer",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="what_was_given_is_fixed",
                fields=["coupon", "order", "customer", "email", "amount"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id} / {self.order_id}"
