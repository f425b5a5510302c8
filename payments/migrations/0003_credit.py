"""Gift cards and store credit."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("payments", "0002_refunds"),
    ]

    operations = [
        migrations.CreateModel(
            name="GiftCard",
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
                    "code_hash",
                    models.CharField(
                        editable=False,
                        max_length=64,
                        null=True,
                        unique=True,
                        verbose_name="hash of the code",
                    ),
                ),
                (
                    "last4",
                    models.CharField(
                        blank=True, editable=False, max_length=4, verbose_name="ends with"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("BLOCKED", "Blocked"),
                            ("EXPIRED", "Expired"),
                        ],
                        default="ACTIVE",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "issued_amount",
                    models.BigIntegerField(default=0, editable=False, verbose_name="issued"),
                ),
                (
                    "balance",
                    models.BigIntegerField(default=0, editable=False, verbose_name="balance"),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                (
                    "unit",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="piece of the line"
                    ),
                ),
                ("sender_name", models.CharField(blank=True, max_length=100, verbose_name="from")),
                (
                    "recipient_name",
                    models.CharField(blank=True, max_length=100, verbose_name="recipient"),
                ),
                (
                    "recipient_email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="recipient's e-mail"
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=300, verbose_name="message")),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("send_on", models.DateField(blank=True, null=True, verbose_name="to be sent on")),
                (
                    "sent_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="sent"
                    ),
                ),
                (
                    "order_item",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gift_cards",
                        to="orders.orderitem",
                        verbose_name="bought with",
                    ),
                ),
            ],
            options={
                "verbose_name": "gift card",
                "verbose_name_plural": "gift cards",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="gift_card_newest"),
                    models.Index(
                        condition=models.Q(("status", "ACTIVE")),
                        fields=["expires_at"],
                        name="gift_card_ending",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("sent_at", None),
                            ("status", "ACTIVE"),
                            models.Q(("recipient_email", ""), _negated=True),
                        ),
                        fields=["send_on"],
                        name="gift_card_to_send",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order_item", "unit"), name="gift_card_once_per_unit_sold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0)), name="gift_card_not_below_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("balance", 0),
                            models.Q(("status", "EXPIRED"), _negated=True),
                            _connector="OR",
                        ),
                        name="gift_card_expired_is_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code_hash", None), ("last4", "")),
                            ("code_hash__regex", "^[0-9a-f]{64}$"),
                            _connector="OR",
                        ),
                        name="gift_card_code_is_hashed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="gift_card_currency_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["ACTIVE", "BLOCKED", "EXPIRED"])),
                        name="giftcard_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="9c4d8736fd0ee3bf0d396f98d93810511e7ebfbd",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_8a0ec",
                            table="payments_giftcard",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="4b792accc637f3a9d1f6e6193691144d4008e5ef",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_3d2c2",
                            table="payments_giftcard",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="origin_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."order_item_id" IS DISTINCT FROM (NEW."order_item_id") OR OLD."unit" IS DISTINCT FROM (NEW."unit"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="a8843198533ddb376408a315a0293c3d8a72790b",
                            operation="UPDATE",
                            pgid="pgtrigger_origin_is_fixed_5a1be",
                            table="payments_giftcard",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="starts_empty",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NOT (NEW."balance" = 0 AND NEW."issued_amount" = 0))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="7b78660d3a1ff7e43bb706fd77eda7226dcfa9ad",
                            operation="INSERT",
                            pgid="pgtrigger_starts_empty_becf1",
                            table="payments_giftcard",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditAccount",
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
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "balance",
                    models.BigIntegerField(default=0, editable=False, verbose_name="balance"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_accounts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "store credit",
                "verbose_name_plural": "store credit",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "currency"), name="credit_account_once_per_person"
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        models.F("currency"),
                        condition=models.Q(("user", None)),
                        name="credit_account_once_per_guest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("user__isnull", False),
                            models.Q(("email", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="credit_account_has_an_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0)),
                        name="credit_account_not_below_zero",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="bb814f392928ed1842aeb89ff752d46643f81bb0",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_8037e",
                            table="payments_creditaccount",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="53d79e47becbc21ed3c9f3ad9d79b98e73732ddd",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_73947",
                            table="payments_creditaccount",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="currency_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."currency" IS DISTINCT FROM (NEW."currency"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="ff9617f2bde161ad8a0437addeb7647dd5672dfe",
                            operation="UPDATE",
                            pgid="pgtrigger_currency_is_fixed_6d884",
                            table="payments_creditaccount",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="starts_empty",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NOT (NEW."balance" = 0))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="25bee4b5cb367fd1549dba9b9bb817e49ae8ae19",
                            operation="INSERT",
                            pgid="pgtrigger_starts_empty_df0d4",
                            table="payments_creditaccount",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditEntry",
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
                            ("ISSUED", "Issued"),
                            ("SPENT", "Spent"),
                            ("RETURNED", "Returned"),
                            ("EXPIRED", "Expired"),
                            ("ADJUSTED", "Adjusted"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="key")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="payments.creditaccount",
                        verbose_name="store credit",
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
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_entries",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="payments.giftcard",
                        verbose_name="gift card",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit entry",
                "verbose_name_plural": "credit entries",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account", None), ("card__isnull", False)),
                            models.Q(("account__isnull", False), ("card", None)),
                            _connector="OR",
                        ),
                        name="credit_entry_of_a_card_or_an_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("kind__in", ["ISSUED", "RETURNED"])),
                            models.Q(("amount__lt", 0), ("kind__in", ["SPENT", "EXPIRED"])),
                            models.Q(("kind", "ADJUSTED"), models.Q(("amount", 0), _negated=True)),
                            _connector="OR",
                        ),
                        name="credit_entry_sign_fits_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["SPENT", "RETURNED"]), _negated=True),
                            ("order__isnull", False),
                            _connector="OR",
                        ),
                        name="credit_entry_spent_on_an_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        name="credit_entry_has_a_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["ISSUED", "SPENT", "RETURNED", "EXPIRED", "ADJUSTED"])
                        ),
                        name="creditentry_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="3e1cf9abf410f8ec522549ab02fa78ee261f0ef5",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e401e",
                            table="payments_creditentry",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="109c5ca1928177caa05db50c937ca0908b569367",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_ea079",
                            table="payments_creditentry",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="post",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n    IF NEW.card_id IS NOT NULL THEN\n        UPDATE payments_giftcard\n        SET balance = balance + NEW.amount,\n            issued_amount = issued_amount + CASE NEW.kind WHEN 'ISSUED' THEN NEW.amount ELSE 0 END\n        WHERE id = NEW.card_id AND currency = NEW.currency;\n    ELSE\n        UPDATE payments_creditaccount SET balance = balance + NEW.amount\n        WHERE id = NEW.account_id AND currency = NEW.currency;\n    END IF;\n    IF NOT FOUND THEN\n        RAISE EXCEPTION 'credit entry in another currency than its card or account'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_entry_in_one_currency';\n    END IF;\n    IF NEW.kind IN ('SPENT', 'RETURNED') THEN\n        UPDATE orders_order\n        SET credit_applied = credit_applied - NEW.amount, version = version + 1\n        WHERE id = NEW.order_id AND currency = NEW.currency\n            AND (NEW.amount > 0 OR credit_applied - NEW.amount <= total);\n        IF NOT FOUND THEN\n            RAISE EXCEPTION 'credit of % is more than order % costs', -NEW.amount, NEW.order_id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_entry_within_order_total';\n        END IF;\n    END IF;\n    RETURN NULL;\n",
                            hash="8cb3693414701b9cdb65dde96f4d209fa503757c",
                            operation="INSERT",
                            pgid="pgtrigger_post_89984",
                            table="payments_creditentry",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
    ]
