"""Prices keep their own history, and planned ones never overlap."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

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

# Variants from before this history: their price has stood at least since their last change.
FIRST_PRICES = """
    INSERT INTO catalog_pricechange
        (id, created_at, updated_at, variant_id, old_price, new_price, currency, changed_at)
    SELECT catalog_new_id(), now(), now(), v.id, NULL, v.price, p.currency, v.updated_at
    FROM catalog_productvariant v JOIN catalog_product p ON p.id = v.product_id
    WHERE NOT EXISTS (SELECT FROM catalog_pricechange c WHERE c.variant_id = v.id)
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_range")]

    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AddField(
            model_name="priceschedule",
            name="left_alone",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                blank=True,
                default=list,
                editable=False,
                size=None,
                verbose_name="variants left alone",
            ),
        ),
        migrations.AlterField(
            model_name="priceschedule",
            name="status",
            field=models.CharField(
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
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=pgtrigger.compiler.Trigger(
                name="begins_unreduced",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    NEW.former_price := NULL;\n    NEW.lowest_prior_price := NULL;\n    NEW.reduced_at := NULL;\n    RETURN NEW;\n",
                    hash="5b9a477698ac1f847cf9096628c9e97618bbae27",
                    operation="INSERT",
                    pgid="pgtrigger_begins_unreduced_432ea",
                    table="catalog_productvariant",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=pgtrigger.compiler.Trigger(
                name="reduction_follows_price",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE lowest bigint; moment timestamptz;",
                    func="\n    IF NEW.price = OLD.price THEN\n        -- Whoever saves a row as read earlier must not undo what was derived meanwhile.\n        NEW.former_price := OLD.former_price;\n        NEW.lowest_prior_price := OLD.lowest_prior_price;\n        NEW.reduced_at := OLD.reduced_at;\n        RETURN NEW;\n    END IF;\n    moment := catalog_price_moment(OLD.id);\n    lowest := least(OLD.price, catalog_lowest_price(OLD.id, moment));\n    IF NEW.price < lowest THEN\n        NEW.former_price := OLD.price;\n        NEW.lowest_prior_price := lowest;\n        NEW.reduced_at := moment;\n    ELSE\n        NEW.former_price := NULL;\n        NEW.lowest_prior_price := NULL;\n        NEW.reduced_at := NULL;\n    END IF;\n    RETURN NEW;\n",
                    hash="4a1c087ec51a82b7625afd77441e78f146d23fce",
                    operation='UPDATE OF "price", "former_price", "lowest_prior_price", "reduced_at"',
                    pgid="pgtrigger_reduction_follows_price_0f19f",
                    table="catalog_productvariant",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=pgtrigger.compiler.Trigger(
                name="first_price_is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO catalog_pricechange\n        (id, created_at, updated_at, variant_id, old_price, new_price, currency, changed_at)\n    SELECT catalog_new_id(), now(), now(), v.id, NULL, v.price, p.currency, clock_timestamp()\n    FROM new_rows v LEFT JOIN catalog_product p ON p.id = v.product_id;\n    RETURN NULL;\n",
                    hash="d1b0226ca6cc4d71a673fcc5328643dff7090879",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_first_price_is_kept_87811",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="catalog_productvariant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=pgtrigger.compiler.Trigger(
                name="price_change_is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."price" IS DISTINCT FROM (NEW."price"))',
                    func="\n    INSERT INTO catalog_pricechange\n        (id, created_at, updated_at, variant_id, old_price, new_price, currency, changed_at)\n    SELECT catalog_new_id(), now(), now(), NEW.id, OLD.price, NEW.price, p.currency,\n        coalesce(NEW.reduced_at, catalog_price_moment(NEW.id))\n    FROM catalog_product p WHERE p.id = NEW.product_id;\n    RETURN NULL;\n",
                    hash="4eec53d583549c1c18908a7133640a09e0f6e343",
                    operation="UPDATE",
                    pgid="pgtrigger_price_change_is_kept_2e391",
                    table="catalog_productvariant",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="priceschedule",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
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
        ),
        migrations.RunSQL(FIRST_PRICES, migrations.RunSQL.noop),
    ]
