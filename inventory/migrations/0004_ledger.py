"""What orders take from the shelves: holds, movements, back-orders."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_products"),
        ("inventory", "0003_counting"),
        ("orders", "0002_placing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reservation",
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
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "stock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="inventory.stock",
                        verbose_name="stock",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "owner",
                    models.CharField(
                        help_text="user:<id> or cart:<id> of the person who checks out.",
                        max_length=100,
                        verbose_name="owner",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("COMMITTED", "Sold"),
                            ("RELEASED", "Released"),
                            ("EXPIRED", "Expired"),
                        ],
                        default="ACTIVE",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
            ],
            options={
                "verbose_name": "reservation",
                "verbose_name_plural": "reservations",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "ACTIVE")),
                        fields=["expires_at"],
                        name="reservation_expiring",
                    ),
                    models.Index(
                        condition=models.Q(("status", "ACTIVE")),
                        fields=["owner", "variant"],
                        name="reservation_owner",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="reservation_quantity_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["ACTIVE", "COMMITTED", "RELEASED", "EXPIRED"])
                        ),
                        name="reservation_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "COMMITTED"), _negated=True),
                            ("order__isnull", False),
                            _connector="OR",
                        ),
                        name="reservation_committed_has_an_order",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="95a038c5fcb5aeec8721ea9dc5a23a6db0973554",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_59cda",
                            table="inventory_reservation",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Movement",
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
                    "stock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="inventory.stock",
                        verbose_name="stock",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PURCHASE", "Purchase"),
                            ("SALE", "Sale"),
                            ("ADJUSTMENT", "Adjustment"),
                            ("COUNT_VARIANCE", "Count variance"),
                            ("RETURN", "Return"),
                            ("TRANSFER", "Transfer"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("CORRECTION", "Correction"),
                            ("DAMAGED", "Damaged"),
                            ("LOST", "Lost"),
                            ("FOUND", "Found"),
                            ("STOLEN", "Stolen"),
                            ("SAMPLE", "Sample or gift"),
                            ("OWN_USE", "Own use"),
                            ("MADE", "Made or sewn"),
                            ("OPENING", "Opening balance"),
                        ],
                        db_default="",
                        default="",
                        help_text="Why units were adjusted; other kinds say it by themselves.",
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("quantity_change", models.BigIntegerField(verbose_name="change")),
                (
                    "balance_after",
                    models.BigIntegerField(default=0, editable=False, verbose_name="balance"),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="inventory.transfer",
                        verbose_name="transfer",
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="inventory.receipt",
                        verbose_name="receipt of goods",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="inventory.stocktake",
                        verbose_name="stocktake",
                    ),
                ),
                (
                    "unit_cost",
                    models.BigIntegerField(
                        blank=True, editable=False, null=True, verbose_name="unit cost"
                    ),
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
                "verbose_name": "movement",
                "verbose_name_plural": "movements",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="movement_newest"),
                    models.Index(fields=["stock", "-created_at", "-id"], name="movement_of_stock"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity_change", 0), _negated=True),
                        name="movement_changes_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance_after__gte", 0)),
                        name="movement_balance_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "SALE"), _negated=True),
                            ("quantity_change__lt", 0),
                            _connector="OR",
                        ),
                        name="movement_sale_goes_out",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "ADJUSTMENT"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="movement_adjustment_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "TRANSFER"), ("transfer__isnull", False)),
                            models.Q(
                                models.Q(("kind", "TRANSFER"), _negated=True), ("transfer", None)
                            ),
                            _connector="OR",
                        ),
                        name="movement_transfer_has_its_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "PURCHASE",
                                    "SALE",
                                    "ADJUSTMENT",
                                    "COUNT_VARIANCE",
                                    "RETURN",
                                    "TRANSFER",
                                ],
                            )
                        ),
                        name="movement_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "",
                                    "CORRECTION",
                                    "DAMAGED",
                                    "LOST",
                                    "FOUND",
                                    "STOLEN",
                                    "SAMPLE",
                                    "OWN_USE",
                                    "MADE",
                                    "OPENING",
                                ],
                            )
                        ),
                        name="movement_reason_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="1ea6aa37fa4e2092cb5d72f5f0a885d11411d86b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_a4fa5",
                            table="inventory_movement",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="01a0d93c9456d03cd628d389d515eb6f166bcd57",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_b48ab",
                            table="inventory_movement",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="post_to_stock",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    UPDATE inventory_stock stock SET\n                        on_hand = on_hand + NEW.quantity_change,\n                        average_cost = CASE\n                            WHEN NEW.unit_cost IS NULL OR NEW.quantity_change < 0\n                            THEN average_cost\n                            ELSE round(\n                                (\n                                    on_hand * COALESCE(average_cost, (\n                                        SELECT v.cost FROM catalog_productvariant v\n                                        WHERE v.id = stock.variant_id\n                                    ), NEW.unit_cost) + NEW.quantity_change * NEW.unit_cost\n                                )::numeric / (on_hand + NEW.quantity_change)\n                            ) END\n                    WHERE id = NEW.stock_id\n                    RETURNING on_hand, COALESCE(NEW.unit_cost, average_cost, (\n                        SELECT v.cost FROM catalog_productvariant v WHERE v.id = stock.variant_id\n                    )) INTO NEW.balance_after, NEW.unit_cost;\n                    RETURN NEW;\n                ",
                            hash="5e29558764376bfac359b824e359ab1eab91107e",
                            operation="INSERT",
                            pgid="pgtrigger_post_to_stock_705a1",
                            table="inventory_movement",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Backorder",
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
                    "variant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="backorders",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="backorders",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("served", models.PositiveIntegerField(default=0, verbose_name="of it arrived")),
                ("since", models.DateTimeField(verbose_name="waiting since")),
                ("promised_on", models.DateField(blank=True, null=True, verbose_name="promised")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="given up")),
            ],
            options={
                "verbose_name": "back-order",
                "verbose_name_plural": "waiting for goods",
                "ordering": ["since", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("ended_at", None), ("served__lt", models.F("quantity"))
                        ),
                        fields=["variant", "since", "id"],
                        name="backorder_waiting",
                    ),
                    models.Index(fields=["variant"], name="backorder_of_variant"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "variant"), name="backorder_once_per_order_and_variant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0), ("served__lte", models.F("quantity"))
                        ),
                        name="backorder_served_within_quantity",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="c824b80245ccb1f24f4165359663739b25d6a58d",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_f5542",
                            table="inventory_backorder",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
