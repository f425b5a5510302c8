"""Alerts, transfers, stock categories, snapshots and back-orders."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import inventory.models.transfers
import shop.models

TRANSFER_NUMBER = """
    CREATE SEQUENCE transfer_number;
    CREATE FUNCTION next_transfer_number() RETURNS text LANGUAGE sql VOLATILE AS $$
        SELECT 'TR-' || to_char(now() AT TIME ZONE 'UTC', 'YYYY') || '-'
            || lpad(drawn.number, greatest(6, length(drawn.number)), '0')
        FROM (SELECT nextval('transfer_number')::text AS number) drawn
    $$
"""

# Which alert a shelf calls for; '' when all is well.
LEVEL = """
    CREATE FUNCTION inventory_level(available bigint, reorder_point bigint, maximum bigint)
    RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE
            WHEN available <= 0 THEN 'OUT_OF_STOCK'
            WHEN available <= reorder_point THEN 'LOW_STOCK'
            WHEN available > maximum THEN 'OVERSTOCK'
            ELSE ''
        END
    $$
"""

# Opens and closes alerts of one shelf, whose row the caller has locked. What nobody was told of is
# forgotten; only who heard that it is gone hears that it is back.
FOLLOW_LEVEL = """
    -- A plan made while the tables were small would read them whole, shelf by shelf.
    CREATE FUNCTION inventory_follow_level(of_stock uuid) RETURNS void LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
    DECLARE
        units bigint;
        level text;
        was_out boolean;
        of_variant uuid;
        of_product uuid;
    BEGIN
        -- Row by row along the keys: a join would be planned for tables as they once were.
        SELECT s.available, s.variant_id,
            inventory_level(s.available, s.low_stock_threshold, s.maximum)
        INTO units, of_variant, level FROM inventory_stock s WHERE s.id = of_stock;
        SELECT v.product_id INTO of_product FROM catalog_productvariant v
        WHERE v.id = of_variant AND v.deleted_at IS NULL;
        IF NOT EXISTS (
            SELECT FROM catalog_product p
            WHERE p.id = of_product AND p.status = 'ACTIVE' AND p.deleted_at IS NULL
        ) THEN
            level := '';
        END IF;

        was_out := EXISTS (
            SELECT FROM inventory_alert
            WHERE stock_id = of_stock AND closed_at IS NULL AND kind = 'OUT_OF_STOCK'
            AND told_at IS NOT NULL
        );
        DELETE FROM inventory_alert
        WHERE stock_id = of_stock AND closed_at IS NULL AND told_at IS NULL AND kind <> level
        AND (kind <> 'BACK_IN_STOCK' OR level = 'OUT_OF_STOCK');
        UPDATE inventory_alert SET closed_at = greatest(now(), opened_at)
        WHERE stock_id = of_stock AND closed_at IS NULL AND kind <> level
        AND (kind <> 'BACK_IN_STOCK' OR level = 'OUT_OF_STOCK');
        INSERT INTO inventory_alert (id, stock_id, kind, available, opened_at)
        SELECT gen_random_uuid(), of_stock, opened.kind, units, now()
        FROM (
            SELECT level AS kind WHERE level <> ''
            UNION ALL SELECT 'BACK_IN_STOCK' WHERE was_out AND units > 0
        ) opened
        ON CONFLICT DO NOTHING;
    END
    $$
"""

# What was adjusted before reasons had a column was a correction. Only this step may touch a ledger.
REASONS = """
    SET LOCAL pgtrigger.ignore = '{pgtrigger_append_only_a4fa5}';
    UPDATE inventory_movement SET reason = CASE note WHEN 'Opening balance' THEN 'OPENING'
        ELSE 'CORRECTION' END
    WHERE kind = 'ADJUSTMENT' AND reason = '';
    SET LOCAL pgtrigger.ignore = '{}'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        ("inventory", "0002_movement_order"),
        ("orders", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            TRANSFER_NUMBER, "DROP FUNCTION next_transfer_number; DROP SEQUENCE transfer_number"
        ),
        migrations.RunSQL(LEVEL, "DROP FUNCTION inventory_level"),
        migrations.RunSQL(FOLLOW_LEVEL, "DROP FUNCTION inventory_follow_level"),
        migrations.CreateModel(
            name="Alert",
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
                            ("LOW_STOCK", "Low stock"),
                            ("OUT_OF_STOCK", "Out of stock"),
                            ("BACK_IN_STOCK", "Back in stock"),
                            ("OVERSTOCK", "Overstock"),
                        ],
                        max_length=13,
                        verbose_name="kind",
                    ),
                ),
                ("available", models.BigIntegerField(verbose_name="available when opened")),
                (
                    "opened_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="opened"),
                ),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="told")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
            ],
            options={
                "verbose_name": "alert",
                "verbose_name_plural": "alerts",
                "ordering": ["-opened_at", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Backorder",
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
                ("served", models.PositiveIntegerField(default=0, verbose_name="of it arrived")),
                ("since", models.DateTimeField(verbose_name="waiting since")),
                ("promised_on", models.DateField(blank=True, null=True, verbose_name="promised")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="given up")),
            ],
            options={
                "verbose_name": "back-order",
                "verbose_name_plural": "waiting for goods",
                "ordering": ["since", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StockCategory",
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
                        choices=[("CLASS", "Class by revenue"), ("ZONE", "Zone")],
                        default="ZONE",
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("code", models.SlugField(max_length=30, verbose_name="code")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
            ],
            options={
                "verbose_name": "stock category",
                "verbose_name_plural": "stock categories",
                "ordering": ["kind", "code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StockSnapshot",
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
                ("day", models.DateField(verbose_name="day")),
                ("on_hand", models.BigIntegerField(verbose_name="on hand")),
                ("reserved", models.BigIntegerField(verbose_name="reserved")),
                (
                    "value",
                    models.BigIntegerField(
                        help_text="Empty where the cost is not known.",
                        null=True,
                        verbose_name="value at cost",
                    ),
                ),
                ("units_sold", models.IntegerField(default=0, verbose_name="sold that day")),
                ("sold_in_window", models.IntegerField(default=0, verbose_name="sold in 90 days")),
                (
                    "usual_on_hand",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="usually on hand"
                    ),
                ),
                ("last_sold_on", models.DateField(null=True, verbose_name="last sold")),
                (
                    "days_of_cover",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("on_hand"), "*", models.Value(90)
                                ),
                                "/",
                                django.db.models.functions.comparison.NullIf(
                                    models.F("sold_in_window"), models.Value(0)
                                ),
                            ),
                            output_field=models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                        verbose_name="days of cover",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock on a day",
                "verbose_name_plural": "stock report",
                "ordering": ["-day", "stock"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Transfer",
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
                    "number",
                    models.CharField(
                        db_default=inventory.models.transfers.NextTransferNumber(),
                        editable=False,
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SENT", "Under way"),
                            ("RECEIVED", "Received"),
                            ("CANCELED", "Canceled"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("expected_on", models.DateField(blank=True, null=True, verbose_name="expected")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "sent_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="sent"
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="received"
                    ),
                ),
                (
                    "canceled_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="canceled"
                    ),
                ),
            ],
            options={
                "verbose_name": "transfer",
                "verbose_name_plural": "transfers",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TransferLine",
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
                (
                    "received",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="received"),
                ),
                (
                    "difference_note",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=300,
                        verbose_name="what became of the rest",
                    ),
                ),
            ],
            options={
                "verbose_name": "line",
                "verbose_name_plural": "lines",
                "ordering": ["created_at", "id"],
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="stock",
            name="post_opening_balance",
        ),
        migrations.AddField(
            model_name="movement",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("CORRECTION", "Correction"),
                    ("DAMAGED", "Damaged"),
                    ("LOST", "Lost"),
                    ("FOUND", "Found"),
                    ("STOLEN", "Stolen"),
                    ("SAMPLE", "Sample or gift"),
                    ("OWN_USE", "Own use"),
                    ("MADE", "Made or sewn"),
                    ("OPENING", "Opening balance"),
                ],
                db_default="",
                default="",
                help_text="Why units were adjusted; other kinds say it by themselves.",
                max_length=10,
                verbose_name="reason",
            ),
        ),
        migrations.AddField(
            model_name="stock",
            name="maximum",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="More than this is too much; empty for no bound.",
                null=True,
                verbose_name="most",
            ),
        ),
        migrations.AlterField(
            model_name="movement",
            name="stock",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="inventory.stock",
                verbose_name="stock",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stock",
            trigger=pgtrigger.compiler.Trigger(
                name="post_opening_balance",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."opening_balance" > 0)',
                    func="\n                    INSERT INTO inventory_movement\n                        (id, stock_id, kind, reason, quantity_change, balance_after, note)\n                    VALUES (gen_random_uuid(), NEW.id, 'ADJUSTMENT', 'OPENING',\n                            NEW.opening_balance, 0, 'Opening balance');\n                    RETURN NULL;\n                ",
                    hash="33cb61b685705bfbf8ac8fafd6c323dc2b4737ba",
                    operation="INSERT",
                    pgid="pgtrigger_post_opening_balance_b449e",
                    table="inventory_stock",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stock",
            trigger=pgtrigger.compiler.Trigger(
                name="level_turned",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (inventory_level(OLD.available, OLD.low_stock_threshold, OLD.maximum) <> inventory_level(NEW.available, NEW.low_stock_threshold, NEW.maximum))",
                    func="PERFORM inventory_follow_level(NEW.id); RETURN NULL;",
                    hash="849c44d7f2dd1ced274c4761adaeb2a10f8bd066",
                    operation="UPDATE",
                    pgid="pgtrigger_level_turned_1eb49",
                    table="inventory_stock",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="stock",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="alerts",
                to="inventory.stock",
                verbose_name="stock",
            ),
        ),
        migrations.AddField(
            model_name="backorder",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="backorders",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="backorder",
            name="variant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="backorders",
                to="catalog.productvariant",
                verbose_name="variant",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockcategory",
            constraint=models.UniqueConstraint(
                fields=("kind", "code"), name="stock_category_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockcategory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "ZONE"),
                    models.Q(("code__in", ["a", "b", "c"]), ("kind", "CLASS")),
                    _connector="OR",
                ),
                name="stock_category_class_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stockcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="495678c609394c234c4e0837cc6b0d784d20ac9a",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_0c4dc",
                    table="inventory_stockcategory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stockcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="kind_is_for_ever",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="2bce42112efe2c899af352be4be43d96d68bdf6a",
                    operation="UPDATE",
                    pgid="pgtrigger_kind_is_for_ever_66df8",
                    table="inventory_stockcategory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="stock",
            name="revenue_class",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                limit_choices_to={"kind": "CLASS"},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stocks_of_class",
                to="inventory.stockcategory",
                verbose_name="class",
            ),
        ),
        migrations.AddField(
            model_name="stock",
            name="zone",
            field=models.ForeignKey(
                blank=True,
                limit_choices_to={"kind": "ZONE"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stocks_of_zone",
                to="inventory.stockcategory",
                verbose_name="zone",
            ),
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("maximum", None),
                    ("maximum__gt", models.F("low_stock_threshold")),
                    _connector="OR",
                ),
                name="stock_maximum_above_reorder_point",
            ),
        ),
        migrations.AddField(
            model_name="stocksnapshot",
            name="stock",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="snapshots",
                to="inventory.stock",
                verbose_name="stock",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="destination",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers_in",
                to="inventory.location",
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers_out",
                to="inventory.location",
                verbose_name="from",
            ),
        ),
        migrations.AddField(
            model_name="movement",
            name="transfer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="inventory.transfer",
                verbose_name="transfer",
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["stock", "-created_at", "-id"], name="movement_of_stock"),
        ),
        migrations.RunSQL(REASONS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ADJUSTMENT"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="movement_adjustment_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "TRANSFER"), ("transfer__isnull", False)),
                    models.Q(models.Q(("kind", "TRANSFER"), _negated=True), ("transfer", None)),
                    _connector="OR",
                ),
                name="movement_transfer_has_its_document",
            ),
        ),
        migrations.AddField(
            model_name="transferline",
            name="transfer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="inventory.transfer",
                verbose_name="transfer",
            ),
        ),
        migrations.AddField(
            model_name="transferline",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfer_lines",
                to="catalog.productvariant",
                verbose_name="variant",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["stock", "-opened_at"], name="alert_of_stock"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["-opened_at", "-id"], name="alert_newest"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("told_at", None)),
                fields=["opened_at"],
                name="alert_untold",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("stock", "kind"),
                name="alert_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("closed_at", None), models.Q(("kind", "BACK_IN_STOCK"), _negated=True)
                ),
                fields=("stock",),
                name="alert_one_level_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["LOW_STOCK", "OUT_OF_STOCK", "BACK_IN_STOCK", "OVERSTOCK"])
                ),
                name="alert_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                ),
                name="alert_closed_after_opened",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alert",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="432e53c9973414619f8411af17870164300fcf22",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_bcb5c",
                    table="inventory_alert",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="backorder",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("served__lt", models.F("quantity"))),
                fields=["variant", "since", "id"],
                name="backorder_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="backorder",
            index=models.Index(fields=["variant"], name="backorder_of_variant"),
        ),
        migrations.AddConstraint(
            model_name="backorder",
            constraint=models.UniqueConstraint(
                fields=("order", "variant"), name="backorder_once_per_order_and_variant"
            ),
        ),
        migrations.AddConstraint(
            model_name="backorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0), ("served__lte", models.F("quantity"))),
                name="backorder_served_within_quantity",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="backorder",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="c824b80245ccb1f24f4165359663739b25d6a58d",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_f5542",
                    table="inventory_backorder",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="stocksnapshot",
            constraint=models.UniqueConstraint(fields=("day", "stock"), name="snapshot_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="stocksnapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(("on_hand__gte", 0), ("reserved__gte", 0)),
                name="snapshot_not_negative",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stocksnapshot",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="8f97afdd6bfc6a5752ecce230af33455af277323",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_46655",
                    table="inventory_stocksnapshot",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["-created_at", "-id"], name="transfer_newest"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("status", "SENT")),
                fields=["destination"],
                name="transfer_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", models.F("destination")), _negated=True),
                name="transfer_goes_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("canceled_at", None),
                        ("received_at", None),
                        ("sent_at", None),
                        ("status", "DRAFT"),
                    ),
                    models.Q(
                        ("canceled_at", None),
                        ("received_at", None),
                        ("sent_at__isnull", False),
                        ("status", "SENT"),
                    ),
                    models.Q(
                        ("canceled_at", None),
                        ("received_at__gte", models.F("sent_at")),
                        ("status", "RECEIVED"),
                    ),
                    models.Q(
                        ("canceled_at__isnull", False),
                        ("received_at", None),
                        ("status", "CANCELED"),
                    ),
                    _connector="OR",
                ),
                name="transfer_times_fit_status",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="1383eb7baf41c8c8534ff49a0c96067729bbf389",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_b8215",
                    table="inventory_transfer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="status_machine",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{DRAFT:SENT,SENT:RECEIVED,DRAFT:CANCELED,SENT:CANCELED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="8fecfda3ccad4a0c848993a9ad102446e131c8aa",
                    operation="UPDATE",
                    pgid="pgtrigger_status_machine_0e1e7",
                    table="inventory_transfer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="starts_as_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NOT (NEW.\"status\" = 'DRAFT'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                    hash="a1d96dc260c649730e75b5310ac906b85e082545",
                    operation="INSERT",
                    pgid="pgtrigger_starts_as_draft_af233",
                    table="inventory_transfer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="69807bd549c721901c14a49b0831dbd16bf977f0",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_429ef",
                    table="inventory_transfer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="number_is_for_ever",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."number" IS DISTINCT FROM (NEW."number"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="e934448dc708dc1bc745493d6a0fd629063996f3",
                    operation="UPDATE",
                    pgid="pgtrigger_number_is_for_ever_ca604",
                    table="inventory_transfer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="sent_goes_where_it_was_sent",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT (OLD."status" = \'DRAFT\') AND (OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."destination_id" IS DISTINCT FROM (NEW."destination_id")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="fb9caff95a705ef0476b0951a8f99021e86adbde",
                    operation="UPDATE",
                    pgid="pgtrigger_sent_goes_where_it_was_sent_04c72",
                    table="inventory_transfer",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="transferline",
            constraint=models.UniqueConstraint(
                fields=("transfer", "variant"), name="transfer_line_once_per_variant"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0), ("received__lte", models.F("quantity"))),
                name="transfer_line_received_within_quantity",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferline",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="81308ff2c075507255c0bc3edd143ff3086f608f",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_a696a",
                    table="inventory_transferline",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferline",
            trigger=pgtrigger.compiler.Trigger(
                name="sent_is_sent",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE state text;",
                    func="\n                    IF TG_OP = 'UPDATE' AND NEW.variant_id = OLD.variant_id\n                        AND NEW.quantity = OLD.quantity AND NEW.transfer_id = OLD.transfer_id\n                    THEN\n                        RETURN NEW;\n                    END IF;\n                    SELECT status INTO state FROM inventory_transfer\n                    WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.transfer_id\n                        ELSE OLD.transfer_id END FOR SHARE;\n                    IF state <> 'DRAFT' THEN\n                        RAISE EXCEPTION 'the lines of a transfer that was sent do not change'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'transfer_line_sent_is_sent';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN\n                        RETURN OLD;\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="b3f21533bef71f00f2cd3e28b45d5785225f5a00",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_sent_is_sent_86c4d",
                    table="inventory_transferline",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stock",
            trigger=pgtrigger.compiler.Trigger(
                name="categories_by_kind",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.zone_id IS NOT NULL OR NEW.revenue_class_id IS NOT NULL)",
                    func="\n                    IF EXISTS (\n                        SELECT FROM inventory_stockcategory\n                        WHERE (id = NEW.zone_id AND kind <> 'ZONE')\n                        OR (id = NEW.revenue_class_id AND kind <> 'CLASS')\n                    ) THEN\n                        RAISE EXCEPTION 'a zone is a zone, and a class is a class'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'stock_categories_by_kind';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="2cb6ed04585844c88907b8c9f0c08bfbc44026cf",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_categories_by_kind_a10a7",
                    table="inventory_stock",
                    when="BEFORE",
                ),
            ),
        ),
    ]
