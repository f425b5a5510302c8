"""Refunds, in parts for each payment."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("payments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Refund",
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
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="key")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("REQUESTED", "On its way"),
                            ("SUCCEEDED", "Given back"),
                            ("FAILED", "Failed"),
                        ],
                        default="REQUESTED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "to",
                    models.CharField(
                        choices=[
                            ("ORIGINAL", "The way it was paid"),
                            ("STORE_CREDIT", "Store credit"),
                        ],
                        default="ORIGINAL",
                        max_length=12,
                        verbose_name="goes to",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("RETURNED", "Sent back"),
                            ("CANCELED", "Order canceled"),
                            ("EDITED", "Order changed"),
                            ("NOT_DELIVERED", "Not delivered"),
                            ("FAULTY", "Faulty or wrong"),
                            ("PRICE", "Price put right"),
                            ("GOODWILL", "Goodwill"),
                            ("DISPUTED", "Taken back by the bank"),
                            ("OTHER", "Other"),
                        ],
                        max_length=13,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("goods", models.BigIntegerField(default=0, verbose_name="of it goods")),
                ("shipping", models.BigIntegerField(default=0, verbose_name="of it delivery")),
                ("extra", models.BigIntegerField(default=0, verbose_name="of it goodwill")),
                (
                    "failure_code",
                    models.CharField(blank=True, max_length=50, verbose_name="failure code"),
                ),
                (
                    "succeeded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="given back at"),
                ),
                (
                    "failed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="failed at"),
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="refund_newest"),
                    models.Index(
                        condition=models.Q(("status", "SUCCEEDED")),
                        fields=["succeeded_at"],
                        name="refund_succeeded",
                    ),
                    models.Index(
                        condition=models.Q(("status", "SUCCEEDED"), _negated=True),
                        fields=["status", "updated_at"],
                        name="refund_unfinished",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("goods"), "+", models.F("shipping")
                                    ),
                                    "+",
                                    models.F("extra"),
                                ),
                            ),
                            ("amount__gt", 0),
                            ("extra__gte", 0),
                            ("goods__gte", 0),
                            ("shipping__gte", 0),
                        ),
                        name="refund_amount_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("failed_at", None), ("status", "REQUESTED"), ("succeeded_at", None)
                            ),
                            models.Q(
                                ("failed_at", None),
                                ("status", "SUCCEEDED"),
                                ("succeeded_at__isnull", False),
                            ),
                            models.Q(
                                ("failed_at__isnull", False),
                                ("status", "FAILED"),
                                ("succeeded_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="refund_status_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "RETURNED",
                                    "CANCELED",
                                    "EDITED",
                                    "NOT_DELIVERED",
                                    "FAULTY",
                                    "PRICE",
                                    "GOODWILL",
                                    "DISPUTED",
                                    "OTHER",
                                ],
                            )
                        ),
                        name="refund_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["REQUESTED", "SUCCEEDED", "FAILED"])),
                        name="refund_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to__in", ["ORIGINAL", "STORE_CREDIT"])),
                        name="refund_to_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="5210d678d283dc7c1e00b4cf4589a0301f512851",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_7331e",
                            table="payments_refund",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{REQUESTED:SUCCEEDED,REQUESTED:FAILED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="67384bd6dfcb5d3e1fce864507b7ca655994da15",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_8cd91",
                            table="payments_refund",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="starts_requested",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NOT (NEW.\"status\" = 'REQUESTED'))",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="db1ea4c146cae01601e8ad533078ea07a5af12ea",
                            operation="INSERT",
                            pgid="pgtrigger_starts_requested_464af",
                            table="payments_refund",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="956de1291ad48afbddf247982946f79b6bfc1ce4",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_eb90c",
                            table="payments_refund",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="request_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."to" IS DISTINCT FROM (NEW."to") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."goods" IS DISTINCT FROM (NEW."goods") OR OLD."shipping" IS DISTINCT FROM (NEW."shipping") OR OLD."extra" IS DISTINCT FROM (NEW."extra"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="7209780f18b559a81ba23995e82df55a05bc7b69",
                            operation="UPDATE",
                            pgid="pgtrigger_request_is_fixed_18691",
                            table="payments_refund",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundLine",
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
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("extra", models.BigIntegerField(default=0, verbose_name="goodwill")),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="refund_lines",
                        to="orders.orderitem",
                        verbose_name="line",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="payments.refund",
                        verbose_name="refund",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a refund",
                "verbose_name_plural": "lines of refunds",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("refund", "item"), name="refund_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0),
                            ("extra__gte", 0),
                            models.Q(
                                ("quantity__gt", 0),
                                ("amount__gt", 0),
                                ("extra__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="refund_line_gives_something",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2988e04196011a2ba48cad183df129e95f160c4f",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_5f0a4",
                            table="payments_refundline",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="11181ec6572840b57621ee7fb4325d7514d3b28f",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_6750e",
                            table="payments_refundline",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundPart",
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
                    "status",
                    models.CharField(
                        choices=[
                            ("REQUESTED", "On its way"),
                            ("SUCCEEDED", "Given back"),
                            ("FAILED", "Failed"),
                        ],
                        default="REQUESTED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "provider_reference",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="provider's reference"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund_parts",
                        to="payments.payment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="payments.refund",
                        verbose_name="refund",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a refund",
                "verbose_name_plural": "parts of refunds",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("refund", "payment"),
                        name="refund_part_once_per_payment",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="refund_part_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["REQUESTED", "SUCCEEDED", "FAILED"])),
                        name="refundpart_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="cbbc04ab44371b3fbeba3053353de7041ccf1d59",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_633ee",
                            table="payments_refundpart",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{REQUESTED:SUCCEEDED,REQUESTED:FAILED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="b0ad878b5209189514d47050a826ca0f00b3f11e",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_96164",
                            table="payments_refundpart",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="within_captured",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NEW."payment_id" IS NOT NULL)',
                            declare="DECLARE captured bigint; promised bigint;",
                            func="\n                    SELECT source.captured_amount INTO captured FROM payments_payment source\n                    WHERE source.id = NEW.payment_id\n                        AND source.status IN ('CAPTURED', 'SETTLED', 'PARTIALLY_REFUNDED')\n                    FOR NO KEY UPDATE;\n                    SELECT coalesce(sum(other.amount), 0) INTO promised\n                    FROM payments_refundpart other\n                    WHERE other.payment_id = NEW.payment_id AND other.status <> 'FAILED';\n                    IF captured IS NULL OR promised + NEW.amount > captured THEN\n                        RAISE EXCEPTION 'more would go back than was captured'\n                        USING ERRCODE = 'check_violation',\n                            CONSTRAINT = 'refund_part_within_captured';\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="f8ef033f328944d7513a85261f5c6541fcd69285",
                            operation="INSERT",
                            pgid="pgtrigger_within_captured_227ab",
                            table="payments_refundpart",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="611e50f6ffdaddde471eb9888e8ea5b5cf474632",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_d5662",
                            table="payments_refundpart",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="amount_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."refund_id" IS DISTINCT FROM (NEW."refund_id") OR OLD."payment_id" IS DISTINCT FROM (NEW."payment_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="15ca10b71c41ef555d71c1309181ab51d18b2286",
                            operation="UPDATE",
                            pgid="pgtrigger_amount_is_fixed_b05df",
                            table="payments_refundpart",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
    ]
