"""Parcels, notes and letters."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_promotions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="orders.order",
                        verbose_name="order",
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("tracking_number", ""), _negated=True),
                            models.Q(("status", "CANCELED"), _negated=True),
                        ),
                        fields=("carrier", "tracking_number"),
                        name="shipment_tracking_number_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("delivered_at", None),
                                ("shipped_at", None),
                                ("status__in", ["PACKED", "CANCELED"]),
                            ),
                            models.Q(
                                ("delivered_at", None),
                                ("shipped_at__isnull", False),
                                ("status", "SHIPPED"),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivered_at", None),
                            ("delivered_at__gte", models.F("shipped_at")),
                            _connector="OR",
                        ),
                        name="shipment_delivered_after_shipped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("carrier__in", ["USPS", "FEDEX", "UPS", "DHL", "OTHER"])
                        ),
                        name="shipment_carrier_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["PACKED", "SHIPPED", "DELIVERED", "CANCELED"])
                        ),
                        name="shipment_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
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
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="orders.shipment",
                        verbose_name="shipment",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipment_items",
                        to="orders.orderitem",
                        verbose_name="line",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
            ],
            options={
                "verbose_name": "piece in a shipment",
                "verbose_name_plural": "pieces in shipments",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("shipment", "item"), name="shipment_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="shipment_item_quantity_positive",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="key")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("INTERNAL", "Internal note"),
                            ("CUSTOMER", "Message to the customer"),
                            ("INCOMING", "Message from the customer"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="text")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "order note",
                "verbose_name_plural": "order notes",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("kind", "INCOMING")),
                        fields=["order", "created_at"],
                        name="order_note_incoming",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="order_note_has_text"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["INTERNAL", "CUSTOMER", "INCOMING"])),
                        name="ordernote_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="tag")),
            ],
            options={
                "verbose_name": "order tag",
                "verbose_name_plural": "order tags",
                "ordering": ["name"],
                "abstract": False,
                "indexes": [models.Index(fields=["name"], name="order_tag_by_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "name"), name="order_tag_once"),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[^\\s,]([^,]*[^\\s,])?$")),
                        name="order_tag_is_a_word",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="e833c1c244133affe7e2c3c7cd2109c687963569",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_c1d32",
                            table="orders_ordertag",
                            when="BEFORE",
                        ),
                    )
                ],
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="orders.order",
                        verbose_name="order",
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
                            ("DRAFTED", "Taken down by staff"),
                            ("EDITED", "Lines changed"),
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
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
            ],
            options={
                "verbose_name": "order event",
                "verbose_name_plural": "order events",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "PACKED",
                                    "UNPACKED",
                                    "SENT",
                                    "ARRIVED",
                                    "ADDRESS",
                                    "TAGGED",
                                    "MAILED",
                                    "LINK_SENT",
                                    "DRAFTED",
                                    "EDITED",
                                ],
                            )
                        ),
                        name="orderevent_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by__in", ["CUSTOMER", "STAFF", "SYSTEM"])),
                        name="orderevent_by_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderMail",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PLACED", "Confirmation"),
                            ("PAID", "Payment received"),
                            ("SHIPPED", "On its way"),
                            ("DELIVERED", "Arrived"),
                            ("CANCELED", "Canceled"),
                            ("REFUNDED", "Refunded"),
                            ("TO_PAY", "Link to pay"),
                            ("EDITED", "Order changed"),
                            ("RETURN", "Return"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, max_length=100, verbose_name="reference"),
                ),
                (
                    "facts",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Of the event, without persons.",
                        verbose_name="facts",
                    ),
                ),
                (
                    "claimed_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="being sent until"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
            ],
            options={
                "verbose_name": "order mail",
                "verbose_name_plural": "order mails",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at", None)),
                        fields=["created_at"],
                        name="order_mail_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "kind", "reference"), name="order_mail_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "PLACED",
                                    "PAID",
                                    "SHIPPED",
                                    "DELIVERED",
                                    "CANCELED",
                                    "REFUNDED",
                                    "TO_PAY",
                                    "EDITED",
                                    "RETURN",
                                ],
                            )
                        ),
                        name="ordermail_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="1858a5564739365b5001c57f5a2db90340cf4645",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_fa1e9",
                            table="orders_ordermail",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
