"""Prices keep their own history, and planned ones never overlap."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import shop.models

FUNCTIONS = """
    -- A UUIDv7 for rows that triggers write; PostgreSQL has one of its own from 18 on.
    CREATE FUNCTION catalog_new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
        SELECT (
            lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
            || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14)
        )::uuid
    $$;

    -- Now, but after every price the variant had.
    CREATE FUNCTION catalog_price_moment(of_variant uuid) RETURNS timestamptz
    LANGUAGE sql VOLATILE AS $$
        SELECT greatest(clock_timestamp(), max(changed_at) + interval '1 microsecond')
        FROM catalog_pricechange WHERE variant_id = of_variant
    $$;

    -- The lowest price of the 30 days before a moment, in minor units: the price in force when
    -- they began and every one set in them; what there is for goods that are younger. Hours,
    -- because a day has 23 to 25 of them in a session's time zone.
    CREATE FUNCTION catalog_lowest_price(of_variant uuid, moment timestamptz) RETURNS bigint
    LANGUAGE sql STABLE AS $$
        SELECT min(new_price) FROM catalog_pricechange
        WHERE variant_id = of_variant AND changed_at < moment AND changed_at >= coalesce(
            (
                SELECT max(changed_at) FROM catalog_pricechange
                WHERE variant_id = of_variant AND changed_at <= moment - interval '720 hours'
            ),
            '-infinity'
        )
    $$;

    CREATE FUNCTION catalog_variants_of(variant uuid) RETURNS numrange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT numrange(uuid_hash_extended(variant, 0), uuid_hash_extended(variant, 0), '[]')
    $$;

    CREATE FUNCTION catalog_scheduled_time(starts timestamptz, ends timestamptz) RETURNS tstzrange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN ends IS NULL THEN tstzrange(starts, starts, '[]')
            ELSE tstzrange(starts, ends) END
    $$;
"""
NO_FUNCTIONS = """
    DROP FUNCTION catalog_scheduled_time;
    DROP FUNCTION catalog_variants_of;
    DROP FUNCTION catalog_lowest_price;
    DROP FUNCTION catalog_price_moment;
    DROP FUNCTION catalog_new_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_content"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="PriceChange",
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
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="price_changes",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                ("old_price", models.BigIntegerField(null=True, verbose_name="old price")),
                ("new_price", models.BigIntegerField(verbose_name="new price")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
            ],
            options={
                "verbose_name": "price change",
                "verbose_name_plural": "price changes",
                "ordering": ["-changed_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["variant", "-changed_at"], name="price_change_of_variant")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("new_price__gte", 0),
                            models.Q(("old_price", None), ("old_price__gte", 0), _connector="OR"),
                        ),
                        name="price_change_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("old_price", None),
                            models.Q(("old_price", models.F("new_price")), _negated=True),
                            _connector="OR",
                        ),
                        name="price_change_is_a_change",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="f16b3e1eac5286d3da06d80641f9e988c8dfd0a1",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_cad15",
                            table="catalog_pricechange",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="never_truncated",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
                            hash="ed9e8c053742908501a6ed040fabbc19bb9c508e",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_never_truncated_8a096",
                            table="catalog_pricechange",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="PriceSchedule",
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
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_schedules",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_schedules",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        blank=True,
                        help_text="In minor units: 4990 is 49.90.",
                        null=True,
                        verbose_name="price",
                    ),
                ),
                (
                    "percent_off",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="percent off"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PLANNED", "Planned"),
                            ("RUNNING", "In force"),
                            ("ENDED", "Ended"),
                            ("CANCELED", "Canceled"),
                            ("MISSED", "Missed: over before it could begin"),
                        ],
                        default="PLANNED",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "before",
                    models.JSONField(
                        blank=True, default=dict, editable=False, verbose_name="prices before"
                    ),
                ),
                (
                    "left_alone",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        editable=False,
                        size=None,
                        verbose_name="variants left alone",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="planned by",
                    ),
                ),
            ],
            options={
                "verbose_name": "planned price",
                "verbose_name_plural": "planned prices",
                "ordering": ["-starts_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "PLANNED")),
                        fields=["starts_at"],
                        name="price_schedule_planned",
                    ),
                    models.Index(
                        condition=models.Q(("status", "RUNNING")),
                        fields=["ends_at"],
                        name="price_schedule_running",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("percent_off", None), ("price__gte", 0), ("price__isnull", False)
                            ),
                            models.Q(
                                ("percent_off__isnull", False),
                                ("percent_off__range", (1, 90)),
                                ("price", None),
                            ),
                            _connector="OR",
                        ),
                        name="price_schedule_price_or_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="price_schedule_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status__in", ["PLANNED", "RUNNING"])),
                        expressions=[
                            ("product", "="),
                            (
                                models.Func(
                                    models.F("variant"),
                                    function="catalog_variants_of",
                                    output_field=django.contrib.postgres.fields.ranges.DecimalRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("starts_at"),
                                    models.F("ends_at"),
                                    function="catalog_scheduled_time",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="price_schedule_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["PLANNED", "RUNNING", "ENDED", "CANCELED", "MISSED"])
                        ),
                        name="priceschedule_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="03dc47e98a82ab8481b3e285c03f9e1bb8961f77",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_3f67c",
                            table="catalog_priceschedule",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
