"""Payments, what was asked of their providers, and the ledger of the sandbox."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("orders", "0007_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
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
                    models.CharField(
                        blank=True, max_length=200, verbose_name="provider's reference"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("INITIATED", "Started"),
                            ("AUTHORIZED", "Authorized"),
                            ("CAPTURED", "Captured"),
                            ("SETTLED", "Settled"),
                            ("FAILED", "Failed"),
                            ("VOIDED", "Voided"),
                            ("EXPIRED", "Expired"),
                            ("PARTIALLY_REFUNDED", "Partially refunded"),
                            ("REFUNDED", "Refunded"),
                            ("DISPUTED", "Disputed"),
                        ],
                        default="INITIATED",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("authorized_amount", models.BigIntegerField(default=0, verbose_name="authorized")),
                ("captured_amount", models.BigIntegerField(default=0, verbose_name="captured")),
                ("refunded_amount", models.BigIntegerField(default=0, verbose_name="refunded")),
                (
                    "captures_at_shipment",
                    models.BooleanField(
                        db_default=False, default=False, verbose_name="captured at shipment"
                    ),
                ),
                (
                    "released_amount",
                    models.BigIntegerField(db_default=0, default=0, verbose_name="given up"),
                ),
                (
                    "lapsed_amount",
                    models.BigIntegerField(db_default=0, default=0, verbose_name="lapsed"),
                ),
                (
                    "authorization_expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="authorization ends"),
                ),
                (
                    "releasing_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="being given up since"
                    ),
                ),
                (
                    "installments",
                    models.PositiveSmallIntegerField(default=1, verbose_name="installments"),
                ),
                ("channel", models.CharField(default="web", max_length=20, verbose_name="channel")),
                (
                    "method_token",
                    models.CharField(blank=True, max_length=200, verbose_name="method token"),
                ),
                (
                    "card_brand",
                    models.CharField(blank=True, max_length=20, verbose_name="card brand"),
                ),
                (
                    "card_last4",
                    models.CharField(blank=True, max_length=4, verbose_name="last four digits"),
                ),
                (
                    "card_bin",
                    models.CharField(blank=True, max_length=8, verbose_name="first six digits"),
                ),
                (
                    "three_d_secure",
                    models.CharField(
                        choices=[
                            ("NOT_NEEDED", "Not needed"),
                            ("CHALLENGED", "Waiting for the shopper"),
                            ("PASSED", "Passed"),
                            ("FAILED", "Failed"),
                        ],
                        default="NOT_NEEDED",
                        max_length=12,
                        verbose_name="3-D Secure",
                    ),
                ),
                (
                    "challenge_url",
                    models.URLField(
                        blank=True,
                        editable=False,
                        max_length=2000,
                        verbose_name="address of the challenge",
                    ),
                ),
                (
                    "ip_address",
                    models.GenericIPAddressField(blank=True, null=True, verbose_name="IP address"),
                ),
                (
                    "risk_score",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="risk score"
                    ),
                ),
                (
                    "risk_flags",
                    models.JSONField(blank=True, default=list, verbose_name="risk flags"),
                ),
                (
                    "failure_code",
                    models.CharField(blank=True, max_length=50, verbose_name="failure code"),
                ),
                (
                    "failure_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="failure reason"),
                ),
                (
                    "raw",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Without card data.",
                        verbose_name="provider's answer",
                    ),
                ),
                (
                    "authorized_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="authorized at"),
                ),
                (
                    "captured_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="captured at"),
                ),
                (
                    "failed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="failed at"),
                ),
                (
                    "edit",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.orderedit",
                        verbose_name="edit",
                    ),
                ),
                (
                    "instead_of",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacements",
                        to="payments.payment",
                        verbose_name="instead of",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["created_at"], name="payment_begun"),
                    models.Index(
                        condition=models.Q(("status__in", ["INITIATED", "AUTHORIZED"])),
                        fields=["updated_at"],
                        name="payment_open",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "authorized_amount__gt",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("captured_amount"), "+", models.F("released_amount")
                                ),
                            ),
                            ("captures_at_shipment", True),
                        ),
                        fields=["authorization_expires_at"],
                        name="payment_held",
                    ),
                    models.Index(
                        condition=models.Q(("releasing_at__isnull", False)),
                        fields=["releasing_at"],
                        name="payment_releasing",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["FAILED", "EXPIRED"])),
                        fields=["updated_at"],
                        name="payment_given_up",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ["FAILED", "VOIDED", "EXPIRED"]), _negated=True
                        ),
                        fields=("order", "edit", "instead_of"),
                        name="payment_one_live_per_order",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("provider_reference", ""), _negated=True),
                        fields=("provider", "provider_reference"),
                        name="payment_provider_reference_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("amount__lte", 100000000)),
                        name="payment_amount_in_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_amount__gte", 0),
                            ("refunded_amount__lte", models.F("captured_amount")),
                            ("captured_amount__lte", models.F("authorized_amount")),
                            ("authorized_amount__lte", models.F("amount")),
                        ),
                        name="payment_refunded_captured_authorized_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lapsed_amount__gte", 0),
                            ("lapsed_amount__lte", models.F("released_amount")),
                            ("released_amount__gte", 0),
                            (
                                "released_amount__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("authorized_amount"), "-", models.F("captured_amount")
                                ),
                            ),
                        ),
                        name="payment_released_is_not_captured",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "CAPTURED"), _negated=True),
                            ("captured_amount__gt", 0),
                            _connector="OR",
                        ),
                        name="payment_captured_has_an_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("card_last4", ""), ("card_last4__regex", "^\\d{4}$"), _connector="OR"
                        ),
                        name="payment_card_last4_is_four_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("provider__in", ["SANDBOX", "STRIPE", "IYZICO", "PAYPAL", "MANUAL"])
                        ),
                        name="payment_provider_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "INITIATED",
                                    "AUTHORIZED",
                                    "CAPTURED",
                                    "SETTLED",
                                    "FAILED",
                                    "VOIDED",
                                    "EXPIRED",
                                    "PARTIALLY_REFUNDED",
                                    "REFUNDED",
                                    "DISPUTED",
                                ],
                            )
                        ),
                        name="payment_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("three_d_secure__in", ["NOT_NEEDED", "CHALLENGED", "PASSED", "FAILED"])
                        ),
                        name="payment_three_d_secure_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="33c42ba524ce9e261de4a387a9c2f561c21cdb8b",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_c718b",
                            table="payments_payment",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{INITIATED:AUTHORIZED,INITIATED:FAILED,INITIATED:EXPIRED,AUTHORIZED:CAPTURED,AUTHORIZED:VOIDED,AUTHORIZED:EXPIRED,AUTHORIZED:FAILED,CAPTURED:SETTLED,CAPTURED:PARTIALLY_REFUNDED,CAPTURED:REFUNDED,CAPTURED:DISPUTED,SETTLED:PARTIALLY_REFUNDED,SETTLED:REFUNDED,SETTLED:DISPUTED,PARTIALLY_REFUNDED:REFUNDED,PARTIALLY_REFUNDED:DISPUTED,DISPUTED:CAPTURED,DISPUTED:SETTLED,DISPUTED:PARTIALLY_REFUNDED,DISPUTED:REFUNDED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="5dd5e0928767739d15cf80b7c3cce18aef334a4f",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_b4bb2",
                            table="payments_payment",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="1232e32e89d68337f257565d606138f459d32e40",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_075ea",
                            table="payments_payment",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="amount_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."edit_id" IS DISTINCT FROM (NEW."edit_id") OR OLD."instead_of_id" IS DISTINCT FROM (NEW."instead_of_id") OR OLD."provider" IS DISTINCT FROM (NEW."provider") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="3a84ce6f866ec56772dc4f2ebdbd204a4b1e7a2d",
                            operation="UPDATE",
                            pgid="pgtrigger_amount_is_fixed_edae6",
                            table="payments_payment",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentTransaction",
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
                            ("AUTHORIZE", "Authorize"),
                            ("CAPTURE", "Capture"),
                            ("VOID", "Void"),
                            ("REFUND", "Refund"),
                            ("DISPUTE", "Dispute"),
                            ("WEBHOOK", "Notice"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("SUCCESS", "Success"),
                            ("DECLINED", "Declined"),
                            ("CHALLENGE", "Challenge"),
                            ("ERROR", "Error"),
                        ],
                        max_length=10,
                        verbose_name="result",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "provider_reference",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="provider's reference"
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=50, verbose_name="code")),
                (
                    "latency_ms",
                    models.PositiveIntegerField(default=0, verbose_name="latency in ms"),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transactions",
                        to="payments.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment transaction",
                "verbose_name_plural": "payment transactions",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)),
                        name="payment_transaction_amount_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["AUTHORIZE", "CAPTURE", "VOID", "REFUND", "DISPUTE", "WEBHOOK"],
                            )
                        ),
                        name="paymenttransaction_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("result__in", ["SUCCESS", "DECLINED", "CHALLENGE", "ERROR"])
                        ),
                        name="paymenttransaction_result_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="49dea4263ce1e3a7d5bd773d01e153279bcd6e09",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e1cc0",
                            table="payments_paymenttransaction",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="ee97862497a22ee99a873c65c15028dddb060bf0",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_49985",
                            table="payments_paymenttransaction",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxCharge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "idempotency_key",
                    models.CharField(max_length=100, unique=True, verbose_name="idempotency key"),
                ),
                ("method_token", models.CharField(max_length=200, verbose_name="method token")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("status", models.CharField(max_length=20, verbose_name="status")),
                ("code", models.CharField(blank=True, max_length=50, verbose_name="code")),
                ("captured_amount", models.BigIntegerField(default=0, verbose_name="captured")),
                (
                    "refunded_amount",
                    models.BigIntegerField(db_default=0, default=0, verbose_name="refunded"),
                ),
                (
                    "silent_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="silent until"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "sandbox charge",
                "verbose_name_plural": "sandbox charges",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_amount__gte", 0),
                            ("refunded_amount__lte", models.F("captured_amount")),
                        ),
                        name="sandbox_refunded_within_captured",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxCapture",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "idempotency_key",
                    models.CharField(max_length=100, unique=True, verbose_name="idempotency key"),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="captures",
                        to="payments.sandboxcharge",
                        verbose_name="charge",
                    ),
                ),
            ],
            options={
                "verbose_name": "sandbox capture",
                "verbose_name_plural": "sandbox captures",
            },
        ),
        migrations.CreateModel(
            name="SandboxRefund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "idempotency_key",
                    models.CharField(max_length=100, unique=True, verbose_name="idempotency key"),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refunds",
                        to="payments.sandboxcharge",
                        verbose_name="charge",
                    ),
                ),
            ],
            options={
                "verbose_name": "sandbox refund",
                "verbose_name_plural": "sandbox refunds",
            },
        ),
        migrations.CreateModel(
            name="SandboxNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("event_id", models.CharField(max_length=100, verbose_name="event")),
                ("content", models.JSONField(verbose_name="content")),
                ("due_at", models.DateTimeField(verbose_name="to be sent")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="payments.sandboxcharge",
                        verbose_name="charge",
                    ),
                ),
            ],
            options={
                "verbose_name": "sandbox notice",
                "verbose_name_plural": "sandbox notices",
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)),
                        fields=["due_at"],
                        name="sandbox_notice_due",
                    )
                ],
            },
        ),
    ]
