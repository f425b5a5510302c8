"""Invoices, edits of orders, and drafts."""

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import orders.models.edits
import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_products"),
        ("orders", "0004_fulfillment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderEdit",
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edits",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="key")),
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
                ("reason", models.CharField(max_length=300, verbose_name="why")),
                ("before", models.JSONField(verbose_name="before")),
                ("after", models.JSONField(verbose_name="after")),
                ("difference", models.BigIntegerField(verbose_name="difference")),
                ("due", models.BigIntegerField(default=0, verbose_name="to pay")),
                ("given_back", models.BigIntegerField(default=0, verbose_name="given back")),
                (
                    "transaction",
                    models.BigIntegerField(
                        db_default=orders.models.edits.CurrentTransaction(),
                        editable=False,
                        verbose_name="transaction",
                    ),
                ),
            ],
            options={
                "verbose_name": "edit of an order",
                "verbose_name_plural": "edits of orders",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="order_edit_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due__gte", 0),
                            ("given_back__gte", 0),
                            models.Q(("due", 0), ("given_back", 0), _connector="OR"),
                        ),
                        name="order_edit_is_paid_or_given_back",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="16639baeb085ab1d2a555e424c0f2a2bd2a82e4f",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_41991",
                            table="orders_orderedit",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="787fbdb2a13eb216a051994123213235e3dd16d0",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_be511",
                            table="orders_orderedit",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceSeries",
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
                        choices=[("INVOICE", "Invoice"), ("CREDIT_NOTE", "Credit note")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("last_number", models.PositiveIntegerField(default=0, verbose_name="last number")),
            ],
            options={
                "verbose_name": "invoice series",
                "verbose_name_plural": "invoice series",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "year"), name="invoice_series_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["INVOICE", "CREDIT_NOTE"])),
                        name="invoiceseries_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="f73ebae5d512161a92b6da57092a453d70cb9fe5",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a69ad",
                            table="orders_invoiceseries",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("INVOICE", "Invoice"), ("CREDIT_NOTE", "Credit note")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("sequence", models.PositiveIntegerField(verbose_name="number in its year")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("issued_at", models.DateTimeField(verbose_name="issued")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("total", models.BigIntegerField(verbose_name="total")),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="orders.invoice",
                        verbose_name="corrects",
                    ),
                ),
                (
                    "edit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="orders.orderedit",
                        verbose_name="edit",
                    ),
                ),
                (
                    "content",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="content",
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
                "ordering": ["-issued_at", "-id"],
                "abstract": False,
                "indexes": [models.Index(fields=["-issued_at", "-id"], name="invoice_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "year", "sequence"), name="invoice_numbered"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "INVOICE")),
                        fields=("order", "edit"),
                        name="invoice_once_per_order",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrects", None), ("kind", "INVOICE")),
                            models.Q(("corrects__isnull", False), ("kind", "CREDIT_NOTE")),
                            _connector="OR",
                        ),
                        name="invoice_credit_note_corrects_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("total__gte", 0)), name="invoice_total_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["INVOICE", "CREDIT_NOTE"])),
                        name="invoice_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="db17adcd19d354e0d5bbd0bea7350a5298002e53",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_44390",
                            table="orders_invoice",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="5cdffc4ccf5c5cc8b4f83115412dfa402c7de93b",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_e0bfb",
                            table="orders_invoice",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="without_gap",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    IF NEW.sequence <> 1 + coalesce((\n                        SELECT max(other.sequence) FROM orders_invoice other\n                        WHERE other.kind = NEW.kind AND other.year = NEW.year\n                    ), 0) THEN\n                        RAISE EXCEPTION 'invoice % would leave a gap', NEW.number\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_without_gap';\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="22cf17ba9411fa586c53cdd116de653a139bb8ac",
                            operation="INSERT",
                            pgid="pgtrigger_without_gap_4dab8",
                            table="orders_invoice",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
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
                    "cart",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="draft",
                        to="orders.cart",
                        verbose_name="cart",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken down by",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("holds_stock", models.BooleanField(default=False, verbose_name="holds its units")),
                (
                    "discount_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("PERCENTAGE", "Percent"),
                            ("FIXED_AMOUNT", "Amount"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="discount",
                    ),
                ),
                ("discount_value", models.PositiveBigIntegerField(default=0, verbose_name="value")),
                (
                    "discount_reason",
                    models.CharField(blank=True, max_length=100, verbose_name="why"),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="note for colleagues"
                    ),
                ),
                (
                    "settles_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not placed"),
                            ("LINK", "By a link"),
                            ("OFFLINE", "Another way"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="paid",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft order",
                "verbose_name_plural": "draft orders",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [models.Index(fields=["-created_at"], name="draft_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("discount_kind", ""), ("discount_value", 0)),
                            models.Q(
                                ("discount_kind", "PERCENTAGE"),
                                ("discount_value__range", (1, 10000)),
                            ),
                            models.Q(("discount_kind", "FIXED_AMOUNT"), ("discount_value__gt", 0)),
                            _connector="OR",
                        ),
                        name="draft_discount_has_a_value",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount_kind", ""),
                            models.Q(("discount_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="draft_discount_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount_kind__in", ["", "PERCENTAGE", "FIXED_AMOUNT"])
                        ),
                        name="draft_discount_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("settles_by__in", ["", "LINK", "OFFLINE"])),
                        name="draft_settles_by_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="27cab78c0f4bb4481d134503959f6133542b01c3",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_2496a",
                            table="orders_draft",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftPrice",
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
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="orders.draft",
                        verbose_name="draft order",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                ("price", models.BigIntegerField(verbose_name="unit price")),
                ("reason", models.CharField(max_length=100, verbose_name="why")),
            ],
            options={
                "verbose_name": "agreed price",
                "verbose_name_plural": "agreed prices",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("draft", "variant"), name="draft_price_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price__gte", 0), models.Q(("reason", ""), _negated=True)
                        ),
                        name="draft_price_has_a_reason",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="befba17c5655a5f3285cd450b128090d880c5572",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_21242",
                            table="orders_draftprice",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
