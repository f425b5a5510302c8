"""Statements of the bank, and orders that wait for money."""

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
        ("payments", "0007_disputes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankStatement",
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
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                (
                    "digest",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="digest"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("UPLOADED", "Columns unknown"),
                            ("READ", "To be booked"),
                            ("BOOKED", "Booked"),
                        ],
                        default="UPLOADED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "rows",
                    models.JSONField(
                        blank=True,
                        default=list,
                        editable=False,
                        help_text="The file's rows until they became lines.",
                        verbose_name="rows",
                    ),
                ),
                (
                    "outgoing",
                    models.PositiveIntegerField(default=0, verbose_name="lines of money that left"),
                ),
                (
                    "booked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="booked at"),
                ),
                (
                    "uploaded_by",
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
                "verbose_name": "bank statement",
                "verbose_name_plural": "bank statements",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("booked_at__isnull", False), ("status", "BOOKED")),
                            models.Q(("status__in", ["UPLOADED", "READ"]), ("booked_at", None)),
                            _connector="OR",
                        ),
                        name="bank_statement_booked_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["UPLOADED", "READ", "BOOKED"])),
                        name="bankstatement_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="74c2146a0b021f2b7fa219e74c00a8fb90dedf6c",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a54a8",
                            table="payments_bankstatement",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{UPLOADED:READ,READ:BOOKED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="749e403906b86786140974d6197d52d3e921e321",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_1b464",
                            table="payments_bankstatement",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="booked_stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"status\" = 'BOOKED')",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="4bc5fd2b4c7942ad73dd03eafb8eea95b990054b",
                            operation="DELETE",
                            pgid="pgtrigger_booked_stays_d2049",
                            table="payments_bankstatement",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="file_is_fixed",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."digest" IS DISTINCT FROM (NEW."digest"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="60fc4560abd6c62c1adbc692f82a9097db5872d2",
                            operation="UPDATE",
                            pgid="pgtrigger_file_is_fixed_44089",
                            table="payments_bankstatement",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankLine",
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
                ("position", models.PositiveIntegerField(verbose_name="line of the file")),
                ("booked_on", models.DateField(verbose_name="day")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="sender")),
                (
                    "account",
                    models.CharField(blank=True, max_length=40, verbose_name="sender's account"),
                ),
                ("text", models.CharField(blank=True, max_length=1000, verbose_name="text")),
                (
                    "fingerprint",
                    models.CharField(editable=False, max_length=64, verbose_name="fingerprint"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("BOOKED", "Booked"),
                            ("HELD", "Too little, waits for the rest"),
                            ("DUPLICATE", "In another statement"),
                        ],
                        default="OPEN",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "match",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Nothing found"),
                            ("REFERENCE", "Reference"),
                            ("NUMBER", "Order number"),
                            ("SUGGESTED", "Amount and name"),
                            ("HAND", "By hand"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="found by",
                    ),
                ),
                (
                    "used_amount",
                    models.BigIntegerField(default=0, verbose_name="of it paid the order"),
                ),
                (
                    "returned_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="sent back"),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_lines",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="payments.bankstatement",
                        verbose_name="statement",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_lines",
                        to="payments.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank line",
                "verbose_name_plural": "bank lines",
                "ordering": ["-booked_on", "statement", "position"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["OPEN", "HELD"])),
                        fields=["booked_on"],
                        name="bank_line_waiting",
                    ),
                    models.Index(fields=["fingerprint"], name="bank_line_fingerprint"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["BOOKED", "HELD"])),
                        fields=("fingerprint",),
                        name="bank_line_books_once",
                    ),
                    models.UniqueConstraint(
                        fields=("statement", "position"), name="bank_line_place_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="bank_line_is_money_in"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("order__isnull", False),
                                ("payment__isnull", False),
                                ("status", "BOOKED"),
                                ("used_amount__gt", 0),
                                ("used_amount__lte", models.F("amount")),
                            ),
                            models.Q(
                                ("order__isnull", False),
                                ("payment", None),
                                ("status", "HELD"),
                                ("used_amount", 0),
                            ),
                            models.Q(
                                ("payment", None),
                                ("status__in", ["OPEN", "DUPLICATE"]),
                                ("used_amount", 0),
                            ),
                            _connector="OR",
                        ),
                        name="bank_line_status_fits_what_it_paid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["OPEN", "BOOKED", "HELD", "DUPLICATE"])),
                        name="bankline_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("match__in", ["", "REFERENCE", "NUMBER", "SUGGESTED", "HAND"])
                        ),
                        name="bankline_match_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="6e381c4f526d3215d71286b4ce254f36d0656f22",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_5fb9f",
                            table="payments_bankline",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="status_machine",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{OPEN:BOOKED,OPEN:HELD,OPEN:DUPLICATE,HELD:BOOKED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="189372b34aab9c7f72638d33b20fac5a7905424c",
                            operation="UPDATE",
                            pgid="pgtrigger_status_machine_57123",
                            table="payments_bankline",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="bank_said_so",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."statement_id" IS DISTINCT FROM (NEW."statement_id") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."booked_on" IS DISTINCT FROM (NEW."booked_on") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."account" IS DISTINCT FROM (NEW."account") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."fingerprint" IS DISTINCT FROM (NEW."fingerprint"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="184d1f41ba18d8d28f7f4cdcab1b62605699c238",
                            operation="UPDATE",
                            pgid="pgtrigger_bank_said_so_68e88",
                            table="payments_bankline",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Awaited",
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
                        choices=[("TRANSFER", "Bank transfer"), ("PICK_UP", "Pay at pick-up")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        help_text="ISO 11649, without blanks.",
                        max_length=25,
                        unique=True,
                        verbose_name="reference",
                    ),
                ),
                (
                    "reminded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reminded"),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awaited",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
            ],
            options={
                "verbose_name": "awaited payment",
                "verbose_name_plural": "awaited payments",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["TRANSFER", "PICK_UP"])),
                        name="awaited_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference__regex", "^RF[0-9]{2}[0-9A-Z]{1,21}$")),
                        name="awaited_reference_is_iso_11649",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="3930ff1db5801330a21c3005f75ed62de9accd91",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_6d42c",
                            table="payments_awaited",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="reference_is_for_ever",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."reference" IS DISTINCT FROM (NEW."reference"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="97cbc7a9d813ee06c082a253d2a5b60aa8744a86",
                            operation="UPDATE",
                            pgid="pgtrigger_reference_is_for_ever_ee82e",
                            table="payments_awaited",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
    ]
