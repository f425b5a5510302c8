"""Orders and their lines."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import django_countries.fields
import pgtrigger.compiler
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models

import orders.models.carts
import orders.models.idempotency
import orders.models.orders
import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_products"),
        ("orders", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE SEQUENCE order_number;
                CREATE FUNCTION next_order_number() RETURNS text LANGUAGE sql VOLATILE AS $$
                    SELECT 'ORD-' || to_char(now() AT TIME ZONE 'UTC', 'YYYY') || '-'
                        || lpad(drawn.number, greatest(6, length(drawn.number)), '0')
                    FROM (SELECT nextval('order_number')::text AS number) drawn
                $$
            """,
            reverse_sql="DROP FUNCTION next_order_number; DROP SEQUENCE order_number;",
        ),
        migrations.RunSQL(
            # One statement that first waits for the person's turn and then counts: each statement
            # inside sees what was committed before it began, which a plain query would not.
            sql="""
                CREATE FUNCTION pending_orders_of(customer uuid, address text)
                RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
                BEGIN
                    PERFORM pg_advisory_xact_lock(
                        hashtextextended(coalesce(customer::text, address), 0)
                    );
                    IF customer IS NULL THEN
                        RETURN (SELECT count(*) FROM orders_order
                                WHERE email = address AND status = 'PENDING');
                    END IF;
                    RETURN (SELECT count(*) FROM orders_order
                            WHERE customer_id = customer AND status = 'PENDING');
                END
                $$
            """,
            reverse_sql="DROP FUNCTION pending_orders_of(uuid, text);",
        ),
        migrations.CreateModel(
            name="Order",
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
                    "version",
                    models.PositiveIntegerField(
                        db_default=1, default=1, editable=False, verbose_name="version"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        db_default=orders.models.orders.NextOrderNumber(),
                        editable=False,
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=orders.models.carts.new_token,
                        editable=False,
                        max_length=64,
                        unique=True,
                        verbose_name="token",
                    ),
                ),
                (
                    "cart",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="order",
                        to="orders.cart",
                        verbose_name="cart",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        editable=False,
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING", "Awaiting payment"),
                            ("PAID", "Paid"),
                            ("FULFILLED", "Packed"),
                            ("SHIPPED", "Shipped"),
                            ("DELIVERED", "Delivered"),
                            ("CANCELED", "Canceled"),
                        ],
                        default="PENDING",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "prices_include_tax",
                    models.BooleanField(default=True, verbose_name="prices include tax"),
                ),
                ("subtotal", models.BigIntegerField(verbose_name="subtotal")),
                ("discount", models.BigIntegerField(default=0, verbose_name="discount")),
                ("shipping", models.BigIntegerField(default=0, verbose_name="delivery")),
                ("tax", models.BigIntegerField(default=0, verbose_name="tax on top")),
                ("included_tax", models.BigIntegerField(default=0, verbose_name="tax included")),
                ("total", models.BigIntegerField(verbose_name="total")),
                (
                    "credit_applied",
                    models.BigIntegerField(
                        db_default=0, default=0, editable=False, verbose_name="paid by credit"
                    ),
                ),
                (
                    "shipping_method",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="orders.shippingmethod",
                        verbose_name="shipping method",
                    ),
                ),
                (
                    "shipping_name",
                    models.CharField(blank=True, max_length=100, verbose_name="delivery"),
                ),
                (
                    "pick_up_point",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="orders.pickuppoint",
                        verbose_name="pick-up point",
                    ),
                ),
                (
                    "pick_up_address",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=500,
                        verbose_name="collected at",
                    ),
                ),
                (
                    "vat_number",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=20,
                        verbose_name="VAT number",
                    ),
                ),
                (
                    "is_reverse_charge",
                    models.BooleanField(
                        db_default=False, default=False, verbose_name="reverse charge"
                    ),
                ),
                (
                    "delivery_from",
                    models.DateField(blank=True, null=True, verbose_name="arrives from"),
                ),
                (
                    "delivery_until",
                    models.DateField(blank=True, null=True, verbose_name="arrives until"),
                ),
                (
                    "customer_note",
                    models.CharField(blank=True, max_length=500, verbose_name="customer's note"),
                ),
                ("metadata", models.JSONField(blank=True, default=dict, verbose_name="metadata")),
                (
                    "price_trace",
                    models.JSONField(
                        blank=True, default=list, editable=False, verbose_name="why this price"
                    ),
                ),
                (
                    "placed_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="placed"),
                ),
                ("payment_due_at", models.DateTimeField(verbose_name="payment due")),
                ("paid_at", models.DateTimeField(blank=True, null=True, verbose_name="paid")),
                (
                    "fulfilled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="packed"),
                ),
                ("shipped_at", models.DateTimeField(blank=True, null=True, verbose_name="shipped")),
                (
                    "delivered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="delivered"),
                ),
                (
                    "canceled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="canceled"),
                ),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "ordering": ["-placed_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-placed_at", "-id"], name="order_newest"),
                    models.Index(fields=["status", "placed_at"], name="order_by_status"),
                    models.Index(
                        condition=models.Q(("status__in", ["PAID", "FULFILLED"])),
                        fields=["delivery_until", "placed_at", "id"],
                        name="order_to_ship",
                    ),
                    models.Index(
                        condition=models.Q(("status", "PENDING")),
                        fields=["payment_due_at"],
                        name="order_unpaid",
                    ),
                    models.Index(fields=["email", "status"], name="order_email_status"),
                    models.Index(
                        django.db.models.functions.text.Upper("email"), name="order_email_any_case"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("subtotal"), "-", models.F("discount")
                                        ),
                                        "+",
                                        models.F("shipping"),
                                    ),
                                    "+",
                                    models.F("tax"),
                                ),
                            )
                        ),
                        name="order_total_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount__gte", 0),
                            ("shipping__gte", 0),
                            ("subtotal__gte", 0),
                            ("tax__gte", 0),
                            ("included_tax__gte", 0),
                            ("included_tax__lte", models.F("total")),
                            ("total__gte", 0),
                        ),
                        name="order_amounts_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("credit_applied__gte", 0)),
                        name="order_credit_applied_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_reverse_charge", False),
                            models.Q(
                                ("included_tax", 0),
                                ("prices_include_tax", False),
                                ("tax", 0),
                                models.Q(("vat_number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="order_reverse_charge_has_a_number_and_no_tax",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="order_currency_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["PENDING", "CANCELED"]),
                            ("paid_at__isnull", False),
                            _connector="OR",
                        ),
                        name="order_paid_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("canceled_at__isnull", False), ("status", "CANCELED")),
                            models.Q(
                                models.Q(("status", "CANCELED"), _negated=True),
                                ("canceled_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="order_canceled_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("paid_at", None),
                                ("paid_at__gte", models.F("placed_at")),
                                _connector="OR",
                            ),
                            models.Q(
                                ("fulfilled_at", None),
                                models.Q(
                                    ("fulfilled_at__gte", models.F("paid_at")),
                                    ("paid_at__isnull", False),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("shipped_at", None),
                                models.Q(
                                    ("fulfilled_at__isnull", False),
                                    ("shipped_at__gte", models.F("fulfilled_at")),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("delivered_at", None),
                                models.Q(
                                    ("delivered_at__gte", models.F("shipped_at")),
                                    ("shipped_at__isnull", False),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("canceled_at", None),
                                ("canceled_at__gte", models.F("placed_at")),
                                _connector="OR",
                            ),
                        ),
                        name="order_times_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "PENDING",
                                    "PAID",
                                    "FULFILLED",
                                    "SHIPPED",
                                    "DELIVERED",
                                    "CANCELED",
                                ],
                            )
                        ),
                        name="order_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="53ed85c9bf1d731f47bf0192b97c0868afd62020",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_fd1e9",
                            table="orders_order",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{PENDING:PAID,PAID:FULFILLED,FULFILLED:SHIPPED,SHIPPED:DELIVERED,PENDING:CANCELED,PAID:CANCELED,FULFILLED:CANCELED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="73273f5b206e0c0c67299b17d518befe81ef742b",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_17b01",
                            table="orders_order",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="starts_pending",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NOT (NEW.\"status\" = 'PENDING'))",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="ae6ec1b9304eab61b345e4aed821d338c6e7282b",
                            operation="INSERT",
                            pgid="pgtrigger_starts_pending_5d2bc",
                            table="orders_order",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="begin_life",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    INSERT INTO orders_orderstatuschange\n                        (id, order_id, from_status, to_status, actor_id, reason)\n                    VALUES (gen_random_uuid(), NEW.id, '', NEW.status, NEW.customer_id, '');\n                    UPDATE orders_cart SET status = 'CHECKED_OUT'\n                    WHERE id = NEW.cart_id AND status <> 'CHECKED_OUT';\n                    RETURN NULL;\n                ",
                            hash="6f3f07650c4abafb246c3ad27234325683cd18cb",
                            operation="INSERT",
                            pgid="pgtrigger_begin_life_dabb1",
                            table="orders_order",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="846d97da14459f71b3ef75bd524924c7b3093c4e",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_4fa22",
                            table="orders_order",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="number_is_for_ever",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."token" IS DISTINCT FROM (NEW."token") OR OLD."currency" IS DISTINCT FROM (NEW."currency"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="43aed563d8d56fee7419330013e871d5ef877d71",
                            operation="UPDATE",
                            pgid="pgtrigger_number_is_for_ever_09096",
                            table="orders_order",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderItem",
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_items",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                ("sku", models.CharField(max_length=64, verbose_name="SKU")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "option_values",
                    models.JSONField(blank=True, default=dict, verbose_name="options"),
                ),
                ("picture", models.CharField(blank=True, max_length=300, verbose_name="picture")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "backordered",
                    models.PositiveIntegerField(default=0, verbose_name="of it back-ordered"),
                ),
                ("unit_price", models.BigIntegerField(verbose_name="unit price")),
                ("discount", models.BigIntegerField(default=0, verbose_name="discount")),
                ("tax", models.BigIntegerField(default=0, verbose_name="tax")),
                (
                    "tax_rate_basis_points",
                    models.PositiveIntegerField(default=0, verbose_name="tax rate"),
                ),
                ("line_total", models.BigIntegerField(verbose_name="line total")),
                (
                    "is_digital",
                    models.BooleanField(
                        db_default=False, default=False, verbose_name="sent by e-mail"
                    ),
                ),
                (
                    "price_trace",
                    models.JSONField(
                        blank=True, default=list, editable=False, verbose_name="why this price"
                    ),
                ),
            ],
            options={
                "verbose_name": "order item",
                "verbose_name_plural": "order items",
                "ordering": ["created_at", "sku"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "variant"), name="order_item_once_per_variant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("backordered__lte", models.F("quantity")), ("quantity__gt", 0)
                        ),
                        name="order_item_quantity_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount__gte", 0),
                            ("line_total__gte", 0),
                            ("tax__gte", 0),
                            ("unit_price__gte", 0),
                        ),
                        name="order_item_amounts_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "line_total",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("unit_price"), "*", models.F("quantity")
                                    ),
                                    "-",
                                    models.F("discount"),
                                ),
                            )
                        ),
                        name="order_item_total_adds_up",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                IF NOT EXISTS (\n                    SELECT FROM orders_orderedit edit\n                    WHERE edit.order_id = OLD.order_id AND edit.transaction = txid_current()\n                ) OR (TG_OP = 'UPDATE' AND (NEW.order_id, NEW.variant_id, NEW.sku)\n                    IS DISTINCT FROM (OLD.order_id, OLD.variant_id, OLD.sku))\n                THEN\n                    RAISE EXCEPTION 'pgtrigger: Cannot % rows from % table but by an edit',\n                        lower(TG_OP), TG_TABLE_NAME;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                RETURN NEW;\n            ",
                            hash="df6116f36d749a3dd3813dd2065c303af2510249",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_c7d92",
                            table="orders_orderitem",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="c978db00a52225a18d47d53d4a80fe122f45383e",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_9943a",
                            table="orders_orderitem",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderAddress",
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
                ("full_name", models.CharField(max_length=200, verbose_name="full name")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                ("line1", models.CharField(max_length=200, verbose_name="street and number")),
                ("line2", models.CharField(blank=True, max_length=200, verbose_name="flat, floor")),
                ("city", models.CharField(max_length=100, verbose_name="town")),
                ("state", models.CharField(blank=True, max_length=100, verbose_name="region")),
                (
                    "postal_code",
                    models.CharField(blank=True, max_length=20, verbose_name="postcode"),
                ),
                (
                    "country",
                    django_countries.fields.CountryField(max_length=2, verbose_name="country"),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[("SHIPPING", "Delivery"), ("BILLING", "Billing")],
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                (
                    "revision",
                    models.PositiveSmallIntegerField(
                        db_default=1, default=1, verbose_name="revision"
                    ),
                ),
            ],
            options={
                "verbose_name": "order address",
                "verbose_name_plural": "order addresses",
                "ordering": ["revision"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "type", "revision"), name="order_address_once_per_revision"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type__in", ["SHIPPING", "BILLING"])),
                        name="orderaddress_type_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7643f84a8eb8c54d3c62fd2b4847ff30bea5453d",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f8ad0",
                            table="orders_orderaddress",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="444b7a69b1509b3235936a84c3f3ee344ea8e6db",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_6ebe0",
                            table="orders_orderaddress",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderStatusChange",
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="status_changes",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "from_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("PENDING", "Awaiting payment"),
                            ("PAID", "Paid"),
                            ("FULFILLED", "Packed"),
                            ("SHIPPED", "Shipped"),
                            ("DELIVERED", "Delivered"),
                            ("CANCELED", "Canceled"),
                        ],
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("PENDING", "Awaiting payment"),
                            ("PAID", "Paid"),
                            ("FULFILLED", "Packed"),
                            ("SHIPPED", "Shipped"),
                            ("DELIVERED", "Delivered"),
                            ("CANCELED", "Canceled"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
            ],
            options={
                "verbose_name": "status change",
                "verbose_name_plural": "status changes",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="9497eb1ad50fbcf623c063bdd3bda0ca556b8ed2",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e3e57",
                            table="orders_orderstatuschange",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="8710c072714628ea0f1acfd6863419517edcdf5e",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_bcd46",
                            table="orders_orderstatuschange",
                            when="BEFORE",
                        ),
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "from_status__in",
                                [
                                    "",
                                    "PENDING",
                                    "PAID",
                                    "FULFILLED",
                                    "SHIPPED",
                                    "DELIVERED",
                                    "CANCELED",
                                ],
                            )
                        ),
                        name="orderstatuschange_from_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "to_status__in",
                                [
                                    "PENDING",
                                    "PAID",
                                    "FULFILLED",
                                    "SHIPPED",
                                    "DELIVERED",
                                    "CANCELED",
                                ],
                            )
                        ),
                        name="orderstatuschange_to_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
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
                ("scope", models.CharField(max_length=50, verbose_name="scope")),
                ("owner", models.CharField(max_length=100, verbose_name="owner")),
                ("key", models.CharField(max_length=100, verbose_name="key")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="fingerprint")),
                (
                    "status_code",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="status code"
                    ),
                ),
                ("location", models.CharField(blank=True, max_length=500, verbose_name="location")),
                ("body", models.TextField(blank=True, verbose_name="body")),
                (
                    "expires_at",
                    models.DateTimeField(
                        default=orders.models.idempotency.key_expiry, verbose_name="expires"
                    ),
                ),
            ],
            options={
                "verbose_name": "idempotency key",
                "verbose_name_plural": "idempotency keys",
                "abstract": False,
                "indexes": [models.Index(fields=["expires_at"], name="idempotency_expiring")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scope", "owner", "key"), name="idempotency_key_once_per_owner"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fingerprint__regex", "^[0-9a-f]{64}$")),
                        name="idempotency_fingerprint_is_sha256",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="51739124581c84bf6bbe45c0a9a9b65cc6a78efa",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_fc924",
                            table="orders_idempotencykey",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
