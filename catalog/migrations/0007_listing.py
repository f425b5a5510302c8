"""The listings' rows and the triggers that keep them."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

SLUG = """
    CREATE FUNCTION catalog_slug(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT left(trim(BOTH '-' FROM regexp_replace(lower(words), '[^a-z0-9]+', '-', 'g')), 50)
    $$
"""

# What the listings hold for these products, by place.
DERIVED = """
    CREATE FUNCTION catalog_derived_listing(product_ids uuid[])
    RETURNS TABLE (
        place_id uuid, product_id uuid, precedence integer, published_at timestamptz,
        price_low bigint, price_high bigint, rating numeric(3, 2), units_sold integer, terms text[]
    )
    LANGUAGE sql STABLE AS $$
        WITH product AS MATERIALIZED (
            SELECT p.id, p.published_at, p.tags, p.units_sold, p.attributes, p.fibers,
                coalesce(p.rating_average, 0) AS rating, brand.id AS brand, brand.slug AS brand_slug
            FROM catalog_product p
            LEFT JOIN catalog_brand brand ON brand.id = p.brand_id AND brand.deleted_at IS NULL
            WHERE p.id = ANY (product_ids) AND p.status = 'ACTIVE'
            AND p.deleted_at IS NULL AND p.published_at IS NOT NULL
        ),
        variant AS MATERIALIZED (
            SELECT v.product_id, v.price, v.option_values, v.lowest_prior_price
            FROM catalog_productvariant v
            WHERE v.product_id = ANY (product_ids) AND v.deleted_at IS NULL
        ),
        priced AS (
            SELECT v.product_id, min(v.price) AS low, max(v.price) AS high
            FROM variant v GROUP BY v.product_id
        ),
        -- Each category a product lies in, and those above.
        home AS MATERIALIZED (
            SELECT link.product_id, above.id AS place, above.path, min(link.position) AS position
            FROM catalog_productcategory link
            JOIN catalog_category own ON own.id = link.category_id AND own.deleted_at IS NULL
            CROSS JOIN LATERAL generate_series(1, own.level + 1) AS depth
            JOIN catalog_category above ON above.deleted_at IS NULL
            AND above.path = array_to_string((string_to_array(own.path, '/'))[1:depth], '/')
            WHERE link.product_id = ANY (product_ids)
            GROUP BY link.product_id, above.id, above.path
        ),
        term AS (
            SELECT v.product_id, o.key || ':' || o.value AS term
            FROM variant v, jsonb_each_text(v.option_values) o WHERE o.value <> ''
            UNION SELECT v.product_id, 'sale' FROM variant v WHERE v.lowest_prior_price IS NOT NULL
            UNION SELECT home.product_id, 'in:' || home.path FROM home
            UNION SELECT p.id, 'brand:' || p.brand_slug FROM product p WHERE p.brand IS NOT NULL
            UNION SELECT p.id, 'rating:' || floor FROM product p, generate_series(3, 4) floor
                WHERE p.rating >= floor
            UNION SELECT p.id, 'tag:' || tag FROM product p, unnest(p.tags) tag
            UNION SELECT p.id, 'fit:' || fit
                FROM product p, catalog_slug(split_part(p.attributes ->> 'fit', '.', 1)) fit
                WHERE fit <> ''
            -- The main fiber of the first part; where fibers are not told, of the words about it.
            UNION SELECT p.id, 'material:' || main.fiber
                FROM product p
                CROSS JOIN LATERAL (
                    SELECT catalog_slug(f.fiber) AS fiber
                    FROM jsonb_to_recordset(p.fibers) AS f(part text, fiber text, percent numeric)
                    WHERE f.part IS NOT DISTINCT FROM p.fibers -> 0 ->> 'part'
                    ORDER BY f.percent DESC, f.fiber LIMIT 1
                ) main
                WHERE main.fiber <> ''
            UNION SELECT p.id, 'material:' || words
                FROM product p, catalog_slug(regexp_replace(
                    split_part(p.attributes ->> 'material', ',', 1), '[0-9.]+ *%', ''
                )) words
                WHERE p.fibers = '[]' AND words <> ''
        ),
        termed AS (
            SELECT t.product_id, array_agg(t.term ORDER BY t.term COLLATE "C") AS terms
            FROM term t GROUP BY t.product_id
        ),
        place AS (
            SELECT p.id AS product_id, '00000000-0000-0000-0000-000000000000'::uuid AS place,
                0 AS position
            FROM product p
            UNION ALL SELECT p.id, p.brand, 0 FROM product p WHERE p.brand IS NOT NULL
            UNION ALL SELECT home.product_id, home.place, home.position FROM home
            UNION ALL SELECT link.product_id, link.collection_id, link.position
                FROM catalog_collectionproduct link
                JOIN catalog_collection c ON c.id = link.collection_id
                WHERE link.product_id = ANY (product_ids)
                AND c.status = 'ACTIVE' AND c.deleted_at IS NULL
        )
        SELECT place.place, p.id, -place.position, p.published_at, priced.low, priced.high,
            p.rating, p.units_sold, coalesce(termed.terms, '{}')
        FROM product p
        JOIN priced ON priced.product_id = p.id
        JOIN place ON place.product_id = p.id
        LEFT JOIN termed ON termed.product_id = p.id
    $$
"""

# Writes what differs. The locks make two writers of one product, or of a product and its
# collection, follow each other; each statement then sees what the other committed.
LIST_PRODUCTS = """
    CREATE FUNCTION catalog_list_products(product_ids uuid[]) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE
        ordered uuid[];
        chunk uuid[];
    BEGIN
        -- A bulk load says SET LOCAL selvedge.defer_listing = 'on' and lists at its end.
        IF cardinality(product_ids) = 0
        OR current_setting('selvedge.defer_listing', true) = 'on' THEN
            RETURN;
        END IF;
        ordered := ARRAY(SELECT DISTINCT id FROM unnest(product_ids) id ORDER BY id);
        -- In chunks, because the planner takes every array for a short one.
        FOR start IN 1 .. cardinality(ordered) BY 200 LOOP
            chunk := ordered[start : start + 199];
            PERFORM FROM catalog_brand WHERE id IN (
                SELECT brand_id FROM catalog_product WHERE id = ANY (chunk)
            ) ORDER BY id FOR SHARE;
            PERFORM FROM catalog_category WHERE id IN (
                SELECT category_id FROM catalog_productcategory WHERE product_id = ANY (chunk)
            ) ORDER BY id FOR SHARE;
            PERFORM FROM catalog_collection WHERE id IN (
                SELECT collection_id FROM catalog_collectionproduct WHERE product_id = ANY (chunk)
            ) ORDER BY id FOR SHARE;
            PERFORM FROM catalog_product WHERE id = ANY (chunk) ORDER BY id FOR NO KEY UPDATE;
            WITH derived AS MATERIALIZED (
                SELECT * FROM catalog_derived_listing(chunk)
            ),
            gone AS (
                DELETE FROM catalog_listedproduct listed
                WHERE listed.product_id = ANY (chunk) AND NOT EXISTS (
                    SELECT FROM derived
                    WHERE derived.place_id = listed.place_id AND derived.product_id = listed.product_id
                )
                RETURNING listed.place_id
            ),
            written AS (
                INSERT INTO catalog_listedproduct AS listed (
                    place_id, product_id, precedence, published_at, price_low, price_high, rating,
                    units_sold, terms
                )
                SELECT place_id, product_id, precedence, published_at, price_low, price_high, rating,
                    units_sold, terms
                FROM derived ORDER BY place_id, product_id
                ON CONFLICT (place_id, product_id) DO UPDATE SET
                    precedence = excluded.precedence, published_at = excluded.published_at,
                    price_low = excluded.price_low, price_high = excluded.price_high,
                    rating = excluded.rating, units_sold = excluded.units_sold, terms = excluded.terms
                WHERE (
                    listed.precedence, listed.published_at, listed.price_low, listed.price_high,
                    listed.rating, listed.units_sold, listed.terms
                ) IS DISTINCT FROM (
                    excluded.precedence, excluded.published_at, excluded.price_low,
                    excluded.price_high, excluded.rating, excluded.units_sold, excluded.terms
                )
                RETURNING listed.place_id
            )
            INSERT INTO catalog_staleplace (place_id)
            SELECT place_id FROM gone UNION SELECT place_id FROM written;
        END LOOP;
    END
    $$
"""

# The first rows of a place in its order. However large the table is, and whatever the planner
# thinks of reading it as a whole, this walks along the index and stops.
FIRST_LISTED = """
    CREATE FUNCTION catalog_first_listed(place uuid, moment timestamptz, most integer)
    RETURNS TABLE (product_id uuid, terms text[], price_low bigint, price_high bigint)
    LANGUAGE sql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
        SELECT listed.product_id, listed.terms, listed.price_low, listed.price_high
        FROM catalog_listedproduct listed
        WHERE listed.place_id = place AND listed.published_at <= moment
        ORDER BY listed.place_id, listed.precedence DESC, listed.published_at DESC,
            listed.product_id DESC
        LIMIT most
    $$
"""

# Products that were there before this migration.
LIST_ALL = "SELECT catalog_list_products(ARRAY(SELECT id FROM catalog_product))"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_prices")]

    operations = [
        migrations.RemoveIndex(model_name="listedproduct", name="listed_featured"),
        migrations.RemoveField(model_name="listedproduct", name="position"),
        migrations.AddField(
            model_name="listedproduct",
            name="precedence",
            field=models.IntegerField(default=0, verbose_name="precedence"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="listedproduct",
            index=models.Index(
                fields=["place_id", "-precedence", "-published_at", "-product_id"],
                name="listed_featured",
            ),
        ),
        migrations.AddIndex(
            model_name="staleplace",
            index=models.Index(fields=["place_id"], name="stale_place"),
        ),
        migrations.RunSQL(SLUG, "DROP FUNCTION catalog_slug"),
        migrations.RunSQL(DERIVED, "DROP FUNCTION catalog_derived_listing"),
        migrations.RunSQL(LIST_PRODUCTS, "DROP FUNCTION catalog_list_products"),
        migrations.RunSQL(FIRST_LISTED, "DROP FUNCTION catalog_first_listed"),
        migrations.RunSQL(LIST_ALL, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(\n                    SELECT product.id FROM new_rows changed\n                    JOIN old_rows former ON former.id = changed.id\n                    JOIN catalog_product product ON product.brand_id = changed.id\n                    WHERE (changed.slug, changed.deleted_at)\n                    IS DISTINCT FROM (former.slug, former.deleted_at))); RETURN NULL;",
                    hash="d37eb737055786f14e85cb51f40c2792dd823660",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_list_after_update_214b0",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="catalog_brand",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(\n    SELECT link.product_id FROM new_rows changed\n    JOIN catalog_category below\n        ON below.path = changed.path OR starts_with(below.path, changed.path || '/')\n    JOIN catalog_productcategory link ON link.category_id = below.id\n)); RETURN NULL;",
                    hash="d326cb0eee45339512c7001283184e25f966747c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_list_after_insert_b8431",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="catalog_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(\n    SELECT link.product_id FROM new_rows changed JOIN old_rows former ON former.id = changed.id\n                        AND (changed.path, changed.deleted_at)\n                        IS DISTINCT FROM (former.path, former.deleted_at)\n    JOIN catalog_category below\n        ON below.path = changed.path OR starts_with(below.path, changed.path || '/')\n    JOIN catalog_productcategory link ON link.category_id = below.id\n)); RETURN NULL;",
                    hash="75ca47a0fb59b1a4a22a03a8eeee518465c735af",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_list_after_update_bb4c0",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="catalog_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collection",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(\n                    SELECT link.product_id FROM new_rows changed\n                    JOIN old_rows former ON former.id = changed.id\n                    JOIN catalog_collectionproduct link ON link.collection_id = changed.id\n                    WHERE (changed.status, changed.deleted_at)\n                    IS DISTINCT FROM (former.status, former.deleted_at))); RETURN NULL;",
                    hash="61350cf9e87257980f490908691105a0327af9c0",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_list_after_update_0e225",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="catalog_collection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collectionproduct",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(SELECT product_id FROM new_rows)); RETURN NULL;",
                    hash="1dfea87ddd99f240b2d000149d4fb42ae42144d2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_list_after_insert_03310",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="catalog_collectionproduct",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collectionproduct",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(\n            SELECT t.product_id FROM (\n                (SELECT t.product_id, t.collection_id, t.position FROM new_rows t EXCEPT\n                 SELECT t.product_id, t.collection_id, t.position FROM old_rows t)\n                UNION ALL\n                (SELECT t.product_id, t.collection_id, t.position FROM old_rows t EXCEPT\n                 SELECT t.product_id, t.collection_id, t.position FROM new_rows t)\n            ) t)); RETURN NULL;",
                    hash="e42e0530c0b2384b49b0f06b07ca478a5d8e1cc2",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_list_after_update_052e1",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="catalog_collectionproduct",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collectionproduct",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(SELECT product_id FROM old_rows)); RETURN NULL;",
                    hash="eefcef91b5d86ab0711fc9b6bc11f77703dcf0f5",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_list_after_delete_9ba67",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="catalog_collectionproduct",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(SELECT id FROM new_rows)); RETURN NULL;",
                    hash="f60ffe72ef86a64b3f4f36786a0e51aa0ca03699",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_list_after_insert_0dcdd",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="catalog_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(\n            SELECT t.id FROM (\n                (SELECT t.id, t.status, t.deleted_at, t.published_at, t.brand_id, t.rating_average,\n                    t.units_sold, t.tags, t.attributes->'fit', t.attributes->'material', t.fibers FROM new_rows t EXCEPT\n                 SELECT t.id, t.status, t.deleted_at, t.published_at, t.brand_id, t.rating_average,\n                    t.units_sold, t.tags, t.attributes->'fit', t.attributes->'material', t.fibers FROM old_rows t)\n                UNION ALL\n                (SELECT t.id, t.status, t.deleted_at, t.published_at, t.brand_id, t.rating_average,\n                    t.units_sold, t.tags, t.attributes->'fit', t.attributes->'material', t.fibers FROM old_rows t EXCEPT\n                 SELECT t.id, t.status, t.deleted_at, t.published_at, t.brand_id, t.rating_average,\n                    t.units_sold, t.tags, t.attributes->'fit', t.attributes->'material', t.fibers FROM new_rows t)\n            ) t)); RETURN NULL;",
                    hash="4b36534863e19f377453e7290cc5c13d58f61538",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_list_after_update_47075",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="catalog_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(SELECT id FROM old_rows)); RETURN NULL;",
                    hash="39c508828dd490fe19190f49ab9949efa56c0705",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_list_after_delete_7c6a5",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="catalog_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(SELECT product_id FROM new_rows)); RETURN NULL;",
                    hash="f9d6d52fa4f2ff530ff8f3702d223049f2bb0da9",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_list_after_insert_0af66",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="catalog_productcategory",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(\n            SELECT t.product_id FROM (\n                (SELECT t.product_id, t.category_id, t.position FROM new_rows t EXCEPT\n                 SELECT t.product_id, t.category_id, t.position FROM old_rows t)\n                UNION ALL\n                (SELECT t.product_id, t.category_id, t.position FROM old_rows t EXCEPT\n                 SELECT t.product_id, t.category_id, t.position FROM new_rows t)\n            ) t)); RETURN NULL;",
                    hash="283395fee7e52c157797fa0aa340cf9ee7662432",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_list_after_update_18061",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="catalog_productcategory",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(SELECT product_id FROM old_rows)); RETURN NULL;",
                    hash="85b4463170854a3b81b68321f473f7bf1d17a6ff",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_list_after_delete_41d8e",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="catalog_productcategory",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(SELECT product_id FROM new_rows)); RETURN NULL;",
                    hash="8b82653cf23182af39d0ccdf45caaca58720db5e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_list_after_insert_fbe1c",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="catalog_productvariant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(\n            SELECT t.product_id FROM (\n                (SELECT t.product_id, t.id, t.deleted_at, t.price, t.option_values,\n                    t.lowest_prior_price IS NULL FROM new_rows t EXCEPT\n                 SELECT t.product_id, t.id, t.deleted_at, t.price, t.option_values,\n                    t.lowest_prior_price IS NULL FROM old_rows t)\n                UNION ALL\n                (SELECT t.product_id, t.id, t.deleted_at, t.price, t.option_values,\n                    t.lowest_prior_price IS NULL FROM old_rows t EXCEPT\n                 SELECT t.product_id, t.id, t.deleted_at, t.price, t.option_values,\n                    t.lowest_prior_price IS NULL FROM new_rows t)\n            ) t)); RETURN NULL;",
                    hash="a73cf7a52edd81f310b7eca46baa2cc0ec2b79a8",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_list_after_update_22a81",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="catalog_productvariant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=pgtrigger.compiler.Trigger(
                name="list_after_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM catalog_list_products(ARRAY(SELECT product_id FROM old_rows)); RETURN NULL;",
                    hash="59d4e8fcc774184a803ed9eed6e36a77a015bacf",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_list_after_delete_8c7d2",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="catalog_productvariant",
                    when="AFTER",
                ),
            ),
        ),
    ]
