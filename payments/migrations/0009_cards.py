"""Saved cards."""

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
        ("payments", "0008_bank"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedCard",
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
                ("brand", models.CharField(max_length=20, verbose_name="brand")),
                ("last4", models.CharField(max_length=4, verbose_name="last four digits")),
                ("expiry_month", models.PositiveSmallIntegerField(verbose_name="expiry month")),
                ("expiry_year", models.PositiveSmallIntegerField(verbose_name="expiry year")),
                ("holder", models.CharField(blank=True, max_length=200, verbose_name="holder")),
                ("is_default", models.BooleanField(default=False, verbose_name="first choice")),
                (
                    "kept_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="kept since"
                    ),
                ),
                (
                    "reminded_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="reminded"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_cards",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved card",
                "verbose_name_plural": "saved cards",
                "ordering": ["-is_default", "-kept_at", "-pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("deleted_at", None), ("kept_at__isnull", False), ("reminded_at", None)
                        ),
                        fields=["expiry_year", "expiry_month"],
                        name="saved_card_expiring",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None), ("kept_at", None)),
                        fields=["created_at"],
                        name="saved_card_undecided",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("token", ""), _negated=True),
                        fields=("provider", "token"),
                        name="saved_card_token_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None), ("is_default", True)),
                        fields=("user",),
                        name="saved_card_one_default",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None), ("kept_at__isnull", False)),
                        fields=(
                            "user",
                            "provider",
                            "brand",
                            "last4",
                            "expiry_month",
                            "expiry_year",
                        ),
                        name="saved_card_kept_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last4__regex", "^[0-9]{4}$")),
                        name="saved_card_last4_is_four_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expiry_month__gte", 1),
                            ("expiry_month__lte", 12),
                            ("expiry_year__gte", 2000),
                        ),
                        name="saved_card_expiry_is_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deleted_at", None), models.Q(("token", ""), _negated=True)),
                            models.Q(("deleted_at__isnull", False), ("token", "")),
                            _connector="OR",
                        ),
                        name="saved_card_removed_forgets_token",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_default", False),
                            models.Q(("deleted_at", None), ("kept_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="saved_card_default_is_kept",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("provider__in", ["SANDBOX", "STRIPE", "IYZICO", "PAYPAL", "MANUAL"])
                        ),
                        name="savedcard_provider_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="9626d205fabca4f93970cbbbb8b660afd232123c",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_af47b",
                            table="payments_savedcard",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
