"""What a variant has cost, and what it will cost."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    DecimalRangeField,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from shop.fields import ChoiceField
from shop.models import Model, append_only

# The prior price of Article 6a of Directive 98/6/EC is the lowest of the 30 days before a
# reduction. The clock runs on inside a transaction and never back within a history, so the order
# of the changes of a variant is the order of their times. A price that was cut again in the same
# transaction counts as applied: that can only make a reduction smaller.
_REDUCTION = """
    IF NEW.price = OLD.price THEN
        -- Whoever saves a row as read earlier must not undo what was derived meanwhile.
        NEW.former_price := OLD.former_price;
        NEW.lowest_prior_price := OLD.lowest_prior_price;
        NEW.reduced_at := OLD.reduced_at;
        RETURN NEW;
    END IF;
    moment := catalog_price_moment(OLD.id);
    lowest := least(OLD.price, catalog_lowest_price(OLD.id, moment));
    IF NEW.price < lowest THEN
        NEW.former_price := OLD.price;
        NEW.lowest_prior_price := lowest;
        NEW.reduced_at := moment;
    ELSE
        NEW.former_price := NULL;
        NEW.lowest_prior_price := NULL;
        NEW.reduced_at := NULL;
    END IF;
    RETURN NEW;
"""
_NO_REDUCTION = """
    NEW.former_price := NULL;
    NEW.lowest_prior_price := NULL;
    NEW.reduced_at := NULL;
    RETURN NEW;
"""
_FIRST_PRICES = """
    INSERT INTO catalog_pricechange
        (id, created_at, updated_at, variant_id, old_price, new_price, currency, changed_at)
    SELECT catalog_new_id(), now(), now(), v.id, NULL, v.price, p.currency, clock_timestamp()
    FROM new_rows v LEFT JOIN catalog_product p ON p.id = v.product_id;
    RETURN NULL;
"""
_NEXT_PRICE = """
    INSERT INTO catalog_pricechange
        (id, created_at, updated_at, variant_id, old_price, new_price, currency, changed_at)
    SELECT catalog_new_id(), now(), now(), NEW.id, OLD.price, NEW.price, p.currency,
        coalesce(NEW.reduced_at, catalog_price_moment(NEW.id))
    FROM catalog_product p WHERE p.id = NEW.product_id;
    RETURN NULL;
"""


def price_triggers() -> list[pgtrigger.Trigger]:
    """Triggers of a variant: its history, and whether a reduction may be announced.

    They hold for every write: ``save()``, bulk writes, SQL and COPY.
    """
    return [
        pgtrigger.Trigger(
            name="begins_unreduced",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func=_NO_REDUCTION,
        ),
        pgtrigger.Trigger(
            name="reduction_follows_price",
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf(
                "price", "former_price", "lowest_prior_price", "reduced_at"
            ),
            declare=[("lowest", "bigint"), ("moment", "timestamptz")],
            func=_REDUCTION,
        ),
        pgtrigger.Trigger(
            name="first_price_is_kept",
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            level=pgtrigger.Statement,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=_FIRST_PRICES,
        ),
        pgtrigger.Trigger(
            name="price_change_is_kept",
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(old__price__df=pgtrigger.F("new__price")),
            func=_NEXT_PRICE,
        ),
    ]


class PriceChange(Model):
    """One change of a variant's price, written by the database whoever changes it.

    Amounts in minor units of ``currency``. The first row of a variant has no ``old_price``.
    """

    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.PROTECT,
        related_name="price_changes",
        verbose_name=_("variant"),
    )
    old_price = models.BigIntegerField(_("old price"), null=True)
    new_price = models.BigIntegerField(_("new price"))
    currency = models.CharField(_("currency"), max_length=3)
    changed_at = models.DateTimeField(_("changed"))

    #: Derived from variants, whose changes the audit log has.
    is_derived = True

    class Meta(Model.Meta):
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_price__gte=0) & (Q(old_price=None) | Q(old_price__gte=0)),
                name="price_change_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(old_price=None) | ~Q(old_price=F("new_price")),
                name="price_change_is_a_change",
            ),
        ]
        indexes = [
            # The lowest price of the last 30 days; price history of a variant.
            models.Index(fields=["variant", "-changed_at"], name="price_change_of_variant"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.variant}: {self.new_price} {self.currency}"


class PriceSchedule(Model):
    """A price for a product, or one of its variants, from one time on, perhaps until another.

    At ``starts_at`` a job sets the price and remembers the old ones in ``before`` (minor units by
    variant id); at ``ends_at`` it puts those back. ``percent_off`` or ``price`` says what to set.
    ``left_alone`` names the SKUs whose price it could not set, or did not put back because
    someone had changed it meanwhile.
    """

    class Status(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        RUNNING = "RUNNING", _("In force")
        ENDED = "ENDED", _("Ended")
        CANCELED = "CANCELED", _("Canceled")
        MISSED = "MISSED", _("Missed: over before it could begin")

    product = models.ForeignKey(
        "catalog.Product",
        models.CASCADE,
        related_name="price_schedules",
        verbose_name=_("product"),
    )
    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="price_schedules",
        verbose_name=_("variant"),
    )
    price = models.BigIntegerField(
        _("price"), null=True, blank=True, help_text=_("In minor units: 4990 is 49.90.")
    )
    percent_off = models.PositiveSmallIntegerField(_("percent off"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    before = models.JSONField(_("prices before"), default=dict, blank=True, editable=False)
    left_alone = ArrayField(
        models.CharField(max_length=64),
        verbose_name=_("variants left alone"),
        default=list,
        blank=True,
        editable=False,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("planned by"),
    )

    class Meta(Model.Meta):
        verbose_name = _("planned price")
        verbose_name_plural = _("planned prices")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                # A comparison with NULL refuses nothing.
                condition=Q(price__isnull=False, price__gte=0, percent_off=None)
                | Q(price=None, percent_off__isnull=False, percent_off__range=(1, 90)),
                name="price_schedule_price_or_percent",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="price_schedule_ends_after_start",
            ),
            ExclusionConstraint(
                name="price_schedule_one_at_a_time",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    # One variant, or all of them.
                    (
                        Func(
                            F("variant"),
                            function="catalog_variants_of",
                            output_field=DecimalRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    # A price without an end is set once and stays: it takes but a moment.
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="catalog_scheduled_time",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status__in=["PLANNED", "RUNNING"]),
            ),
        ]
        indexes = [
            # The job that begins and ends schedules.
            models.Index(
                fields=["starts_at"],
                condition=Q(status="PLANNED"),
                name="price_schedule_planned",
            ),
            models.Index(
                fields=["ends_at"], condition=Q(status="RUNNING"), name="price_schedule_running"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant or self.product}, {self.starts_at:%Y-%m-%d %H:%M}"
