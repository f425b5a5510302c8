import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import orders.models.promotions
import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_order_times"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="cart",
            name="coupon_codes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                default=list,
                size=None,
                verbose_name="coupon codes",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="price_trace",
            field=models.JSONField(
                blank=True, default=list, editable=False, verbose_name="why this price"
            ),
        ),
        migrations.AddField(
            model_name="orderitem",
            name="price_trace",
            field=models.JSONField(
                blank=True, default=list, editable=False, verbose_name="why this price"
            ),
        ),
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
                ("email", models.CharField(max_length=254, verbose_name="e-mail")),
                ("amount", models.BigIntegerField(verbose_name="taken off")),
                (
                    "released_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="given back"),
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupon_usages",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
            ],
            options={
                "verbose_name": "coupon use",
                "verbose_name_plural": "coupon uses",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
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
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotion",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="968530a0f228abe2f48a38f12ed844af54d2e602",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_99d9f",
                    table="orders_promotion",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_order__gte", 0),
                    models.Q(
                        ("maximum_discount", None), ("maximum_discount__gt", 0), _connector="OR"
                    ),
                ),
                name="coupon_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                ),
                name="coupon_ends_after_it_starts",
                violation_error_message="It has to end after it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                name="coupon_currency_is_a_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("code",),
                name="coupon_code_unique",
                violation_error_message="There is a coupon with this code already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9A-Z][0-9A-Z_-]{2,39}$")),
                name="coupon_code_is_normalized",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "PERCENTAGE"), ("value__gt", 0), ("value__lte", 10000)),
                    models.Q(("kind", "FIXED_AMOUNT"), ("value__gt", 0)),
                    models.Q(("kind", "FREE_SHIPPING"), ("value", 0)),
                    _connector="OR",
                ),
                name="coupon_value_fits_kind",
                violation_error_message="The value does not fit what is given.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("usage_limit", None), ("uses__lte", models.F("usage_limit")), _connector="OR"
                ),
                name="coupon_uses_within_limit",
                violation_error_message="It has been used more often already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("per_person_limit", None), ("per_person_limit__gt", 0), _connector="OR"
                ),
                name="coupon_per_person_limit_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("template", None), ("usage_limit", 1), _connector="OR"),
                name="coupon_of_batch_used_once",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coupon",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="06b3bcfe1f2b5266e6b690f6852c9dd3042774cf",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_c4f3d",
                    table="orders_coupon",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="couponusage",
            index=models.Index(
                condition=models.Q(("released_at", None)),
                fields=["coupon", "email"],
                name="coupon_usage_of_email",
            ),
        ),
        migrations.AddIndex(
            model_name="couponusage",
            index=models.Index(
                condition=models.Q(("customer__isnull", False), ("released_at", None)),
                fields=["coupon", "customer"],
                name="coupon_usage_of_customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="couponusage",
            constraint=models.UniqueConstraint(
                fields=("coupon", "order"), name="coupon_usage_once_per_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="couponusage",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="coupon_usage_amount_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="couponusage",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="coupon_usage_email_in_lower_case",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.db.models.functions.text.Upper("email"), name="order_email_any_case"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="couponusage",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="couponusage",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="couponusage",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
    ]
