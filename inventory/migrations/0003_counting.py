"""Goods between locations, and goods counted."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import inventory.models.stocktakes
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


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_products"),
        ("inventory", "0002_purchasing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            TRANSFER_NUMBER, "DROP FUNCTION next_transfer_number; DROP SEQUENCE transfer_number"
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
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers_out",
                        to="inventory.location",
                        verbose_name="from",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers_in",
                        to="inventory.location",
                        verbose_name="to",
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
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "transfer",
                "verbose_name_plural": "transfers",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="transfer_newest"),
                    models.Index(
                        condition=models.Q(("status", "SENT")),
                        fields=["destination"],
                        name="transfer_under_way",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("destination")), _negated=True),
                        name="transfer_goes_somewhere",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["DRAFT", "SENT", "RECEIVED", "CANCELED"])
                        ),
                        name="transfer_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
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
                (
                    "transfer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="inventory.transfer",
                        verbose_name="transfer",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer_lines",
                        to="catalog.productvariant",
                        verbose_name="variant",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("transfer", "variant"), name="transfer_line_once_per_variant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0), ("received__lte", models.F("quantity"))
                        ),
                        name="transfer_line_received_within_quantity",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Stocktake",
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
                        db_default=inventory.models.stocktakes.NextStocktakeNumber(),
                        editable=False,
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocktakes",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only this category and those below it; all without.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "shelf_from",
                    models.CharField(
                        blank=True,
                        help_text="Only these shelves; all without.",
                        max_length=30,
                        verbose_name="from shelf",
                    ),
                ),
                (
                    "shelf_until",
                    models.CharField(blank=True, max_length=30, verbose_name="until shelf"),
                ),
                (
                    "is_blind",
                    models.BooleanField(
                        default=False,
                        help_text="Who counts does not see how many there should be.",
                        verbose_name="blind count",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Being counted"),
                            ("COUNTED", "Waiting for approval"),
                            ("APPROVED", "Approved"),
                            ("CANCELED", "Canceled"),
                        ],
                        default="OPEN",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "round",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, verbose_name="count"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                (
                    "counted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="counted"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="ended"
                    ),
                ),
            ],
            options={
                "verbose_name": "stocktake",
                "verbose_name_plural": "stocktakes",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["OPEN", "COUNTED"])),
                        fields=["status", "created_at"],
                        name="stocktake_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("shelf_until", ""),
                            ("shelf_from__lte", models.F("shelf_until")),
                            _connector="OR",
                        ),
                        name="stocktake_shelves_in_order",
                        violation_error_message="The last shelf stands before the first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("status__in", ["OPEN", "COUNTED"])),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("status__in", ["APPROVED", "CANCELED"]),
                            ),
                            _connector="OR",
                        ),
                        name="stocktake_ended_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["COUNTED", "APPROVED"]), _negated=True),
                            ("counted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="stocktake_counted_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["OPEN", "COUNTED", "APPROVED", "CANCELED"])
                        ),
                        name="stocktake_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="1c4d9b7bf4b3f2c165ab78066a171d50f335ef94",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_660f9",
                            table="inventory_stocktake",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stocktake_status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{OPEN:COUNTED,COUNTED:OPEN,COUNTED:APPROVED,OPEN:CANCELED,COUNTED:CANCELED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="92ccd72bb3f3d1471e7dd02633960ed1692f3127",
                            operation="UPDATE",
                            pgid="pgtrigger_stocktake_status_machine_e4630",
                            table="inventory_stocktake",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stocktake_starts_open",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NOT (NEW.\"status\" = 'OPEN'))",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="7612763f6bf8c6269c3cc0ef81f2783d5eb69cca",
                            operation="INSERT",
                            pgid="pgtrigger_stocktake_starts_open_c915a",
                            table="inventory_stocktake",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stocktake_never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="892f9e482a2fc4f24706187312994e4ad6c539e4",
                            operation="DELETE",
                            pgid="pgtrigger_stocktake_never_deleted_64340",
                            table="inventory_stocktake",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stocktake_scope_is_for_ever",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."location_id" IS DISTINCT FROM (NEW."location_id") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."shelf_from" IS DISTINCT FROM (NEW."shelf_from") OR OLD."shelf_until" IS DISTINCT FROM (NEW."shelf_until"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="122ec22040f1c0dbba7432f1b54761a471e3b079",
                            operation="UPDATE",
                            pgid="pgtrigger_stocktake_scope_is_for_ever_4eab0",
                            table="inventory_stocktake",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StocktakeCount",
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
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="inventory.stocktake",
                        verbose_name="stocktake",
                    ),
                ),
                (
                    "stock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.stock",
                        verbose_name="stock",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="count")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="counted")),
                ("expected", models.PositiveBigIntegerField(verbose_name="expected")),
                ("counted_at", models.DateTimeField(verbose_name="counted at")),
            ],
            options={
                "verbose_name": "count",
                "verbose_name_plural": "counts",
                "ordering": ["counted_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("stocktake", "stock", "round", "actor"), name="stocktake_count_once"
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="838655cebce6d7b4bc0422f9571b2311f1d68f68",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_ebfe0",
                            table="inventory_stocktakecount",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="counted_only_while_open",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    PERFORM FROM inventory_stocktake s\n                    WHERE s.status = 'OPEN' AND s.id = CASE\n                        WHEN TG_OP = 'DELETE' THEN OLD.stocktake_id ELSE NEW.stocktake_id END\n                    FOR SHARE;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'the stocktake is not being counted'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'counted_only_while_open';\n                    END IF;\n                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;\n                ",
                            hash="f7a73d6d0956a795c62ffc59738f2f86b8ff5635",
                            operation="INSERT OR UPDATE OR DELETE",
                            pgid="pgtrigger_counted_only_while_open_c6056",
                            table="inventory_stocktakecount",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
    ]
