"""Promotions, coupons, and what is put aside."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import orders.models.promotions
import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_products"),
        ("orders", "0002_placing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Coupon",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="updated",
                    ),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="deleted"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        db_default=1, default=1, editable=False, verbose_name="version"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What shoppers read beside the amount.",
                        max_length=100,
                        verbose_name="name",
                    ),
                ),
                ("value", models.BigIntegerField(default=0, verbose_name="value")),
                (
                    "currency",
                    models.CharField(
                        default=orders.models.promotions.default_currency,
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "minimum_order",
                    models.BigIntegerField(
                        blank=True,
                        default=0,
                        help_text="Goods after the promotions before it; empty: from any amount.",
                        verbose_name="from an order of",
                    ),
                ),
                (
                    "maximum_discount",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Empty: whatever it comes to.",
                        null=True,
                        verbose_name="at most",
                    ),
                ),
                (
                    "product_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="products",
                    ),
                ),
                (
                    "category_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="categories",
                    ),
                ),
                (
                    "collection_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="collections",
                    ),
                ),
                (
                    "skips_sale_items",
                    models.BooleanField(default=False, verbose_name="not for reduced goods"),
                ),
                (
                    "starts_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="starts"),
                ),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PERCENTAGE", "Percentage"),
                            ("FIXED_AMOUNT", "Fixed amount"),
                            ("FREE_SHIPPING", "Free delivery"),
                        ],
                        default="PERCENTAGE",
                        max_length=20,
                        verbose_name="gives",
                    ),
                ),
                (
                    "usage_limit",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: any number. 0: its single-use codes alone work.",
                        null=True,
                        verbose_name="orders in all",
                    ),
                ),
                (
                    "per_person_limit",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: any number.",
                        null=True,
                        verbose_name="orders per customer",
                    ),
                ),
                (
                    "first_order_only",
                    models.BooleanField(default=False, verbose_name="first order only"),
                ),
                (
                    "stacking",
                    models.CharField(
                        choices=[
                            ("EXCLUSIVE", "Alone, and not on goods a promotion has reduced"),
                            ("COMBINABLE", "Together with other codes and promotions"),
                        ],
                        default="EXCLUSIVE",
                        max_length=12,
                        verbose_name="with others",
                    ),
                ),
                (
                    "uses",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="uses"),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batch",
                        to="orders.coupon",
                        verbose_name="terms of",
                    ),
                ),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minimum_order__gte", 0),
                            models.Q(
                                ("maximum_discount", None),
                                ("maximum_discount__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="coupon_amounts_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="coupon_ends_after_it_starts",
                        violation_error_message="It has to end after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="coupon_currency_is_a_code",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("code",),
                        name="coupon_code_unique",
                        violation_error_message="There is a coupon with this code already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9A-Z][0-9A-Z_-]{2,39}$")),
                        name="coupon_code_is_normalized",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "PERCENTAGE"), ("value__gt", 0), ("value__lte", 10000)
                            ),
                            models.Q(("kind", "FIXED_AMOUNT"), ("value__gt", 0)),
                            models.Q(("kind", "FREE_SHIPPING"), ("value", 0)),
                            _connector="OR",
                        ),
                        name="coupon_value_fits_kind",
                        violation_error_message="The value does not fit what is given.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("usage_limit", None),
                            ("uses__lte", models.F("usage_limit")),
                            _connector="OR",
                        ),
                        name="coupon_uses_within_limit",
                        violation_error_message="It has been used more often already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("per_person_limit", None), ("per_person_limit__gt", 0), _connector="OR"
                        ),
                        name="coupon_per_person_limit_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("template", None), ("usage_limit", 1), _connector="OR"),
                        name="coupon_of_batch_used_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["PERCENTAGE", "FIXED_AMOUNT", "FREE_SHIPPING"])
                        ),
                        name="coupon_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stacking__in", ["EXCLUSIVE", "COMBINABLE"])),
                        name="coupon_stacking_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="06b3bcfe1f2b5266e6b690f6852c9dd3042774cf",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_c4f3d",
                            table="orders_coupon",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="updated",
                    ),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="deleted"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        db_default=1, default=1, editable=False, verbose_name="version"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What shoppers read beside the amount.",
                        max_length=100,
                        verbose_name="name",
                    ),
                ),
                ("value", models.BigIntegerField(default=0, verbose_name="value")),
                (
                    "currency",
                    models.CharField(
                        default=orders.models.promotions.default_currency,
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "minimum_order",
                    models.BigIntegerField(
                        blank=True,
                        default=0,
                        help_text="Goods after the promotions before it; empty: from any amount.",
                        verbose_name="from an order of",
                    ),
                ),
                (
                    "maximum_discount",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Empty: whatever it comes to.",
                        null=True,
                        verbose_name="at most",
                    ),
                ),
                (
                    "product_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="products",
                    ),
                ),
                (
                    "category_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="categories",
                    ),
                ),
                (
                    "collection_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="collections",
                    ),
                ),
                (
                    "skips_sale_items",
                    models.BooleanField(default=False, verbose_name="not for reduced goods"),
                ),
                (
                    "starts_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="starts"),
                ),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PERCENTAGE", "Percentage"),
                            ("FIXED_AMOUNT", "Fixed amount"),
                            ("FREE_SHIPPING", "Free delivery"),
                            ("CHEAPEST_OFF", "Percentage off the cheapest of several"),
                            ("SET_PRICE", "Several for one price"),
                        ],
                        default="PERCENTAGE",
                        max_length=20,
                        verbose_name="gives",
                    ),
                ),
                (
                    "group_size",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="of each … pieces"
                    ),
                ),
                (
                    "group_discounted",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="the … cheapest"
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        default=100, help_text="The lowest goes first.", verbose_name="priority"
                    ),
                ),
                (
                    "is_combinable",
                    models.BooleanField(
                        default=False,
                        verbose_name="together with other promotions on the same goods",
                    ),
                ),
            ],
            options={
                "verbose_name": "promotion",
                "verbose_name_plural": "promotions",
                "ordering": ["priority", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minimum_order__gte", 0),
                            models.Q(
                                ("maximum_discount", None),
                                ("maximum_discount__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="promotion_amounts_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="promotion_ends_after_it_starts",
                        violation_error_message="It has to end after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="promotion_currency_is_a_code",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("name",),
                        name="promotion_name_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(
                                    models.Q(
                                        ("kind", "PERCENTAGE"),
                                        ("value__gt", 0),
                                        ("value__lte", 10000),
                                    ),
                                    models.Q(("kind", "FIXED_AMOUNT"), ("value__gt", 0)),
                                    models.Q(("kind", "FREE_SHIPPING"), ("value", 0)),
                                    _connector="OR",
                                ),
                                ("group_discounted", None),
                                ("group_size", None),
                            ),
                            models.Q(
                                ("group_discounted__gte", 1),
                                ("group_discounted__isnull", False),
                                ("group_discounted__lt", models.F("group_size")),
                                ("group_size__gte", 2),
                                ("group_size__isnull", False),
                                ("kind", "CHEAPEST_OFF"),
                                ("value__gt", 0),
                                ("value__lte", 10000),
                            ),
                            models.Q(
                                ("group_discounted", None),
                                ("group_size__gte", 2),
                                ("group_size__isnull", False),
                                ("kind", "SET_PRICE"),
                                ("value__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="promotion_value_fits_kind",
                        violation_error_message="The value does not fit what is given.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "PERCENTAGE",
                                    "FIXED_AMOUNT",
                                    "FREE_SHIPPING",
                                    "CHEAPEST_OFF",
                                    "SET_PRICE",
                                ],
                            )
                        ),
                        name="promotion_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="968530a0f228abe2f48a38f12ed844af54d2e602",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_99d9f",
                            table="orders_promotion",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CouponUsage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="updated",
                    ),
                ),
                (
                    "coupon",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usages",
                        to="orders.coupon",
                        verbose_name="coupon",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupon_usages",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                ("email", models.CharField(max_length=254, verbose_name="e-mail")),
                ("amount", models.BigIntegerField(verbose_name="taken off")),
                (
                    "released_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="given back"),
                ),
            ],
            options={
                "verbose_name": "coupon use",
                "verbose_name_plural": "coupon uses",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_at", None)),
                        fields=["coupon", "email"],
                        name="coupon_usage_of_email",
                    ),
                    models.Index(
                        condition=models.Q(("customer__isnull", False), ("released_at", None)),
                        fields=["coupon", "customer"],
                        name="coupon_usage_of_customer",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("coupon", "order"), name="coupon_usage_once_per_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)),
                        name="coupon_usage_amount_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="coupon_usage_email_in_lower_case",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="aaae5b1c8ab59eb31c7c62720f414e1a9378d4e5",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_452c3",
                            table="orders_couponusage",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="b1532a9e5186d3093f9cef973094f42f7150ea7b",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_2df78",
                            table="orders_couponusage",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="what_was_given_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."coupon_id" IS DISTINCT FROM (NEW."coupon_id") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."amount" IS DISTINCT FROM (NEW."amount"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="9fbb37ed973c8eafbc7b72e2756434cbf67a057a",
                            operation="UPDATE",
                            pgid="pgtrigger_what_was_given_is_fixed_349c7",
                            table="orders_couponusage",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="updated",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "token_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="digest of the token"),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(default=1, verbose_name="quantity")),
            ],
            options={
                "verbose_name": "saved item",
                "verbose_name_plural": "saved items",
                "ordering": ["-created_at"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("user__isnull", False)),
                        fields=("user", "variant"),
                        name="saved_item_once_per_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("token_digest", ""), _negated=True),
                        fields=("token_digest", "variant"),
                        name="saved_item_once_per_browser",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("user", None), models.Q(("token_digest", ""), _negated=True)),
                            models.Q(("token_digest", ""), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="saved_item_has_one_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="saved_item_quantity_positive"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="e3395d4d1757f8c9a73222f7cdefa7e7874a6630",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a26a5",
                            table="orders_saveditem",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CartChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="updated",
                    ),
                ),
                ("units", models.IntegerField(verbose_name="units")),
            ],
            options={
                "verbose_name": "cart change",
                "verbose_name_plural": "cart changes",
                "abstract": False,
                "indexes": [models.Index(fields=["created_at"], name="cart_change_time")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="a16dc9dc65733db8b2ff448c4da5d5c5be9189a9",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_34c14",
                            table="orders_cartchange",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CartMetric",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="updated",
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("additions", models.PositiveIntegerField(default=0, verbose_name="times added")),
                ("units_added", models.PositiveIntegerField(default=0, verbose_name="units added")),
                ("removals", models.PositiveIntegerField(default=0, verbose_name="times removed")),
                (
                    "units_removed",
                    models.PositiveIntegerField(default=0, verbose_name="units removed"),
                ),
                ("carts", models.PositiveIntegerField(default=0, verbose_name="carts begun")),
                (
                    "checkouts",
                    models.PositiveIntegerField(default=0, verbose_name="checkouts begun"),
                ),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders placed")),
                (
                    "ordered_carts",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Carts begun that day that sold.",
                        verbose_name="of these carts ordered",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of carts",
                "verbose_name_plural": "carts by day",
                "ordering": ["-day"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ordered_carts__lte", models.F("carts"))),
                        name="cart_metric_carts_add_up",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="b0bc7765d2191206308d3f2bcefa68eb081f499f",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_c4c76",
                            table="orders_cartmetric",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
