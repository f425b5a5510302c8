"""Shelves, and what is counted and told of them."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.db import migrations, models

import shop.models

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


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0002_products"),
    ]

    operations = [
        migrations.RunSQL(LEVEL, "DROP FUNCTION inventory_level"),
        migrations.RunSQL(FOLLOW_LEVEL, "DROP FUNCTION inventory_follow_level"),
        migrations.CreateModel(
            name="Location",
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
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("WAREHOUSE", "Warehouse"), ("STORE", "Store")],
                        default="WAREHOUSE",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("priority", models.PositiveIntegerField(default=0, verbose_name="priority")),
                ("address", models.TextField(blank=True, verbose_name="address")),
                ("can_ship", models.BooleanField(default=True, verbose_name="ships parcels")),
                ("can_pick_up", models.BooleanField(default=False, verbose_name="offers pick-up")),
            ],
            options={
                "verbose_name": "location",
                "verbose_name_plural": "locations",
                "ordering": ["priority", "code"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="3ea54962ca2e2a9e08fe8aeab1d1126557a15d5d",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_d49b3",
                            table="inventory_location",
                            when="BEFORE",
                        ),
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["WAREHOUSE", "STORE"])),
                        name="location_kind_known",
                    )
                ],
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "code"), name="stock_category_code_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "ZONE"),
                            models.Q(("code__in", ["a", "b", "c"]), ("kind", "CLASS")),
                            _connector="OR",
                        ),
                        name="stock_category_class_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["CLASS", "ZONE"])),
                        name="stockcategory_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Stock",
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
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocks",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocks",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "opening_balance",
                    models.PositiveBigIntegerField(
                        default=0,
                        help_text="Units on the shelf when this row is made; becomes its first movement.",
                        verbose_name="opening balance",
                    ),
                ),
                (
                    "on_hand",
                    models.BigIntegerField(default=0, editable=False, verbose_name="on hand"),
                ),
                (
                    "reserved",
                    models.BigIntegerField(default=0, editable=False, verbose_name="reserved"),
                ),
                (
                    "available",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("on_hand"), "-", models.F("reserved")
                        ),
                        output_field=models.BigIntegerField(),
                        verbose_name="available",
                    ),
                ),
                (
                    "average_cost",
                    models.BigIntegerField(editable=False, null=True, verbose_name="average cost"),
                ),
                (
                    "low_stock_threshold",
                    models.PositiveIntegerField(default=3, verbose_name="reorder point"),
                ),
                (
                    "reorder_quantity",
                    models.PositiveIntegerField(default=0, verbose_name="reorder quantity"),
                ),
                (
                    "maximum",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="More than this is too much; empty for no bound.",
                        null=True,
                        verbose_name="most",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        blank=True,
                        limit_choices_to={"kind": "ZONE"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocks_of_zone",
                        to="inventory.stockcategory",
                        verbose_name="zone",
                    ),
                ),
                (
                    "revenue_class",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        limit_choices_to={"kind": "CLASS"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocks_of_class",
                        to="inventory.stockcategory",
                        verbose_name="class",
                    ),
                ),
                ("shelf", models.CharField(blank=True, max_length=30, verbose_name="shelf")),
                (
                    "last_counted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="last counted"
                    ),
                ),
            ],
            options={
                "verbose_name": "stock",
                "verbose_name_plural": "stock",
                "ordering": ["variant", "location"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("variant", "location"), name="stock_once_per_location"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on_hand__gte", 0)), name="stock_on_hand_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reserved__gte", 0)), name="stock_reserved_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reserved__lte", models.F("on_hand"))),
                        name="stock_reserved_within_on_hand",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("maximum", None),
                            ("maximum__gt", models.F("low_stock_threshold")),
                            _connector="OR",
                        ),
                        name="stock_maximum_above_reorder_point",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="d4d337d8c80200b7e170d34d18559ed74b840704",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_85b2c",
                            table="inventory_stock",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="begin_empty",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.on_hand := 0; NEW.reserved := 0; RETURN NEW;",
                            hash="00e1baf0e5e3ea06678b5c9541083731c1c01028",
                            operation="INSERT",
                            pgid="pgtrigger_begin_empty_7035f",
                            table="inventory_stock",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="on_hand_follows_movements",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."on_hand" IS DISTINCT FROM (NEW."on_hand"))',
                            func="\n                    IF pg_trigger_depth() < 2 THEN\n                        RAISE EXCEPTION 'on_hand changes by posting a movement'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'stock_on_hand_follows_movements';\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="24e745e0b243c019ccd24ff869f083eee396a518",
                            operation="UPDATE",
                            pgid="pgtrigger_on_hand_follows_movements_8a57d",
                            table="inventory_stock",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
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
                    "stock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="inventory.stock",
                        verbose_name="stock",
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
                "indexes": [
                    models.Index(fields=["stock", "-opened_at"], name="alert_of_stock"),
                    models.Index(fields=["-opened_at", "-id"], name="alert_newest"),
                    models.Index(
                        condition=models.Q(("closed_at", None), ("told_at", None)),
                        fields=["opened_at"],
                        name="alert_untold",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("stock", "kind"),
                        name="alert_open_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("closed_at", None), models.Q(("kind", "BACK_IN_STOCK"), _negated=True)
                        ),
                        fields=("stock",),
                        name="alert_one_level_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["LOW_STOCK", "OUT_OF_STOCK", "BACK_IN_STOCK", "OVERSTOCK"],
                            )
                        ),
                        name="alert_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None),
                            ("closed_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="alert_closed_after_opened",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="432e53c9973414619f8411af17870164300fcf22",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_bcb5c",
                            table="inventory_alert",
                            when="BEFORE",
                        ),
                    )
                ],
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
                (
                    "stock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snapshots",
                        to="inventory.stock",
                        verbose_name="stock",
                    ),
                ),
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
                "constraints": [
                    models.UniqueConstraint(fields=("day", "stock"), name="snapshot_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("on_hand__gte", 0), ("reserved__gte", 0)),
                        name="snapshot_not_negative",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="8f97afdd6bfc6a5752ecce230af33455af277323",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_46655",
                            table="inventory_stocksnapshot",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
