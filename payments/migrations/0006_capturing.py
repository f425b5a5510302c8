"""Captures in parts."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("payments", "0005_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="Capture",
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
                            ("SUCCEEDED", "Captured"),
                            ("FAILED", "Failed"),
                        ],
                        default="REQUESTED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("is_last", models.BooleanField(default=False, verbose_name="releases the rest")),
                (
                    "provider_reference",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="provider's reference"
                    ),
                ),
                (
                    "failure_code",
                    models.CharField(blank=True, max_length=50, verbose_name="failure code"),
                ),
                (
                    "succeeded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="captured at"),
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
                    "shipment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="captures",
                        to="orders.shipment",
                        verbose_name="parcel",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="captures",
                        to="payments.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "capture",
                "verbose_name_plural": "captures",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "SUCCEEDED"), _negated=True),
                        fields=["status", "updated_at"],
                        name="capture_unfinished",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("shipment__isnull", False)),
                        fields=("payment", "shipment"),
                        name="capture_once_per_parcel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="capture_amount_positive"
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
                        name="capture_status_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["REQUESTED", "SUCCEEDED", "FAILED"])),
                        name="capture_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="ed49b32a1124c0c25297104aa1dbe2f06474d215",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_6e3ba",
                            table="payments_capture",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{REQUESTED:SUCCEEDED,REQUESTED:FAILED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="d816613ec3bbd2ed8162acff27c1ac62904617f8",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_c71f4",
                            table="payments_capture",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="within_authorized",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE free bigint; promised bigint;",
                            func="\n                    SELECT source.authorized_amount - source.captured_amount\n                        - source.released_amount INTO free\n                    FROM payments_payment source\n                    WHERE source.id = NEW.payment_id AND source.captures_at_shipment\n                        AND source.status IN\n                            ('AUTHORIZED', 'CAPTURED', 'SETTLED', 'PARTIALLY_REFUNDED')\n                    FOR NO KEY UPDATE;\n                    SELECT coalesce(sum(other.amount), 0) INTO promised\n                    FROM payments_capture other\n                    WHERE other.payment_id = NEW.payment_id AND other.status = 'REQUESTED';\n                    IF free IS NULL OR promised + NEW.amount > free THEN\n                        RAISE EXCEPTION 'more would be captured than was authorized'\n                        USING ERRCODE = 'check_violation',\n                            CONSTRAINT = 'capture_within_authorized';\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="da91187563ccd232c4d3ce627600bd54dc73c4cf",
                            operation="INSERT",
                            pgid="pgtrigger_within_authorized_e3d79",
                            table="payments_capture",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="starts_requested",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NOT (NEW.\"status\" = 'REQUESTED'))",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="f27fdc20882fab8d27faae5ba34ab86b3262339b",
                            operation="INSERT",
                            pgid="pgtrigger_starts_requested_d3c89",
                            table="payments_capture",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="83268cc32f0620bb154d250209ce5dc52ecab60b",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_6b310",
                            table="payments_capture",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="request_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."payment_id" IS DISTINCT FROM (NEW."payment_id") OR OLD."shipment_id" IS DISTINCT FROM (NEW."shipment_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."is_last" IS DISTINCT FROM (NEW."is_last") OR OLD."actor_id" IS DISTINCT FROM (NEW."actor_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="adbb8273bd4fecd6e874325f53fc3dc14765bddd",
                            operation="UPDATE",
                            pgid="pgtrigger_request_is_fixed_56f7a",
                            table="payments_capture",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
    ]
