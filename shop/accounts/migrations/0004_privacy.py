import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_sessions"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataExport",
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
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("WAITING", "Being prepared"),
                            ("READY", "Ready"),
                            ("FAILED", "Failed"),
                            ("ENDED", "Deleted"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("done", models.PositiveSmallIntegerField(default=0, verbose_name="parts in it")),
                ("total", models.PositiveSmallIntegerField(default=0, verbose_name="parts")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                (
                    "claimed_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="being built until"),
                ),
                (
                    "size_bytes",
                    models.PositiveBigIntegerField(default=0, verbose_name="size in bytes"),
                ),
                ("ready_at", models.DateTimeField(blank=True, null=True, verbose_name="ready")),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="deleted after"),
                ),
                (
                    "fetched_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="first fetched"),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by staff",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_exports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "copy of personal data",
                "verbose_name_plural": "copies of personal data",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["WAITING", "READY", "FAILED", "ENDED"])),
                        name="dataexport_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasureRequest",
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
                    "emails",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="e-mail",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("SELF", "The person"),
                            ("STAFF", "Staff"),
                            ("REPLAY", "After a restore"),
                        ],
                        max_length=10,
                        verbose_name="asked by",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ASKED", "Asked for"),
                            ("ERASING", "Being erased"),
                            ("ERASED", "Erased"),
                            ("CANCELED", "Canceled"),
                        ],
                        default="ASKED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "waits_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="waits for",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due")),
                (
                    "canceled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="canceled"),
                ),
                ("erased_at", models.DateTimeField(blank=True, null=True, verbose_name="erased")),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member of staff",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasure_requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["SELF", "STAFF", "REPLAY"])),
                        name="erasurerequest_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["ASKED", "ERASING", "ERASED", "CANCELED"])
                        ),
                        name="erasurerequest_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasureRecord",
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
                    "person_hash",
                    models.CharField(blank=True, max_length=64, verbose_name="hash of the account"),
                ),
                (
                    "email_hashes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        size=None,
                        verbose_name="hashes of addresses",
                    ),
                ),
                ("erased_at", models.DateTimeField(verbose_name="erased")),
                ("rows", models.JSONField(default=dict, verbose_name="rows by table")),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="record",
                        to="accounts.erasurerequest",
                        verbose_name="erasure",
                    ),
                ),
            ],
            options={
                "verbose_name": "record of an erasure",
                "verbose_name_plural": "records of erasures",
                "ordering": ["-erased_at", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConsentRecord",
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
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("NEWSLETTER", "Newsletter"),
                            ("SAVED_CARD", "Keeping a card"),
                        ],
                        max_length=20,
                        verbose_name="for",
                    ),
                ),
                ("is_given", models.BooleanField(verbose_name="given")),
                ("words", models.TextField(blank=True, verbose_name="words shown")),
                ("place", models.CharField(blank=True, max_length=50, verbose_name="where")),
                (
                    "ip_address",
                    models.GenericIPAddressField(blank=True, null=True, verbose_name="IP address"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="consent_newest"),
                    models.Index(fields=["user", "-created_at"], name="consent_of_person"),
                    models.Index(
                        django.db.models.functions.text.Upper("email"), name="consent_of_address"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_given", False),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="consent_has_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["NEWSLETTER", "SAVED_CARD"])),
                        name="consentrecord_purpose_known",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="18401a05fa73efb33c33fb5d6b45854f8316e254",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0ab61",
                    table="accounts_consentrecord",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                    hash="7608a4a2f40ca3cf50f6af42fd4cab65deb50c9c",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_d2fa4",
                    table="accounts_consentrecord",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="dataexport",
            index=models.Index(fields=["-created_at", "-id"], name="data_export_newest"),
        ),
        migrations.AddIndex(
            model_name="dataexport",
            index=models.Index(
                condition=models.Q(("status__in", ["WAITING", "READY"])),
                fields=["status", "expires_at"],
                name="data_export_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataexport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "WAITING"), ("user__isnull", False)),
                fields=("user",),
                name="data_export_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataexport",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("status", "WAITING"), ("user", None)),
                name="data_export_one_at_a_time_of_guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataexport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "READY"), _negated=True),
                    models.Q(("expires_at__isnull", False), ("ready_at__isnull", False)),
                    _connector="OR",
                ),
                name="data_export_ready_has_its_times",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dataexport",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="c2458309ab62de6ae537f3e16e8e4c001558e0f0",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_2cc1c",
                    table="accounts_dataexport",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="erasurerequest",
            index=models.Index(fields=["-created_at", "-id"], name="erasure_request_newest"),
        ),
        migrations.AddIndex(
            model_name="erasurerequest",
            index=models.Index(
                condition=models.Q(("status__in", ["ASKED", "ERASING"])),
                fields=["due_at"],
                name="erasure_request_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasurerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["ASKED", "ERASING"]), ("user__isnull", False)),
                fields=("user",),
                name="erasure_request_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasurerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("canceled_at__isnull", False), ("erased_at", None), ("status", "CANCELED")
                    ),
                    models.Q(
                        ("canceled_at", None), ("erased_at__isnull", False), ("status", "ERASED")
                    ),
                    models.Q(
                        ("canceled_at", None),
                        ("erased_at", None),
                        ("status__in", ["ASKED", "ERASING"]),
                    ),
                    _connector="OR",
                ),
                name="erasure_request_status_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasurerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("user__isnull", False),
                    models.Q(("emails", []), _negated=True),
                    models.Q(("status__in", ["ASKED"]), _negated=True),
                    _connector="OR",
                ),
                name="erasure_request_is_of_someone",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="erasurerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="331529c7e693d837719608a219959e5d815c26c7",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_53cdd",
                    table="accounts_erasurerequest",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="erasurerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person_hash", ""), _negated=True),
                    models.Q(("email_hashes", []), _negated=True),
                    _connector="OR",
                ),
                name="erasure_record_names_someone",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="erasurerecord",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bd9f9ce918300c4af74203a9b0ed2beb4640c8a6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_391d2",
                    table="accounts_erasurerecord",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="erasurerecord",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                    hash="c0cc0fad91dee0c0cb86fc8da3e837537bf41352",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_1107c",
                    table="accounts_erasurerecord",
                    when="BEFORE",
                ),
            ),
        ),
    ]
