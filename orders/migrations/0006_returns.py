"""Returns and withdrawals."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import orders.models.returns
import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_products"),
        ("orders", "0005_documents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE SEQUENCE return_number;
                CREATE FUNCTION next_return_number() RETURNS text LANGUAGE sql VOLATILE AS $$
                    SELECT 'RMA-' || to_char(now() AT TIME ZONE 'UTC', 'YYYY') || '-'
                        || lpad(drawn.number, greatest(6, length(drawn.number)), '0')
                    FROM (SELECT nextval('return_number')::text AS number) drawn
                $$
            """,
            reverse_sql="DROP FUNCTION next_return_number; DROP SEQUENCE return_number;",
        ),
        migrations.CreateModel(
            name="Return",
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
                        related_name="returns",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        db_default=orders.models.returns.NextReturnNumber(),
                        editable=False,
                        max_length=20,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="key")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("REQUESTED", "Requested"),
                            ("APPROVED", "Approved"),
                            ("RECEIVED", "Received"),
                            ("INSPECTED", "Inspected"),
                            ("SETTLED", "Settled"),
                            ("REJECTED", "Rejected"),
                            ("CANCELED", "Canceled"),
                        ],
                        default="REQUESTED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("REFUND", "Refund"),
                            ("EXCHANGE", "Exchange"),
                            ("STORE_CREDIT", "Store credit"),
                        ],
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("LABEL", "Parcel with a printed label"),
                            ("DROP_OFF", "Parcel without a printer"),
                            ("PICK_UP", "Collected at your door"),
                            ("STORE", "Brought to us"),
                        ],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("is_withdrawal", models.BooleanField(default=False, verbose_name="withdrawal")),
                ("send_by", models.DateField(verbose_name="to be sent by")),
                (
                    "carrier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("USPS", "USPS"),
                            ("FEDEX", "FedEx"),
                            ("UPS", "UPS"),
                            ("DHL", "DHL"),
                            ("OTHER", "Another carrier"),
                        ],
                        max_length=10,
                        verbose_name="carrier",
                    ),
                ),
                (
                    "tracking_number",
                    models.CharField(blank=True, max_length=60, verbose_name="tracking number"),
                ),
                (
                    "customer_note",
                    models.CharField(blank=True, max_length=500, verbose_name="customer's note"),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        help_text="What the customer is told.",
                        max_length=500,
                        verbose_name="answer",
                    ),
                ),
                (
                    "exchange_order",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exchange_of",
                        to="orders.order",
                        verbose_name="order of the exchange",
                    ),
                ),
                (
                    "goods_amount",
                    models.BigIntegerField(default=0, verbose_name="given back for goods"),
                ),
                (
                    "shipping_amount",
                    models.BigIntegerField(default=0, verbose_name="given back for delivery"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="approved"),
                ),
                (
                    "received_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="received"),
                ),
                (
                    "inspected_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="inspected"),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "reminded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reminded"),
                ),
            ],
            options={
                "verbose_name": "return",
                "verbose_name_plural": "returns",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="return_newest"),
                    models.Index(
                        condition=models.Q(
                            ("status__in", ["REQUESTED", "APPROVED", "RECEIVED", "INSPECTED"])
                        ),
                        fields=["status", "created_at"],
                        name="return_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["REFUND", "EXCHANGE", "STORE_CREDIT"])),
                        name="return_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("method__in", ["LABEL", "DROP_OFF", "PICK_UP", "STORE"])
                        ),
                        name="return_method_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("goods_amount__gte", 0), ("shipping_amount__gte", 0)),
                        name="return_amounts_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", False), ("status", "SETTLED")),
                            models.Q(
                                models.Q(("status", "SETTLED"), _negated=True),
                                ("exchange_order", None),
                                ("settled_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="return_settled_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("status__in", ["REJECTED", "CANCELED"]),
                            ),
                            models.Q(
                                models.Q(("status__in", ["REJECTED", "CANCELED"]), _negated=True),
                                ("ended_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="return_ended_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "REJECTED"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="return_rejected_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_withdrawal", False), ("outcome", "REFUND"), _connector="OR"
                        ),
                        name="return_withdrawal_is_refunded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "REQUESTED",
                                    "APPROVED",
                                    "RECEIVED",
                                    "INSPECTED",
                                    "SETTLED",
                                    "REJECTED",
                                    "CANCELED",
                                ],
                            )
                        ),
                        name="return_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("carrier__in", ["", "USPS", "FEDEX", "UPS", "DHL", "OTHER"])
                        ),
                        name="return_carrier_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="64c40dd33bd000d517dc01055c766ed9865d51a8",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_8d75d",
                            table="orders_return",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{REQUESTED:APPROVED,REQUESTED:REJECTED,REQUESTED:CANCELED,APPROVED:RECEIVED,APPROVED:REJECTED,APPROVED:CANCELED,RECEIVED:INSPECTED,INSPECTED:SETTLED,INSPECTED:REJECTED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="0d703ccd268ebccff7825be0e814722adeb0822a",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_6bb43",
                            table="orders_return",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="starts_requested",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NOT (NEW.\"status\" = 'REQUESTED'))",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                            hash="f0512f7766579331ff59f6a14493f501488bee4a",
                            operation="INSERT",
                            pgid="pgtrigger_starts_requested_06402",
                            table="orders_return",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="begin_life",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    INSERT INTO orders_returnstatuschange\n                        (id, request_id, from_status, to_status, reason)\n                    VALUES (gen_random_uuid(), NEW.id, '', NEW.status, '');\n                    RETURN NULL;\n                ",
                            hash="1a60ec1d7b2f7da18fe9e98e17f5bbd87d50d0e3",
                            operation="INSERT",
                            pgid="pgtrigger_begin_life_f105b",
                            table="orders_return",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="81d9ee404f282d8c7b91d3924edab09f88b8142f",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_d4933",
                            table="orders_return",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="request_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."is_withdrawal" IS DISTINCT FROM (NEW."is_withdrawal"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="77d83f66e18360b813b115d143bb70cd25d1854b",
                            operation="UPDATE",
                            pgid="pgtrigger_request_is_fixed_3a710",
                            table="orders_return",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnStatusChange",
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="status_changes",
                        to="orders.return",
                        verbose_name="return",
                    ),
                ),
                (
                    "from_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("REQUESTED", "Requested"),
                            ("APPROVED", "Approved"),
                            ("RECEIVED", "Received"),
                            ("INSPECTED", "Inspected"),
                            ("SETTLED", "Settled"),
                            ("REJECTED", "Rejected"),
                            ("CANCELED", "Canceled"),
                        ],
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("REQUESTED", "Requested"),
                            ("APPROVED", "Approved"),
                            ("RECEIVED", "Received"),
                            ("INSPECTED", "Inspected"),
                            ("SETTLED", "Settled"),
                            ("REJECTED", "Rejected"),
                            ("CANCELED", "Canceled"),
                        ],
                        max_length=10,
                        verbose_name="to",
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
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="why")),
            ],
            options={
                "verbose_name": "step of a return",
                "verbose_name_plural": "steps of returns",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="9277c41f370ccebaf128007f09f6b34cf1df817c",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f731b",
                            table="orders_returnstatuschange",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="fa4114bb399c073c2bce9b65a415c49fde37dc30",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_d50b0",
                            table="orders_returnstatuschange",
                            when="BEFORE",
                        ),
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "from_status__in",
                                [
                                    "",
                                    "REQUESTED",
                                    "APPROVED",
                                    "RECEIVED",
                                    "INSPECTED",
                                    "SETTLED",
                                    "REJECTED",
                                    "CANCELED",
                                ],
                            )
                        ),
                        name="returnstatuschange_from_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "to_status__in",
                                [
                                    "REQUESTED",
                                    "APPROVED",
                                    "RECEIVED",
                                    "INSPECTED",
                                    "SETTLED",
                                    "REJECTED",
                                    "CANCELED",
                                ],
                            )
                        ),
                        name="returnstatuschange_to_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
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
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("number", models.CharField(max_length=40, verbose_name="order number")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("part", models.CharField(blank=True, max_length=500, verbose_name="which goods")),
                ("lines", models.JSONField(blank=True, default=list, verbose_name="lines")),
                (
                    "language",
                    models.CharField(
                        blank=True, editable=False, max_length=10, verbose_name="language"
                    ),
                ),
                (
                    "declared_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="declared"
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("OPEN", "Being looked at"),
                            ("CANCELED", "Order canceled"),
                            ("RETURN", "Return opened"),
                            ("STAFF", "For staff"),
                            ("LATE", "Too late"),
                            ("UNKNOWN", "No such order"),
                        ],
                        default="OPEN",
                        max_length=10,
                        verbose_name="result",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="orders.return",
                        verbose_name="return",
                    ),
                ),
                (
                    "receipt_sent_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="receipt sent"),
                ),
                (
                    "handled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="dealt with"),
                ),
            ],
            options={
                "verbose_name": "withdrawal",
                "verbose_name_plural": "withdrawals",
                "ordering": ["-declared_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-declared_at", "-id"], name="withdrawal_newest"),
                    models.Index(
                        condition=models.Q(
                            ("handled_at", None), ("result__in", ["STAFF", "LATE", "UNKNOWN"])
                        ),
                        fields=["declared_at"],
                        name="withdrawal_for_staff",
                    ),
                    models.Index(
                        condition=models.Q(("receipt_sent_at", None)),
                        fields=["created_at"],
                        name="withdrawal_unanswered",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "result__in",
                                ["OPEN", "CANCELED", "RETURN", "STAFF", "LATE", "UNKNOWN"],
                            )
                        ),
                        name="withdrawal_result_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("order", None), ("result__in", ["OPEN", "UNKNOWN"])),
                            models.Q(
                                models.Q(("result__in", ["OPEN", "UNKNOWN"]), _negated=True),
                                ("order__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="withdrawal_has_its_order",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="4ed9c65536bdd0048e4114da84b369053034da33",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_cf19d",
                            table="orders_withdrawal",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="declaration_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."part" IS DISTINCT FROM (NEW."part") OR OLD."lines" IS DISTINCT FROM (NEW."lines") OR OLD."declared_at" IS DISTINCT FROM (NEW."declared_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="0fa50e2f0ffe9b310f01209afd317c1c6546fc77",
                            operation="UPDATE",
                            pgid="pgtrigger_declaration_is_fixed_63f72",
                            table="orders_withdrawal",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnItem",
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="orders.return",
                        verbose_name="return",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_items",
                        to="orders.orderitem",
                        verbose_name="line",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("TOO_SMALL", "Too small"),
                            ("TOO_LARGE", "Too large"),
                            ("CHANGED_MIND", "I changed my mind"),
                            ("NOT_AS_SHOWN", "Not as described or shown"),
                            ("FAULTY", "Faulty or damaged"),
                            ("WRONG_ITEM", "Not what I ordered"),
                            ("LATE", "It came too late"),
                            ("OTHER", "Another reason"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="comment")),
                (
                    "exchange_variant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_items",
                        to="catalog.productvariant",
                        verbose_name="exchanged for",
                    ),
                ),
                (
                    "accepted",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="accepted"),
                ),
                (
                    "rejected",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="rejected"),
                ),
                (
                    "disposition",
                    models.CharField(
                        blank=True,
                        choices=[("RESTOCK", "Back on the shelf"), ("WRITE_OFF", "Written off")],
                        max_length=10,
                        verbose_name="goes",
                    ),
                ),
                (
                    "condition",
                    models.CharField(blank=True, max_length=300, verbose_name="condition"),
                ),
                ("amount", models.BigIntegerField(default=0, verbose_name="given back")),
            ],
            options={
                "verbose_name": "returned line",
                "verbose_name_plural": "returned lines",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("request", "item"), name="return_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="return_item_quantity_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted", None), ("rejected", None)),
                            models.Q(
                                ("accepted__isnull", False),
                                (
                                    "quantity",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("accepted"), "+", models.F("rejected")
                                    ),
                                ),
                                ("rejected__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="return_item_inspected_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("disposition", ""), _negated=True),
                            ("accepted", None),
                            models.Q(("accepted", 0), ("accepted__isnull", False)),
                            _connector="OR",
                        ),
                        name="return_item_accepted_goes_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)),
                        name="return_item_amount_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "",
                                    "TOO_SMALL",
                                    "TOO_LARGE",
                                    "CHANGED_MIND",
                                    "NOT_AS_SHOWN",
                                    "FAULTY",
                                    "WRONG_ITEM",
                                    "LATE",
                                    "OTHER",
                                ],
                            )
                        ),
                        name="returnitem_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("disposition__in", ["", "RESTOCK", "WRITE_OFF"])),
                        name="returnitem_disposition_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="b31fd13aad5ad991c53c24d980cc4cf7a3c4b2ee",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_2abd3",
                            table="orders_returnitem",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="within_delivered",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE ordered integer; there bigint; returned bigint;",
                            func="\n                    SELECT line.quantity INTO ordered\n                    FROM orders_orderitem line\n                    JOIN orders_return request ON request.order_id = line.order_id\n                    WHERE line.id = NEW.item_id AND request.id = NEW.request_id\n                    FOR NO KEY UPDATE OF line;\n                    SELECT coalesce(sum(inside.quantity), 0) INTO there\n                    FROM orders_shipmentitem inside\n                    JOIN orders_shipment parcel ON parcel.id = inside.shipment_id\n                    JOIN orders_return request ON request.id = NEW.request_id\n                    WHERE inside.item_id = NEW.item_id AND (\n                        parcel.status = 'DELIVERED'\n                        OR parcel.status = 'SHIPPED' AND request.is_withdrawal\n                    );\n                    SELECT coalesce(sum(other.quantity), 0) INTO returned\n                    FROM orders_returnitem other\n                    JOIN orders_return request ON request.id = other.request_id\n                    WHERE other.item_id = NEW.item_id\n                        AND request.status NOT IN ('REJECTED', 'CANCELED');\n                    IF ordered IS NULL OR returned + NEW.quantity > least(ordered, there) THEN\n                        RAISE EXCEPTION 'more units returned than were delivered'\n                        USING ERRCODE = 'check_violation',\n                            CONSTRAINT = 'return_item_within_delivered';\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="098dcf1e46be873bfa9c6b102a112d474be45694",
                            operation="INSERT",
                            pgid="pgtrigger_within_delivered_6f8d0",
                            table="orders_returnitem",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="be37c99f6d4ba768b44fa67fc87672c1a338a016",
                            operation="DELETE",
                            pgid="pgtrigger_never_deleted_ffb4e",
                            table="orders_returnitem",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="units_are_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."request_id" IS DISTINCT FROM (NEW."request_id") OR OLD."item_id" IS DISTINCT FROM (NEW."item_id") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="d9c08ebd2f8e5b30a2dcc32afafaecbfd64a150a",
                            operation="UPDATE",
                            pgid="pgtrigger_units_are_fixed_0e66f",
                            table="orders_returnitem",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnPhoto",
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="orders.return",
                        verbose_name="return",
                    ),
                ),
                (
                    "media",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_links",
                        to="catalog.media",
                        verbose_name="file",
                    ),
                ),
                ("by_staff", models.BooleanField(default=False, verbose_name="by staff")),
            ],
            options={
                "verbose_name": "photo of a return",
                "verbose_name_plural": "photos of returns",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("request", "media"), name="return_photo_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="b1a642a6db01d0a83bd1dea409915429f92023c0",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_89d16",
                            table="orders_returnphoto",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
