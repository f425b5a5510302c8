"""What providers tell by themselves, and where their ledgers differ from ours."""

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
        ("payments", "0003_credit"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderNotice",
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
                    "event_id",
                    models.CharField(max_length=200, verbose_name="provider's id of the event"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PAYMENT", "Payment"),
                            ("REFUND", "Refund"),
                            ("DISPUTE", "Dispute"),
                            ("OTHER", "Other"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("RECEIVED", "Received"),
                            ("PROCESSED", "Done"),
                            ("IGNORED", "Of no concern"),
                            ("UNKNOWN", "No such payment"),
                            ("MISMATCHED", "Does not match"),
                            ("FAILED", "Given up"),
                        ],
                        default="RECEIVED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("told_at", models.DateTimeField(verbose_name="happened at")),
                ("key", models.CharField(blank=True, max_length=100, verbose_name="our key")),
                (
                    "reference",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="provider's reference"
                    ),
                ),
                ("amount", models.BigIntegerField(blank=True, null=True, verbose_name="amount")),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                ("dispute", models.JSONField(blank=True, null=True, verbose_name="dispute")),
                (
                    "payload",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Without card data.",
                        verbose_name="what may be kept of it",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                (
                    "next_try_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="next try"
                    ),
                ),
                (
                    "processed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="done at"),
                ),
                ("code", models.CharField(blank=True, max_length=50, verbose_name="why")),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="payments.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice of a provider",
                "verbose_name_plural": "notices of providers",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "RECEIVED")),
                        fields=["next_try_at"],
                        name="provider_notice_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["UNKNOWN", "MISMATCHED", "FAILED"])),
                        fields=["created_at"],
                        name="provider_notice_troubled",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "event_id"), name="provider_notice_once_per_event"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["PROCESSED", "IGNORED"]), _negated=True),
                            ("processed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="provider_notice_done_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("provider__in", ["SANDBOX", "STRIPE", "IYZICO", "PAYPAL", "MANUAL"])
                        ),
                        name="providernotice_provider_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["PAYMENT", "REFUND", "DISPUTE", "CARD", "OTHER"])
                        ),
                        name="providernotice_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "RECEIVED",
                                    "PROCESSED",
                                    "IGNORED",
                                    "UNKNOWN",
                                    "MISMATCHED",
                                    "FAILED",
                                ],
                            )
                        ),
                        name="providernotice_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="7d0203191f6df43cae75e59140e713ff08e5243d",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_3dd48",
                            table="payments_providernotice",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{RECEIVED:PROCESSED,RECEIVED:IGNORED,RECEIVED:UNKNOWN,RECEIVED:MISMATCHED,RECEIVED:FAILED,UNKNOWN:RECEIVED,MISMATCHED:RECEIVED,FAILED:RECEIVED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="14f951925d8ebc324d02653e8f083af580dd9e51",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_62458",
                            table="payments_providernotice",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="what_was_told_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."provider" IS DISTINCT FROM (NEW."provider") OR OLD."event_id" IS DISTINCT FROM (NEW."event_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."told_at" IS DISTINCT FROM (NEW."told_at") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."dispute" IS DISTINCT FROM (NEW."dispute") OR OLD."payload" IS DISTINCT FROM (NEW."payload"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="2cc8a026ee3f780d476b4e8b7b4f18cbb0723562",
                            operation="UPDATE",
                            pgid="pgtrigger_what_was_told_is_fixed_657b3",
                            table="payments_providernotice",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReconciliationFinding",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("UNFINISHED", "Approved there, unfinished here"),
                            ("PAID_WITHOUT_ORDER", "Paid, but the order is not"),
                            ("ORPHAN", "Held there, given up here"),
                            ("CAPTURED_TWICE", "More taken there than here"),
                            ("NOT_CAPTURED", "Less taken there than here"),
                            ("AMOUNT_DIFFERS", "Authorized amounts differ"),
                            ("UNKNOWN_THERE", "Unknown to the provider"),
                            ("REFUND_MISSING", "Refund did not arrive"),
                            ("REFUND_UNKNOWN", "More given back there than here"),
                            ("EXPIRING", "Authorization about to expire"),
                            ("VOIDED_THERE", "Authorization ended there"),
                            ("LOST_TWICE", "Dispute took more than was left"),
                        ],
                        max_length=18,
                        verbose_name="what",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("OPEN", "Open"), ("MENDED", "Mended"), ("CLOSED", "Closed")],
                        default="OPEN",
                        max_length=6,
                        verbose_name="status",
                    ),
                ),
                ("ours", models.CharField(max_length=200, verbose_name="our ledger")),
                ("theirs", models.CharField(max_length=200, verbose_name="the provider's")),
                ("first_seen_at", models.DateTimeField(verbose_name="first seen")),
                ("last_seen_at", models.DateTimeField(verbose_name="last seen")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="reason")),
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
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="payments.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding of reconciliation",
                "verbose_name_plural": "findings of reconciliation",
                "ordering": ["-last_seen_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-last_seen_at", "-id"], name="finding_newest"),
                    models.Index(
                        condition=models.Q(("status", "OPEN")),
                        fields=["status"],
                        name="finding_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "OPEN")),
                        fields=("payment", "kind"),
                        name="finding_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("status", "OPEN")),
                            models.Q(
                                ("closed_at__isnull", False), ("status__in", ["MENDED", "CLOSED"])
                            ),
                            _connector="OR",
                        ),
                        name="finding_closed_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "UNFINISHED",
                                    "PAID_WITHOUT_ORDER",
                                    "ORPHAN",
                                    "CAPTURED_TWICE",
                                    "NOT_CAPTURED",
                                    "AMOUNT_DIFFERS",
                                    "UNKNOWN_THERE",
                                    "REFUND_MISSING",
                                    "REFUND_UNKNOWN",
                                    "EXPIRING",
                                    "VOIDED_THERE",
                                    "LOST_TWICE",
                                    "UNKNOWN_HERE",
                                    "SETTLED_DIFFERS",
                                ],
                            )
                        ),
                        name="reconciliationfinding_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["OPEN", "MENDED", "CLOSED"])),
                        name="reconciliationfinding_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="c935a336e180fc6fc5b0fac5e7abed20f5fb4f3a",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_78f85",
                            table="payments_reconciliationfinding",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
