"""The listings' rows, which triggers keep, and search."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import shop.models

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
# A query is a list of clauses, all of which must be met: lists of alternatives, each a list of
# words. A clause that begins with one word that says nothing ("the") is left out, unless nothing
# else is there.
QUERY = """
    CREATE FUNCTION catalog_search_query(clauses jsonb, OUT whole tsquery, OUT loose tsquery)
    LANGUAGE plpgsql STABLE SET client_min_messages = 'error' AS $$
    DECLARE
        clause jsonb;
        alternative jsonb;
        word text;
        stem tsquery;
        forms tsquery;
        part tsquery;
        spare tsquery := '';
        says_something boolean;  -- unknown until the first alternative is read
    BEGIN
        whole := '';
        loose := '';
        FOR clause IN SELECT jsonb_array_elements(clauses) LOOP
            part := '';
            says_something := NULL;
            FOR alternative IN SELECT jsonb_array_elements(clause) LOOP
                forms := '';
                FOR word IN SELECT jsonb_array_elements_text(alternative) LOOP
                    stem := catalog_stemmed_query(word);
                    says_something := coalesce(
                        says_something, jsonb_array_length(alternative) > 1 OR numnode(stem) > 0
                    );
                    forms := forms && (to_tsquery('pg_catalog.simple', word) || stem);
                END LOOP;
                part := part || forms;
            END LOOP;
            IF says_something THEN
                whole := whole && part;
                loose := loose || part;
            ELSE
                spare := spare && part;
            END IF;
        END LOOP;
        IF numnode(whole) = 0 THEN
            whole := spare;
            loose := spare;
        END IF;
    END
    $$;
"""
# What the query finds in one of the two columns. The first form reads the newest products and
# stops: quick for words that many have. The second asks the index for all, of which some are
# fetched: quick for others.
HITS = """
    CREATE FUNCTION catalog_newest_hits(
        query tsquery, in_head boolean, moment timestamptz, read_most integer, most integer
    ) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    BEGIN
        RETURN ARRAY(
            SELECT newest.id FROM (
                SELECT p.id, CASE WHEN in_head THEN p.search_head ELSE p.search_vector END AS words
                FROM catalog_product p
                WHERE p.status = 'ACTIVE' AND p.deleted_at IS NULL AND p.published_at <= moment
                ORDER BY p.published_at DESC, p.id DESC LIMIT read_most
            ) newest
            WHERE newest.words @@ query LIMIT most
        );
    END
    $$;

    CREATE FUNCTION catalog_any_hits(
        query tsquery, in_head boolean, moment timestamptz, most integer
    ) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_indexscan = off AS $$
    BEGIN
        IF in_head THEN
            RETURN ARRAY(
                SELECT p.id FROM catalog_product p
                WHERE p.search_head @@ query
                AND p.status = 'ACTIVE' AND p.deleted_at IS NULL AND p.published_at <= moment
                LIMIT most
            );
        END IF;
        RETURN ARRAY(
            SELECT p.id FROM catalog_product p
            WHERE p.search_vector @@ query
            AND p.status = 'ACTIVE' AND p.deleted_at IS NULL AND p.published_at <= moment
            LIMIT most
        );
    END
    $$;
"""
# The best ``most`` of a bounded number of hits, best first. A sample of the newest products
# tells which way is the quick one; of long texts few are looked at, because each is unpacked.
SEARCH = """
    CREATE FUNCTION catalog_search(clauses jsonb, moment timestamptz, most integer)
    RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
    DECLARE
        whole tsquery;
        loose tsquery;
        hits uuid[] := '{}';
    BEGIN
        SELECT * FROM catalog_search_query(clauses) INTO whole, loose;
        IF numnode(whole) = 0 THEN
            RETURN;
        END IF;
        IF cardinality(catalog_newest_hits(whole, true, moment, 200, 40)) = 40 THEN
            hits := catalog_newest_hits(whole, true, moment, 10 * most, most);
        END IF;
        IF cardinality(hits) < most THEN
            hits := catalog_any_hits(whole, true, moment, most);
        END IF;
        IF cardinality(hits) < most THEN
            IF cardinality(catalog_newest_hits(whole, false, moment, 40, 20)) = 20 THEN
                hits := hits || catalog_newest_hits(whole, false, moment, 4 * most, most);
            END IF;
            IF cardinality(hits) < most THEN
                hits := hits || catalog_any_hits(whole, false, moment, most);
            END IF;
        END IF;
        RETURN QUERY
            SELECT p.id FROM catalog_product p WHERE p.id = ANY (hits)
            ORDER BY (p.search_head @@ whole) DESC, ts_rank(p.search_head, loose) DESC,
                p.published_at DESC, p.id DESC
            LIMIT most;
    END
    $$;
"""
# Known words that look most like each of ``typed``.
ALIKE = """
    CREATE FUNCTION catalog_words_alike(typed text[], most integer)
    RETURNS TABLE (like_word text, word varchar, products integer)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
    DECLARE
        one text;
    BEGIN
        FOREACH one IN ARRAY typed LOOP
            RETURN QUERY
                SELECT one, w.word, w.products FROM catalog_searchword w
                ORDER BY w.word <-> one LIMIT most;
        END LOOP;
    END
    $$;
"""
FUNCTIONS = (
    "catalog_words_alike(text[], integer)",
    "catalog_search(jsonb, timestamptz, integer)",
    "catalog_any_hits(tsquery, boolean, timestamptz, integer)",
    "catalog_newest_hits(tsquery, boolean, timestamptz, integer, integer)",
    "catalog_search_query(jsonb)",
)
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


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_prices"),
    ]

    operations = [
        # Words that look alike: "did you mean".
        TrigramExtension(),
        migrations.RunSQL(SLUG, "DROP FUNCTION catalog_slug"),
        migrations.RunSQL(DERIVED, "DROP FUNCTION catalog_derived_listing"),
        migrations.RunSQL(LIST_PRODUCTS, "DROP FUNCTION catalog_list_products"),
        migrations.RunSQL(
            sql=[QUERY, HITS, SEARCH, ALIKE],
            reverse_sql=[f"DROP FUNCTION {name}" for name in FUNCTIONS],
        ),
        migrations.CreateModel(
            name="ListedProduct",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "place_id",
                        "product_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("place_id", models.UUIDField(verbose_name="place")),
                ("product_id", models.UUIDField(verbose_name="product")),
                ("precedence", models.IntegerField(verbose_name="precedence")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                ("price_low", models.BigIntegerField(verbose_name="lowest price")),
                ("price_high", models.BigIntegerField(verbose_name="highest price")),
                (
                    "rating",
                    models.DecimalField(decimal_places=2, max_digits=3, verbose_name="rating"),
                ),
                ("units_sold", models.PositiveIntegerField(verbose_name="units sold")),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None, verbose_name="terms"
                    ),
                ),
            ],
            options={
                "verbose_name": "listed product",
                "verbose_name_plural": "listed products",
                "indexes": [
                    models.Index(
                        fields=["place_id", "-precedence", "-published_at", "-product_id"],
                        include=("price_low", "price_high"),
                        name="listed_featured",
                    ),
                    models.Index(
                        fields=["place_id", "-published_at", "-product_id"],
                        include=("price_low", "price_high"),
                        name="listed_newest",
                    ),
                    models.Index(
                        fields=["place_id", "price_low", "product_id"], name="listed_price"
                    ),
                    models.Index(
                        fields=["place_id", "-rating", "-published_at", "-product_id"],
                        include=("price_low", "price_high"),
                        name="listed_rating",
                    ),
                    models.Index(
                        fields=["place_id", "-units_sold", "-published_at", "-product_id"],
                        include=("price_low", "price_high"),
                        name="listed_sold",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="listed_terms"),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(
                            ("place_id", uuid.UUID("00000000-0000-0000-0000-000000000000"))
                        ),
                        fields=["terms"],
                        name="listed_rules",
                    ),
                    django.contrib.postgres.indexes.GistIndex(
                        models.F("place_id"),
                        models.Func(
                            "price_low",
                            "price_high",
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        condition=models.Q(("price_low__lt", models.F("price_high"))),
                        name="listed_price_span",
                    ),
                    models.Index(fields=["product_id"], name="listed_product"),
                ],
            },
        ),
        migrations.RunSQL(FIRST_LISTED, "DROP FUNCTION catalog_first_listed"),
        migrations.CreateModel(
            name="ListedCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "place_id",
                        "term",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("place_id", models.UUIDField(verbose_name="place")),
                ("term", models.TextField(verbose_name="term")),
                ("products", models.PositiveIntegerField(verbose_name="products")),
            ],
            options={
                "verbose_name": "count of a listing",
                "verbose_name_plural": "counts of listings",
            },
        ),
        migrations.CreateModel(
            name="StalePlace",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("place_id", models.UUIDField(verbose_name="place")),
            ],
            options={
                "verbose_name": "place to count again",
                "verbose_name_plural": "places to count again",
                "indexes": [models.Index(fields=["place_id"], name="stale_place")],
            },
        ),
        migrations.CreateModel(
            name="Synonym",
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
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50), size=None, verbose_name="words"
                    ),
                ),
            ],
            options={
                "verbose_name": "group of synonyms",
                "verbose_name_plural": "synonyms",
                "ordering": ["words"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words__len__gte", 2)), name="synonym_of_two_words"
                    ),
                    models.UniqueConstraint(fields=("words",), name="synonym_once"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="6bea6b1aa667fa02d615bed8f64cd21784c73c10",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_07dd6",
                            table="catalog_synonym",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchRedirect",
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
                ("term", models.CharField(max_length=200, unique=True, verbose_name="search")),
                ("target", models.CharField(max_length=300, verbose_name="target")),
            ],
            options={
                "verbose_name": "search redirect",
                "verbose_name_plural": "search redirects",
                "ordering": ["term"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("target__startswith", "/"),
                            models.Q(("target__startswith", "//"), _negated=True),
                        ),
                        name="search_redirect_stays_in_the_shop",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="5f003d1f522cdb2a911679bb471833f6f4b465b7",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_6e835",
                            table="catalog_searchredirect",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchTerm",
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
                ("day", models.DateField(verbose_name="day")),
                ("term", models.CharField(max_length=200, verbose_name="search")),
                ("searches", models.PositiveIntegerField(default=0, verbose_name="searches")),
                (
                    "searches_without_results",
                    models.PositiveIntegerField(default=0, verbose_name="searches without results"),
                ),
                ("results", models.PositiveIntegerField(default=0, verbose_name="results")),
            ],
            options={
                "verbose_name": "search",
                "verbose_name_plural": "what people searched for",
                "ordering": ["-day", "-searches"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("day", "term"), name="search_term_once_a_day")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="0bf8a9a616ea5cdaebd622982377b1932028cb3d",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_e3bf9",
                            table="catalog_searchterm",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PopularSearch",
            fields=[
                (
                    "term",
                    models.CharField(
                        max_length=200, primary_key=True, serialize=False, verbose_name="search"
                    ),
                ),
                ("weight", models.FloatField(default=0, verbose_name="weight")),
                ("results", models.PositiveIntegerField(default=0, verbose_name="results")),
            ],
            options={
                "verbose_name": "popular search",
                "verbose_name_plural": "popular searches",
                "indexes": [models.Index(fields=["-weight", "term"], name="popular_search_first")],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.CharField(
                        max_length=50, primary_key=True, serialize=False, verbose_name="word"
                    ),
                ),
                ("products", models.PositiveIntegerField(verbose_name="products")),
                (
                    "heads",
                    models.PositiveIntegerField(default=0, verbose_name="products it is about"),
                ),
            ],
            options={
                "verbose_name": "word of the catalog",
                "verbose_name_plural": "words of the catalog",
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["word"], name="search_word_alike", opclasses=["gist_trgm_ops"]
                    )
                ],
            },
        ),
    ]
