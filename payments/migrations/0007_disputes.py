"""Disputes and the evidence for them."""

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
        ("payments", "0006_capturing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
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
                    "provider",
                    models.CharField(
                        choices=[
                            ("SANDBOX", "Sandbox"),
                            ("STRIPE", "Stripe"),
                            ("IYZICO", "iyzico"),
                            ("PAYPAL", "PayPal"),
                            ("MANUAL", "Bank transfer or pay at pick-up"),
                        ],
                        max_length=10,
                        verbose_name="provider",
                    ),
                ),
                (
                    "provider_reference",
                    models.CharField(max_length=200, verbose_name="provider's reference"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("EVIDENCE_SENT", "Evidence sent"),
                            ("WON", "Won"),
                            ("LOST", "Lost"),
                            ("ACCEPTED", "Accepted"),
                        ],
                        default="OPEN",
                        max_length=13,
                        verbose_name="status",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("FRAUDULENT", "Not paid by the holder"),
                            ("NOT_RECEIVED", "Goods did not arrive"),
                            ("NOT_AS_DESCRIBED", "Goods are not as described"),
                            ("NOT_REFUNDED", "Refund did not arrive"),
                            ("DUPLICATE", "Paid twice"),
                            ("CANCELED", "Was canceled"),
                            ("OTHER", "Other"),
                        ],
                        default="OTHER",
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                (
                    "provider_reason",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="provider's word for it"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "respond_by",
                    models.DateTimeField(blank=True, null=True, verbose_name="answer by"),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("news_at", models.DateTimeField(editable=False, verbose_name="last news")),
                (
                    "evidence_text",
                    models.TextField(blank=True, max_length=5000, verbose_name="what we answered"),
                ),
                (
                    "evidence_sent_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("payment_was", models.CharField(blank=True, editable=False, max_length=20)),
                (
                    "reminded_days",
                    models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="payments.payment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "taken",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="payments.refund",
                        verbose_name="what the bank took",
                    ),
                ),
            ],
            options={
                "verbose_name": "dispute",
                "verbose_name_plural": "disputes",
                "ordering": ["-opened_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "OPEN")),
                        fields=["respond_by"],
                        name="dispute_to_answer",
                    ),
                    models.Index(fields=["-opened_at", "-id"], name="dispute_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "provider_reference"),
                        name="dispute_provider_reference_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), models.Q(("provider_reference", ""), _negated=True)
                        ),
                        name="dispute_has_amount_and_reference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at", None),
                                ("status__in", ["OPEN", "EVIDENCE_SENT"]),
                                ("taken", None),
                            ),
                            models.Q(
                                ("closed_at__isnull", False), ("status", "WON"), ("taken", None)
                            ),
                            models.Q(
                                ("closed_at__isnull", False), ("status__in", ["LOST", "ACCEPTED"])
                            ),
                            _connector="OR",
                        ),
                        name="dispute_status_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "FRAUDULENT",
                                    "NOT_RECEIVED",
                                    "NOT_AS_DESCRIBED",
                                    "NOT_REFUNDED",
                                    "DUPLICATE",
                                    "CANCELED",
                                    "OTHER",
                                ],
                            )
                        ),
                        name="dispute_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("provider__in", ["SANDBOX", "STRIPE", "IYZICO", "PAYPAL", "MANUAL"])
                        ),
                        name="dispute_provider_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["OPEN", "EVIDENCE_SENT", "WON", "LOST", "ACCEPTED"])
                        ),
                        name="dispute_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="fa6be73d41e6555def85a4444f077610979693ca",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_95da7",
                            table="payments_dispute",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{OPEN:EVIDENCE_SENT,OPEN:WON,OPEN:LOST,OPEN:ACCEPTED,EVIDENCE_SENT:WON,EVIDENCE_SENT:LOST,EVIDENCE_SENT:ACCEPTED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="b6351439cd2f6ecccf43d7c2638d672eee8bd9e6",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_07834",
                            table="payments_dispute",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="starts_open",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NOT (NEW.\"status\" = 'OPEN'))",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="97a6fa24f62b7928bbf4a6dd79c0e9714cfc6996",
                            operation="INSERT",
                            pgid="pgtrigger_starts_open_8b261",
                            table="payments_dispute",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="c19fe4089e49050d78bffe1b8db3b509bdbe9589",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_cf57f",
                            table="payments_dispute",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="what_is_disputed_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."payment_id" IS DISTINCT FROM (NEW."payment_id") OR OLD."provider" IS DISTINCT FROM (NEW."provider") OR OLD."provider_reference" IS DISTINCT FROM (NEW."provider_reference") OR OLD."currency" IS DISTINCT FROM (NEW."currency"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="4816e794d49a3cd3b25701ce740586814440fd4b",
                            operation="UPDATE",
                            pgid="pgtrigger_what_is_disputed_is_fixed_69fb2",
                            table="payments_dispute",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisputeEvidence",
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
                ("name", models.CharField(max_length=120, verbose_name="file")),
                ("mime_type", models.CharField(max_length=30, verbose_name="type")),
                ("size_bytes", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("checksum", models.CharField(max_length=64, verbose_name="SHA-256")),
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
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="payments.dispute",
                        verbose_name="dispute",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dispute", "checksum"), name="dispute_evidence_once"
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="8c48fe54e9eab05e12320377305529b91a890ea6",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_91e81",
                            table="payments_disputeevidence",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="f397b287daacd4cfc95403bf1f9679bdd69d749b",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_c264d",
                            table="payments_disputeevidence",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
    ]
