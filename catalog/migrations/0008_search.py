"""Search: folded words, a small vector to rank by, names of brands, and bounded hits."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from catalog.searching import languages as search_languages

# Lower case without accents, as catalog.searching.query.fold does it.
FOLD = r"""
    CREATE FUNCTION catalog_fold(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN translate(replace(replace(replace(replace(lower(
        regexp_replace(normalize(words, NFKD), '[\u0300-\u036F]', '', 'g')
    ), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'øđðłıħς', 'oddlihσ')
"""

# Words without the signs between them: PostgreSQL would take "w32/l34" for the path of a file.
PLAIN = r"""
    CREATE FUNCTION catalog_plain(folded text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(folded, '[^a-z0-9\u0080-\U0010FFFF]+', ' ', 'g')
"""

# "t-shirt" and "t shirt" are also "tshirt".
JOINED = r"""
    CREATE FUNCTION catalog_joined(folded text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT coalesce(string_agg(coalesce(m[1] || m[2], m[3] || m[4]), ' '), '')
        FROM regexp_matches(
            folded, '\m([a-z0-9]+)-([a-z0-9]+)|\m([a-z]) ([a-z0-9]{2,})', 'g'
        ) m
    )
"""

VECTORS = """
    -- Each word as it stands and in its basic forms.
    CREATE FUNCTION catalog_forms(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('pg_catalog.simple', words) || catalog_stems(words);

    CREATE FUNCTION catalog_titled(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN catalog_forms(
        catalog_plain(catalog_fold(words)) || ' ' || catalog_joined(catalog_fold(words))
    );

    CREATE FUNCTION catalog_head_vector(
        title text, keywords text[], tags text[], brand text
    ) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(catalog_titled(title), 'A')
        || setweight(catalog_titled(array_to_string(keywords || tags, ' ')), 'B')
        || setweight(catalog_titled(brand), 'C');

    CREATE FUNCTION catalog_search_vector(
        title text, keywords text[], tags text[], brand text, summary text, description text
    ) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN catalog_head_vector(title, keywords, tags, brand)
        || setweight(catalog_forms(catalog_plain(catalog_fold(
            summary || ' ' || regexp_replace(description, '<[^<>]*>|&[a-z]+;', ' ', 'g')
        ))), 'D');
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
    "catalog_search_vector(text, text[], text[], text, text, text)",
    "catalog_head_vector(text, text[], text[], text)",
    "catalog_titled(text)",
    "catalog_forms(text)",
    "catalog_stemmed_query(text)",
    "catalog_stems(text)",
    "catalog_joined(text)",
    "catalog_plain(text)",
    "catalog_fold(text)",
)
NAME_BRANDS = """
    UPDATE catalog_product product SET brand_name = brand.name FROM catalog_brand brand
    WHERE brand.id = product.brand_id AND brand.deleted_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_listing")]

    operations = [
        migrations.RunSQL(
            sql=[
                FOLD,
                PLAIN,
                JOINED,
                search_languages.definition(search_languages.chosen()),
                VECTORS,
                QUERY,
                HITS,
                SEARCH,
                ALIKE,
            ],
            reverse_sql=[f"DROP FUNCTION {name}" for name in FUNCTIONS],
        ),
        migrations.AddField(
            model_name="product",
            name="brand_name",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                max_length=100,
                verbose_name="name of the brand",
            ),
        ),
        migrations.RunSQL(sql=NAME_BRANDS, reverse_sql=migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="product", name="product_search"),
        migrations.RemoveField(model_name="product", name="search_vector"),
        migrations.AddField(
            model_name="product",
            name="search_head",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("title"),
                    models.F("keywords"),
                    models.F("tags"),
                    models.F("brand_name"),
                    function="catalog_head_vector",
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="search_vector",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("title"),
                    models.F("keywords"),
                    models.F("tags"),
                    models.F("brand_name"),
                    models.F("summary"),
                    models.F("description"),
                    function="catalog_search_vector",
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_head"], name="product_head"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_vector"], name="product_search"
            ),
        ),
        migrations.AddIndex(
            model_name="productvariant",
            index=models.Index(
                django.db.models.functions.text.Upper("sku"),
                condition=models.Q(("deleted_at", None)),
                name="variant_code",
            ),
        ),
        migrations.AddIndex(
            model_name="productvariant",
            index=models.Index(
                condition=models.Q(("deleted_at", None), models.Q(("barcode", ""), _negated=True)),
                fields=["barcode"],
                name="variant_barcode",
            ),
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
        migrations.AddField(
            model_name="searchword",
            name="heads",
            field=models.PositiveIntegerField(default=0, verbose_name="products it is about"),
        ),
        migrations.RemoveIndex(model_name="searchword", name="search_word_alike"),
        migrations.AddIndex(
            model_name="searchword",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["word"], name="search_word_alike", opclasses=["gist_trgm_ops"]
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=pgtrigger.compiler.Trigger(
                name="tells_its_name",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    UPDATE catalog_product SET\n                        brand_name = CASE WHEN NEW.deleted_at IS NULL THEN NEW.name ELSE '' END\n                    WHERE brand_id = NEW.id;\n                    RETURN NULL;\n                ",
                    hash="1c0e776e7274a48752109808542afd85f10ca301",
                    operation='UPDATE OF "name", "deleted_at"',
                    pgid="pgtrigger_tells_its_name_3d7ae",
                    table="catalog_brand",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="knows_its_brand",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF TG_OP = 'UPDATE' AND NEW.brand_id IS NOT DISTINCT FROM OLD.brand_id THEN\n                        NEW.brand_name = OLD.brand_name;\n                        RETURN NEW;\n                    END IF;\n                    -- Locked, so that a renaming at the same moment is seen or sees us.\n                    NEW.brand_name = coalesce((\n                        SELECT brand.name FROM catalog_brand brand\n                        WHERE brand.id = NEW.brand_id AND brand.deleted_at IS NULL FOR SHARE\n                    ), '');\n                    RETURN NEW;\n                ",
                    hash="c18858935f6a8ccdf25cbc9fcd0026213ac7ec67",
                    operation='INSERT OR UPDATE OF "brand_id"',
                    pgid="pgtrigger_knows_its_brand_27c82",
                    table="catalog_product",
                    when="BEFORE",
                ),
            ),
        ),
    ]
