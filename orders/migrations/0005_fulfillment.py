import django.core.serializers.json
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
        ("orders", "0004_placing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
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
                            ("PACKED", "Parcel packed"),
                            ("UNPACKED", "Parcel unpacked"),
                            ("SENT", "Parcel sent"),
                            ("ARRIVED", "Parcel arrived"),
                            ("ADDRESS", "Delivery address changed"),
                            ("TAGGED", "Tags changed"),
                            ("MAILED", "E-mail sent again"),
                            ("LINK_SENT", "Tracking link sent"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("CUSTOMER", "Customer"),
                            ("STAFF", "Staff"),
                            ("SYSTEM", "System"),
                        ],
                        default="SYSTEM",
                        max_length=10,
                        verbose_name="by",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
            ],
            options={
                "verbose_name": "order event",
                "verbose_name_plural": "order events",
                "ordering": ["created_at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrderNote",
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
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="key")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("INTERNAL", "Internal note"),
                            ("CUSTOMER", "Message to the customer"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="text")),
            ],
            options={
                "verbose_name": "order note",
                "verbose_name_plural": "order notes",
                "ordering": ["created_at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrderTag",
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
                ("name", models.CharField(max_length=40, verbose_name="tag")),
            ],
            options={
                "verbose_name": "order tag",
                "verbose_name_plural": "order tags",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Shipment",
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
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="key")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PACKED", "Packed"),
                            ("SHIPPED", "On its way"),
                            ("DELIVERED", "Delivered"),
                            ("CANCELED", "Unpacked"),
                        ],
                        default="PACKED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "carrier",
                    models.CharField(
                        choices=[
                            ("USPS", "USPS"),
                            ("FEDEX", "FedEx"),
                            ("UPS", "UPS"),
                            ("DHL", "DHL"),
                            ("OTHER", "Another carrier"),
                        ],
                        default="OTHER",
                        max_length=10,
                        verbose_name="carrier",
                    ),
                ),
                (
                    "tracking_number",
                    models.CharField(blank=True, max_length=60, verbose_name="tracking number"),
                ),
                ("label_url", models.URLField(blank=True, max_length=500, verbose_name="label")),
                (
                    "estimated_delivery",
                    models.DateField(blank=True, null=True, verbose_name="expected"),
                ),
                ("notifies", models.BooleanField(default=True, verbose_name="tell the customer")),
                ("shipped_at", models.DateTimeField(blank=True, null=True, verbose_name="shipped")),
                (
                    "delivered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="delivered"),
                ),
            ],
            options={
                "verbose_name": "shipment",
                "verbose_name_plural": "shipments",
                "ordering": ["created_at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ShipmentItem",
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
            ],
            options={
                "verbose_name": "piece in a shipment",
                "verbose_name_plural": "pieces in shipments",
                "ordering": ["created_at", "id"],
                "abstract": False,
            },
        ),
        migrations.AlterModelOptions(
            name="orderaddress",
            options={
                "ordering": ["revision"],
                "verbose_name": "order address",
                "verbose_name_plural": "order addresses",
            },
        ),
        migrations.RemoveConstraint(
            model_name="orderaddress",
            name="order_address_once_per_type",
        ),
        migrations.AddField(
            model_name="orderaddress",
            name="revision",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, verbose_name="revision"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderaddress",
            constraint=models.UniqueConstraint(
                fields=("order", "type", "revision"), name="order_address_once_per_revision"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="orders.invoice",
                verbose_name="corrects",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceseries",
            constraint=models.UniqueConstraint(fields=("kind", "year"), name="invoice_series_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoiceseries",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="f73ebae5d512161a92b6da57092a453d70cb9fe5",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_a69ad",
                    table="orders_invoiceseries",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="orderevent",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="orderevent",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="ordernote",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="ordernote",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="ordertag",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tags",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("status__in", ["PAID", "FULFILLED"])),
                fields=["delivery_until", "placed_at", "id"],
                name="order_to_ship",
            ),
        ),
        migrations.AddField(
            model_name="shipment",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shipments",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="shipmentitem",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shipment_items",
                to="orders.orderitem",
                verbose_name="line",
            ),
        ),
        migrations.AddField(
            model_name="shipmentitem",
            name="shipment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="orders.shipment",
                verbose_name="shipment",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["-issued_at", "-id"], name="invoice_newest"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("kind", "year", "sequence"), name="invoice_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "INVOICE")),
                fields=("order",),
                name="invoice_once_per_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrects", None), ("kind", "INVOICE")),
                    models.Q(("corrects__isnull", False), ("kind", "CREDIT_NOTE")),
                    _connector="OR",
                ),
                name="invoice_credit_note_corrects_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("total__gte", 0)), name="invoice_total_not_negative"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        migrations.AddConstraint(
            model_name="orderevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("by__in", ["CUSTOMER", "STAFF", "SYSTEM"])),
                name="order_event_by_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7d910be96f697ed8c0d24b8d8a9b6e268d3d09ae",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_39cdb",
                    table="orders_orderevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderevent",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                    hash="7e818e60551adff76b424c3a47df6465f64427a2",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_29346",
                    table="orders_orderevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="ordernote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="order_note_has_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="ordernote",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["INTERNAL", "CUSTOMER"])),
                name="order_note_kind_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ordernote",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5669ecdee977784cec37f199770f96d15e410b9f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_98675",
                    table="orders_ordernote",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ordernote",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                    hash="3089b173390b6124d1a8352d3c948583ee4cc4e4",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_aad7b",
                    table="orders_ordernote",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="ordertag",
            index=models.Index(fields=["name"], name="order_tag_by_name"),
        ),
        migrations.AddConstraint(
            model_name="ordertag",
            constraint=models.UniqueConstraint(fields=("order", "name"), name="order_tag_once"),
        ),
        migrations.AddConstraint(
            model_name="ordertag",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", "^[^\\s,]([^,]*[^\\s,])?$")),
                name="order_tag_is_a_word",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ordertag",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="e833c1c244133affe7e2c3c7cd2109c687963569",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_c1d32",
                    table="orders_ordertag",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("tracking_number", ""), _negated=True),
                    models.Q(("status", "CANCELED"), _negated=True),
                ),
                fields=("carrier", "tracking_number"),
                name="shipment_tracking_number_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("delivered_at", None),
                        ("shipped_at", None),
                        ("status__in", ["PACKED", "CANCELED"]),
                    ),
                    models.Q(
                        ("delivered_at", None), ("shipped_at__isnull", False), ("status", "SHIPPED")
                    ),
                    models.Q(
                        ("delivered_at__isnull", False),
                        ("shipped_at__isnull", False),
                        ("status", "DELIVERED"),
                    ),
                    _connector="OR",
                ),
                name="shipment_status_has_its_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivered_at", None),
                    ("delivered_at__gte", models.F("shipped_at")),
                    _connector="OR",
                ),
                name="shipment_delivered_after_shipped",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(("carrier__in", ["USPS", "FEDEX", "UPS", "DHL", "OTHER"])),
                name="shipment_carrier_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shipment",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="c9e48d68c84afa23c78b4e5699499c7951d3174c",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_807cc",
                    table="orders_shipment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shipment",
            trigger=pgtrigger.compiler.Trigger(
                name="status_machine",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{PACKED:SHIPPED,SHIPPED:DELIVERED,PACKED:CANCELED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="510a57d778a0c1b99bd21cc2d9f433de02a45135",
                    operation="UPDATE",
                    pgid="pgtrigger_status_machine_1bf09",
                    table="orders_shipment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shipment",
            trigger=pgtrigger.compiler.Trigger(
                name="starts_packed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NOT (NEW.\"status\" = 'PACKED'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                    hash="e886e40f494f439b155780b47a96e1c081021085",
                    operation="INSERT",
                    pgid="pgtrigger_starts_packed_664b1",
                    table="orders_shipment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shipment",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="a903a5884d58ae0d10622777e3894303b844a619",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_21057",
                    table="orders_shipment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shipment",
            trigger=pgtrigger.compiler.Trigger(
                name="order_is_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."key" IS DISTINCT FROM (NEW."key"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a5ea2c6ee29f651327415fb83cafe0212878bc70",
                    operation="UPDATE",
                    pgid="pgtrigger_order_is_fixed_75fba",
                    table="orders_shipment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentitem",
            constraint=models.UniqueConstraint(
                fields=("shipment", "item"), name="shipment_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="shipment_item_quantity_positive"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shipmentitem",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3c7c4aa9f429282254f3934e271fdc5f8dead0b6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4d1b0",
                    table="orders_shipmentitem",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shipmentitem",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                    hash="3277668cb7040bae797a2d579fdb0c1761a57c86",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_60f1c",
                    table="orders_shipmentitem",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shipmentitem",
            trigger=pgtrigger.compiler.Trigger(
                name="within_ordered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE ordered integer; packed bigint;",
                    func="\n                    SELECT line.quantity INTO ordered\n                    FROM orders_orderitem line\n                    JOIN orders_shipment parcel ON parcel.order_id = line.order_id\n                    WHERE line.id = NEW.item_id AND parcel.id = NEW.shipment_id\n                    FOR NO KEY UPDATE OF line;\n                    SELECT coalesce(sum(other.quantity), 0) INTO packed\n                    FROM orders_shipmentitem other\n                    JOIN orders_shipment parcel ON parcel.id = other.shipment_id\n                    WHERE other.item_id = NEW.item_id AND parcel.status <> 'CANCELED';\n                    IF ordered IS NULL OR packed + NEW.quantity > ordered THEN\n                        RAISE EXCEPTION 'more units in parcels than the order has'\n                        USING ERRCODE = 'check_violation',\n                            CONSTRAINT = 'shipment_item_within_ordered';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="8b1119e5b774af40a4252e5fada4e78c3153cd54",
                    operation="INSERT",
                    pgid="pgtrigger_within_ordered_c19f7",
                    table="orders_shipmentitem",
                    when="BEFORE",
                ),
            ),
        ),
    ]
