"""What providers tell by themselves, and what the sandbox remembers of its own doing."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_challenges"),
    ]

    operations = [
        migrations.AddField(
            model_name="sandboxcharge",
            name="silent_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="silent until"),
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
            },
        ),
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
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="providernotice",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="providernotice",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="providernotice",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        migrations.AddIndex(
            model_name="sandboxnotice",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", True)),
                fields=["due_at"],
                name="sandbox_notice_due",
            ),
        ),
    ]
