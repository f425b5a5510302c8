"""Products from files and to files."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import catalog.models.exports
import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0007_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
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
                    "format",
                    models.CharField(
                        choices=[("CSV", "CSV"), ("XLSX", "XLSX")],
                        max_length=10,
                        verbose_name="format",
                    ),
                ),
                ("size_bytes", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("encoding", models.CharField(blank=True, max_length=20, verbose_name="encoding")),
                ("delimiter", models.CharField(blank=True, max_length=1, verbose_name="delimiter")),
                ("sheet", models.CharField(blank=True, max_length=100, verbose_name="sheet")),
                (
                    "headers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        size=None,
                        verbose_name="columns of the file",
                    ),
                ),
                ("mapping", models.JSONField(default=dict, verbose_name="matched columns")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("UPLOADED", "Columns to be matched"),
                            ("CHECKING", "Being checked"),
                            ("CHECKED", "Ready to confirm"),
                            ("APPLYING", "Being imported"),
                            ("APPLIED", "Imported"),
                            ("REVERTING", "Being reverted"),
                            ("REVERTED", "Reverted"),
                            ("FAILED", "Failed"),
                        ],
                        default="UPLOADED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("new_rows", models.PositiveIntegerField(default=0, verbose_name="new")),
                ("changed_rows", models.PositiveIntegerField(default=0, verbose_name="changed")),
                (
                    "unchanged_rows",
                    models.PositiveIntegerField(default=0, verbose_name="unchanged"),
                ),
                ("error_rows", models.PositiveIntegerField(default=0, verbose_name="errors")),
                ("failure", models.TextField(blank=True, verbose_name="problem")),
                ("conflicts", models.JSONField(default=list, verbose_name="conflicts")),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "applied_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="imported"),
                ),
                (
                    "reverted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reverted"),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-created_at"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="b17ea8d01d01d7156df8d5db26051654e5ee13a8",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a0dee",
                            table="catalog_importbatch",
                            when="BEFORE",
                        ),
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["CSV", "XLSX"])),
                        name="importbatch_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "UPLOADED",
                                    "CHECKING",
                                    "CHECKED",
                                    "APPLYING",
                                    "APPLIED",
                                    "REVERTING",
                                    "REVERTED",
                                    "FAILED",
                                ],
                            )
                        ),
                        name="importbatch_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="catalog.importbatch",
                        verbose_name="import",
                    ),
                ),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("NEW", "New"),
                            ("CHANGED", "Changed"),
                            ("UNCHANGED", "Unchanged"),
                            ("ERROR", "Error"),
                        ],
                        default="UNCHANGED",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("sku", models.CharField(blank=True, max_length=64, verbose_name="SKU")),
                (
                    "product_slug",
                    models.CharField(blank=True, max_length=200, verbose_name="product"),
                ),
                ("cells", models.JSONField(default=dict, verbose_name="cells")),
                ("before", models.JSONField(default=dict, verbose_name="before")),
                ("after", models.JSONField(default=dict, verbose_name="after")),
                ("errors", models.JSONField(default=list, verbose_name="errors")),
                ("is_leader", models.BooleanField(default=False, verbose_name="tells the product")),
                (
                    "makes_product",
                    models.BooleanField(default=False, verbose_name="makes a product"),
                ),
                (
                    "makes_variant",
                    models.BooleanField(default=False, verbose_name="makes a variant"),
                ),
                ("product_id", models.UUIDField(null=True, verbose_name="product id")),
                ("variant_id", models.UUIDField(null=True, verbose_name="variant id")),
                (
                    "product_version",
                    models.PositiveIntegerField(default=0, verbose_name="version of the product"),
                ),
                (
                    "variant_version",
                    models.PositiveIntegerField(default=0, verbose_name="version of the variant"),
                ),
                ("options", models.JSONField(null=True, verbose_name="options")),
                ("is_primary", models.BooleanField(default=False, verbose_name="primary")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "row of an import",
                "verbose_name_plural": "rows of imports",
                "ordering": ["line"],
                "indexes": [
                    models.Index(fields=["batch", "kind", "line"], name="import_row_kind"),
                    models.Index(fields=["batch", "sku"], name="import_row_sku"),
                    models.Index(
                        fields=["batch", "product_slug", "line"], name="import_row_product"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "line"), name="import_row_once_per_line"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["NEW", "CHANGED", "UNCHANGED", "ERROR"])),
                        name="importrow_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportPicture",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures",
                        to="catalog.importbatch",
                        verbose_name="import",
                    ),
                ),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                ("product_id", models.UUIDField(verbose_name="product id")),
                ("color", models.CharField(blank=True, max_length=100, verbose_name="color")),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("WAITING", "Waiting"),
                            ("FETCHED", "Fetched"),
                            ("FAILED", "Failed"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0, verbose_name="tries")),
                ("asset_id", models.CharField(blank=True, max_length=200, verbose_name="asset id")),
                ("problem", models.CharField(blank=True, max_length=300, verbose_name="problem")),
            ],
            options={
                "verbose_name": "picture of an import",
                "verbose_name_plural": "pictures of imports",
                "ordering": ["line", "position"],
                "indexes": [
                    models.Index(fields=["batch", "status"], name="import_picture_status"),
                    models.Index(
                        condition=models.Q(("status", "FETCHED")),
                        fields=["url"],
                        name="import_picture_fetched",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "product_id", "color", "url"), name="import_picture_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["WAITING", "FETCHED", "FAILED"])),
                        name="importpicture_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportSchedule",
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
                ("title", models.CharField(max_length=100, verbose_name="title")),
                ("selection", models.JSONField(blank=True, default=dict, verbose_name="filter")),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        size=None,
                        verbose_name="columns",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("CSV", "CSV"), ("XLSX", "XLSX")],
                        default="CSV",
                        max_length=10,
                        verbose_name="format",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        null=True,
                        verbose_name="day",
                    ),
                ),
                (
                    "hour",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[django.core.validators.MaxValueValidator(23)],
                        verbose_name="hour",
                    ),
                ),
                (
                    "keep_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="days a file is kept",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("next_at", models.DateTimeField(verbose_name="next file")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="planned by",
                    ),
                ),
            ],
            options={
                "verbose_name": "planned export",
                "verbose_name_plural": "planned exports",
                "ordering": ["title"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hour__lte", 23),
                            models.Q(("weekday", None), ("weekday__lte", 6), _connector="OR"),
                            ("keep_days__gte", 1),
                            ("keep_days__lte", 365),
                        ),
                        name="export_schedule_is_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["CSV", "XLSX"])),
                        name="exportschedule_format_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="05114be58abb420c3dbd9986e75ca230002658bf",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_64471",
                            table="catalog_exportschedule",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductExport",
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
                    "format",
                    models.CharField(
                        choices=[("CSV", "CSV"), ("XLSX", "XLSX")],
                        max_length=10,
                        verbose_name="format",
                    ),
                ),
                ("selection", models.JSONField(default=dict, verbose_name="filter")),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        default=list,
                        size=None,
                        verbose_name="columns",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("QUEUED", "Being written"),
                            ("READY", "Ready"),
                            ("FAILED", "Failed"),
                        ],
                        default="QUEUED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("row_count", models.PositiveIntegerField(default=0, verbose_name="rows")),
                (
                    "schedule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="files",
                        to="catalog.exportschedule",
                        verbose_name="planned export",
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        default=catalog.models.exports.in_a_week, verbose_name="kept until"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
                "ordering": ["-created_at"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="a92af2b4a28a377e0671c8715999ede2b5f28fd2",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_18653",
                            table="catalog_productexport",
                            when="BEFORE",
                        ),
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["CSV", "XLSX"])),
                        name="productexport_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["QUEUED", "READY", "FAILED"])),
                        name="productexport_status_known",
                    ),
                ],
            },
        ),
    ]
