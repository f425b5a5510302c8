"""Goods from suppliers."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import inventory.models.purchasing
import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_products"),
        ("inventory", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE SEQUENCE purchase_order_number;
                CREATE FUNCTION next_purchase_order_number() RETURNS text LANGUAGE sql VOLATILE AS $$
                    SELECT 'PO-' || to_char(now() AT TIME ZONE 'UTC', 'YYYY') || '-'
                        || lpad(drawn.number, greatest(6, length(drawn.number)), '0')
                    FROM (SELECT nextval('purchase_order_number')::text AS number) drawn
                $$;
                CREATE SEQUENCE stocktake_number;
                CREATE FUNCTION next_stocktake_number() RETURNS text LANGUAGE sql VOLATILE AS $$
                    SELECT 'ST-' || to_char(now() AT TIME ZONE 'UTC', 'YYYY') || '-'
                        || lpad(drawn.number, greatest(6, length(drawn.number)), '0')
                    FROM (SELECT nextval('stocktake_number')::text AS number) drawn
                $$
            """,
            reverse_sql="""
                DROP FUNCTION next_purchase_order_number; DROP SEQUENCE purchase_order_number;
                DROP FUNCTION next_stocktake_number; DROP SEQUENCE stocktake_number;
            """,
        ),
        migrations.CreateModel(
            name="Supplier",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("contact", models.CharField(blank=True, max_length=100, verbose_name="contact")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="phone")),
                ("address", models.TextField(blank=True, verbose_name="address")),
                (
                    "currency",
                    models.CharField(
                        default=inventory.models.purchasing.shop_currency,
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "lead_time_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="From the order to the goods at our door.",
                        validators=[django.core.validators.MaxValueValidator(730)],
                        verbose_name="lead time in days",
                    ),
                ),
                ("minimum_order", models.BigIntegerField(default=0, verbose_name="minimum order")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
            ],
            options={
                "verbose_name": "supplier",
                "verbose_name_plural": "suppliers",
                "ordering": ["name"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("name",),
                        name="supplier_name_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minimum_order__gte", 0)),
                        name="supplier_minimum_order_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="supplier_currency_is_a_code",
                        violation_error_message="A currency has three capital letters, such as EUR.",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="e66c14bfcebed49d2a8a61718487f09325210d80",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_d1f58",
                            table="inventory_supplier",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplierItem",
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
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="inventory.supplier",
                        verbose_name="supplier",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supplier_items",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "supplier_sku",
                    models.CharField(blank=True, max_length=64, verbose_name="supplier's SKU"),
                ),
                ("cost", models.BigIntegerField(verbose_name="cost")),
                ("pack_size", models.PositiveIntegerField(default=1, verbose_name="pack size")),
                (
                    "lead_time_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Where it differs from that of the supplier.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(730)],
                        verbose_name="lead time in days",
                    ),
                ),
                (
                    "is_preferred",
                    models.BooleanField(
                        default=False,
                        help_text="Reorders go here, however cheap others are.",
                        verbose_name="preferred",
                    ),
                ),
            ],
            options={
                "verbose_name": "item of a supplier",
                "verbose_name_plural": "items of suppliers",
                "ordering": ["supplier", "variant"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("supplier", "variant"), name="supplier_item_once_per_variant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_preferred", True)),
                        fields=("variant",),
                        name="supplier_item_one_preferred",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost__gte", 0)), name="supplier_item_cost_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pack_size__gt", 0)),
                        name="supplier_item_pack_size_positive",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="ea3d15445e9ed53971c139cdc08c3d252618f946",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_8d4e1",
                            table="inventory_supplieritem",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrder",
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
                        db_default=inventory.models.purchasing.NextPurchaseOrderNumber(),
                        editable=False,
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchase_orders",
                        to="inventory.supplier",
                        verbose_name="supplier",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchase_orders",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SENT", "Sent"),
                            ("PARTLY_RECEIVED", "Partly received"),
                            ("RECEIVED", "Received"),
                            ("CLOSED", "Closed"),
                            ("CANCELED", "Canceled"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=15,
                        verbose_name="status",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default=inventory.models.purchasing.shop_currency,
                        editable=False,
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "exchange_rate",
                    models.DecimalField(
                        decimal_places=6,
                        default=1,
                        help_text="What one unit of the supplier's currency is worth in the shop's.",
                        max_digits=12,
                        verbose_name="exchange rate",
                    ),
                ),
                ("expected_on", models.DateField(blank=True, null=True, verbose_name="expected")),
                ("note", models.TextField(blank=True, verbose_name="note to the supplier")),
                (
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ordered by",
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="sent"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="ended"
                    ),
                ),
            ],
            options={
                "verbose_name": "purchase order",
                "verbose_name_plural": "purchase orders",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="purchase_order_newest"),
                    models.Index(
                        condition=models.Q(("status__in", ["SENT", "PARTLY_RECEIVED"])),
                        fields=["expected_on"],
                        name="purchase_order_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="purchase_order_currency_is_a_code",
                        violation_error_message="A currency has three capital letters, such as EUR.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("exchange_rate__gt", 0)),
                        name="purchase_order_exchange_rate_positive",
                        violation_error_message="An exchange rate is more than zero.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["DRAFT", "CANCELED"]),
                            models.Q(("expected_on__isnull", False), ("sent_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="purchase_order_sent_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("status__in", ["DRAFT", "SENT", "PARTLY_RECEIVED"]),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("status__in", ["RECEIVED", "CLOSED", "CANCELED"]),
                            ),
                            _connector="OR",
                        ),
                        name="purchase_order_ended_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "DRAFT",
                                    "SENT",
                                    "PARTLY_RECEIVED",
                                    "RECEIVED",
                                    "CLOSED",
                                    "CANCELED",
                                ],
                            )
                        ),
                        name="purchaseorder_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="1818f9726e1fd3a8f1ba0956912d909b7743e37d",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_9a5b7",
                            table="inventory_purchaseorder",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="purchase_status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{DRAFT:SENT,SENT:PARTLY_RECEIVED,SENT:RECEIVED,PARTLY_RECEIVED:RECEIVED,PARTLY_RECEIVED:CLOSED,DRAFT:CANCELED,SENT:CANCELED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="43f397df2bd53c93ea03bc42ab5a850959834945",
                            operation="UPDATE",
                            pgid="pgtrigger_purchase_status_machine_8ef8e",
                            table="inventory_purchaseorder",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="purchase_starts_as_draft",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NOT (NEW.\"status\" = 'DRAFT'))",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="453cde891c16c541a700d0cd41e748cf17411735",
                            operation="INSERT",
                            pgid="pgtrigger_purchase_starts_as_draft_80176",
                            table="inventory_purchaseorder",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="purchase_never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="248d33d21892f64d266571c2deb4cb7dca23e697",
                            operation="DELETE",
                            pgid="pgtrigger_purchase_never_deleted_7760e",
                            table="inventory_purchaseorder",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="purchase_number_is_for_ever",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."number" IS DISTINCT FROM (NEW."number"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="6948df6c106d674523acc16975205e6293c739b5",
                            operation="UPDATE",
                            pgid="pgtrigger_purchase_number_is_for_ever_8dd73",
                            table="inventory_purchaseorder",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="purchase_fixed_when_sent",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NOT (OLD."status" = \'DRAFT\') AND (OLD."supplier_id" IS DISTINCT FROM (NEW."supplier_id") OR OLD."location_id" IS DISTINCT FROM (NEW."location_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."exchange_rate" IS DISTINCT FROM (NEW."exchange_rate")))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="1c5297be9b9d1c9bf48bf1eb2de6b7898e4e6595",
                            operation="UPDATE",
                            pgid="pgtrigger_purchase_fixed_when_sent_28239",
                            table="inventory_purchaseorder",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrderLine",
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
                    "purchase_order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="inventory.purchaseorder",
                        verbose_name="purchase order",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchase_lines",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "supplier_sku",
                    models.CharField(blank=True, max_length=64, verbose_name="supplier's SKU"),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("cost", models.BigIntegerField(verbose_name="cost")),
                (
                    "received",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="received"),
                ),
                (
                    "rejected",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="rejected"),
                ),
                (
                    "outstanding",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Greatest(
                            django.db.models.expressions.CombinedExpression(
                                models.F("quantity"), "-", models.F("received")
                            ),
                            0,
                        ),
                        output_field=models.IntegerField(),
                        verbose_name="outstanding",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a purchase order",
                "verbose_name_plural": "lines of a purchase order",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("purchase_order", "variant"), name="purchase_line_once_per_variant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="purchase_line_quantity_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost__gte", 0)), name="purchase_line_cost_not_negative"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="b0e78a17f33f50e74105f4fa107c7b16f5e68850",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_f8cab",
                            table="inventory_purchaseorderline",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="purchase_line_stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."purchase_order_id" IS DISTINCT FROM (NEW."purchase_order_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="f49d43ad55666d544d3fc274d6021c09e08ea73a",
                            operation="UPDATE",
                            pgid="pgtrigger_purchase_line_stays_9e047",
                            table="inventory_purchaseorderline",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="purchase_lines_fixed_when_sent",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    IF TG_OP = 'UPDATE' AND (NEW.variant_id, NEW.quantity, NEW.cost)\n                        = (OLD.variant_id, OLD.quantity, OLD.cost)\n                    THEN\n                        RETURN NEW;\n                    END IF;\n                    PERFORM FROM inventory_purchaseorder o\n                    WHERE o.status = 'DRAFT' AND o.id = CASE\n                        WHEN TG_OP = 'DELETE' THEN OLD.purchase_order_id\n                        ELSE NEW.purchase_order_id END\n                    FOR SHARE;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'the lines of a sent purchase order are fixed'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'purchase_lines_fixed_when_sent';\n                    END IF;\n                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;\n                ",
                            hash="7c1acbab747a8830e317be1288667ba5a34cf6eb",
                            operation="INSERT OR UPDATE OR DELETE",
                            pgid="pgtrigger_purchase_lines_fixed_when_sent_3a84d",
                            table="inventory_purchaseorderline",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
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
                    "purchase_order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="inventory.purchaseorder",
                        verbose_name="purchase order",
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        default=shop.models.new_id, editable=False, unique=True, verbose_name="key"
                    ),
                ),
                (
                    "delivery_note",
                    models.CharField(blank=True, max_length=60, verbose_name="delivery note"),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
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
            ],
            options={
                "verbose_name": "receipt of goods",
                "verbose_name_plural": "receipts of goods",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="30da92bd02d0f4e64e848281d052f167529ca17d",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_35469",
                            table="inventory_receipt",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="c21c89079fc2d918a5060807053e0b9085b26aee",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_7ce0b",
                            table="inventory_receipt",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptLine",
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
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="inventory.receipt",
                        verbose_name="receipt",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="inventory.purchaseorderline",
                        verbose_name="line",
                    ),
                ),
                ("accepted", models.PositiveIntegerField(default=0, verbose_name="accepted")),
                ("rejected", models.PositiveIntegerField(default=0, verbose_name="rejected")),
                (
                    "defect",
                    models.CharField(blank=True, max_length=200, verbose_name="what is wrong"),
                ),
                ("unit_cost", models.BigIntegerField(verbose_name="unit cost")),
            ],
            options={
                "verbose_name": "line of a receipt",
                "verbose_name_plural": "lines of a receipt",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("receipt", "line"), name="receipt_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted__gt", 0), ("rejected__gt", 0), _connector="OR"
                        ),
                        name="receipt_line_brings_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rejected", 0),
                            models.Q(("defect", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="receipt_line_rejected_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit_cost__gte", 0)),
                        name="receipt_line_cost_not_negative",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="1e7d156f60da9e49eae7aa256c335afc8796734b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f332c",
                            table="inventory_receiptline",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="98bd50bd43398bd7d6ebdc931b0f7c0a4a013de9",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_86f79",
                            table="inventory_receiptline",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
    ]
