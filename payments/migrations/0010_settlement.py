"""Cards that providers hold, what they settled, and charges that we do not know."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0007_payments"),
        ("payments", "0009_cards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CardRemoval",
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
                ("token", models.CharField(max_length=200, verbose_name="token")),
                (
                    "customer",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="customer at the provider"
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                (
                    "next_try_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="next try"
                    ),
                ),
            ],
            options={
                "verbose_name": "removal of a card",
                "verbose_name_plural": "removals of cards",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("provider__in", ["SANDBOX", "STRIPE", "IYZICO", "PAYPAL", "MANUAL"])
                        ),
                        name="cardremoval_provider_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderCustomer",
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
                ("token", models.CharField(blank=True, max_length=200, verbose_name="token")),
            ],
            options={
                "verbose_name": "customer of a provider",
                "verbose_name_plural": "customers of providers",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("provider__in", ["SANDBOX", "STRIPE", "IYZICO", "PAYPAL", "MANUAL"])
                        ),
                        name="providercustomer_provider_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
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
                    "reference",
                    models.CharField(max_length=200, verbose_name="provider's reference"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("CHARGE", "Charge"),
                            ("REFUND", "Refund"),
                            ("DISPUTE", "Dispute"),
                            ("OTHER", "Other"),
                        ],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                (
                    "names_payment",
                    models.CharField(blank=True, max_length=200, verbose_name="payment it names"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("fee", models.BigIntegerField(verbose_name="fee")),
                (
                    "payout_reference",
                    models.CharField(blank=True, max_length=200, verbose_name="payout"),
                ),
                ("settled_at", models.DateTimeField(verbose_name="settled at")),
            ],
            options={
                "verbose_name": "settlement",
                "verbose_name_plural": "settlements",
                "ordering": ["-settled_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("provider__in", ["SANDBOX", "STRIPE", "IYZICO", "PAYPAL", "MANUAL"])
                        ),
                        name="settlement_provider_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["CHARGE", "REFUND", "DISPUTE", "OTHER"])),
                        name="settlement_kind_known",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="providernotice",
            name="what_was_told_is_fixed",
        ),
        migrations.RemoveConstraint(
            model_name="savedcard",
            name="saved_card_kept_once",
        ),
        migrations.RemoveConstraint(
            model_name="savedcard",
            name="saved_card_last4_is_four_digits",
        ),
        migrations.RemoveConstraint(
            model_name="savedcard",
            name="saved_card_expiry_is_a_month",
        ),
        migrations.AddField(
            model_name="payment",
            name="customer_token",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                verbose_name="customer at the provider",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="fee_amount",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="fee"),
        ),
        migrations.AddField(
            model_name="payment",
            name="is_divisible",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="captured in parts"
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="keeps_method",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="is to be kept"
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="settled_amount",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="settled"),
        ),
        migrations.AddField(
            model_name="payment",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="settled at"),
        ),
        migrations.AddField(
            model_name="providernotice",
            name="card",
            field=models.JSONField(blank=True, null=True, verbose_name="saved card"),
        ),
        migrations.AddField(
            model_name="reconciliationfinding",
            name="provider",
            field=models.CharField(
                blank=True,
                choices=[
                    ("SANDBOX", "Sandbox"),
                    ("STRIPE", "Stripe"),
                    ("IYZICO", "iyzico"),
                    ("PAYPAL", "PayPal"),
                    ("MANUAL", "Bank transfer or pay at pick-up"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="provider",
            ),
        ),
        migrations.AddField(
            model_name="reconciliationfinding",
            name="reference",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                verbose_name="provider's reference",
            ),
        ),
        migrations.AddField(
            model_name="savedcard",
            name="adding_reference",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=200
            ),
        ),
        migrations.AddField(
            model_name="savedcard",
            name="customer",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                verbose_name="customer at the provider",
            ),
        ),
        migrations.AddField(
            model_name="savedcard",
            name="payment",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="kept_cards",
                to="payments.payment",
                verbose_name="payment",
            ),
        ),
        migrations.AlterField(
            model_name="providernotice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("PAYMENT", "Payment"),
                    ("REFUND", "Refund"),
                    ("DISPUTE", "Dispute"),
                    ("CARD", "Saved card"),
                    ("OTHER", "Other"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="reconciliationfinding",
            name="kind",
            field=models.CharField(
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
                    ("UNKNOWN_HERE", "Charge that we do not know"),
                    ("SETTLED_DIFFERS", "Settled and captured amounts differ"),
                ],
                max_length=18,
                verbose_name="what",
            ),
        ),
        migrations.AlterField(
            model_name="reconciliationfinding",
            name="payment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="payments.payment",
                verbose_name="payment",
            ),
        ),
        migrations.AlterField(
            model_name="savedcard",
            name="expiry_month",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="expiry month"
            ),
        ),
        migrations.AlterField(
            model_name="savedcard",
            name="expiry_year",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="expiry year"
            ),
        ),
        migrations.AlterField(
            model_name="savedcard",
            name="last4",
            field=models.CharField(blank=True, max_length=4, verbose_name="last four digits"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", False)),
                fields=["settled_at"],
                name="payment_settled",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="providernotice",
            trigger=pgtrigger.compiler.Trigger(
                name="what_was_told_is_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."provider" IS DISTINCT FROM (NEW."provider") OR OLD."event_id" IS DISTINCT FROM (NEW."event_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."told_at" IS DISTINCT FROM (NEW."told_at") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."dispute" IS DISTINCT FROM (NEW."dispute") OR OLD."card" IS DISTINCT FROM (NEW."card") OR OLD."payload" IS DISTINCT FROM (NEW."payload"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="cad385330f9772170943e2fb0abf28805ee25d6b",
                    operation="UPDATE",
                    pgid="pgtrigger_what_was_told_is_fixed_657b3",
                    table="payments_providernotice",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "SETTLED"), _negated=True),
                    ("settled_at__isnull", False),
                    _connector="OR",
                ),
                name="payment_settled_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationfinding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("payment", None), ("status", "OPEN")),
                fields=("provider", "reference", "kind"),
                name="finding_unknown_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("payment__isnull", False), ("provider", ""), ("reference", "")),
                    models.Q(
                        ("payment", None),
                        models.Q(("provider", ""), _negated=True),
                        models.Q(("reference", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="finding_names_what_it_is_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("provider__in", ["", "SANDBOX", "STRIPE", "IYZICO", "PAYPAL", "MANUAL"])
                ),
                name="reconciliationfinding_provider_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedcard",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None), ("kept_at__isnull", False)),
                fields=("user", "provider", "brand", "last4", "expiry_month", "expiry_year"),
                name="saved_card_kept_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="savedcard",
            constraint=models.CheckConstraint(
                condition=models.Q(("last4", ""), ("last4__regex", "^[0-9]{4}$"), _connector="OR"),
                name="saved_card_last4_is_four_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedcard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expiry_month", None), ("expiry_year", None)),
                    models.Q(
                        ("expiry_month__gte", 1),
                        ("expiry_month__lte", 12),
                        ("expiry_year__gte", 2000),
                    ),
                    _connector="OR",
                ),
                name="saved_card_expiry_is_a_month",
            ),
        ),
        migrations.AddIndex(
            model_name="cardremoval",
            index=models.Index(fields=["next_try_at"], name="card_removal_due"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cardremoval",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="89d8482e45c2e6f37aa1478adb79701b02777ad7",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_b3141",
                    table="payments_cardremoval",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="providercustomer",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="provider_customers",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="payment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settlements",
                to="payments.payment",
                verbose_name="payment",
            ),
        ),
        migrations.AddConstraint(
            model_name="providercustomer",
            constraint=models.UniqueConstraint(
                fields=("user", "provider"), name="provider_customer_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="providercustomer",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="01b282a199c50dc521e0f07f3cd5cdc915f503bd",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_8bf0a",
                    table="payments_providercustomer",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(fields=["provider", "-settled_at"], name="settlement_newest"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.UniqueConstraint(
                fields=("provider", "reference"), name="settlement_once_per_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                name="settlement_has_a_reference",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="settlement",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="64838a0757ddb67f7881ccb135207ef5f9fde598",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6cc22",
                    table="payments_settlement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="settlement",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                    hash="17fdbbe2c7b80de01d7b6fb6344ede72fd18f618",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_9b223",
                    table="payments_settlement",
                    when="BEFORE",
                ),
            ),
        ),
    ]
