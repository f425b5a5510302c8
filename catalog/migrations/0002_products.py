"""Products, their variants and pictures, and where they hang."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import django_countries.fields
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import catalog.models.products
import shop.models
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
FUNCTIONS = (
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


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            # Each part of a garment (shell, lining, ...) is made of 100 percent.
            sql="""
                CREATE FUNCTION catalog_fibers_add_up(fibers jsonb)
                RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
                    SELECT jsonb_typeof(fibers) = 'array' AND NOT EXISTS (
                        SELECT FROM jsonb_to_recordset(fibers) AS f(part text, percent numeric)
                        GROUP BY part
                        HAVING sum(percent) IS DISTINCT FROM 100 OR min(percent) <= 0
                    )
                $$
            """,
            reverse_sql="DROP FUNCTION catalog_fibers_add_up",
        ),
        migrations.RunSQL(
            sql=[
                FOLD,
                PLAIN,
                JOINED,
                search_languages.definition(search_languages.chosen()),
                VECTORS,
            ],
            reverse_sql=[f"DROP FUNCTION {name}" for name in FUNCTIONS],
        ),
        migrations.CreateModel(
            name="Product",
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
                    "deleted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="deleted"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        db_default=1, default=1, editable=False, verbose_name="version"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("slug", models.SlugField(max_length=200, verbose_name="slug")),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="catalog.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "brand_name",
                    models.CharField(
                        blank=True,
                        default="",
                        editable=False,
                        max_length=100,
                        verbose_name="name of the brand",
                    ),
                ),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="summary")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("ACTIVE", "Active"),
                            ("ARCHIVED", "Archived"),
                        ],
                        default="DRAFT",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default=catalog.models.products.shop_currency,
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        help_text="In minor units: 4990 is 49.90.", verbose_name="price"
                    ),
                ),
                (
                    "compare_at_price",
                    models.BigIntegerField(blank=True, null=True, verbose_name="recommended price"),
                ),
                ("cost", models.BigIntegerField(blank=True, null=True, verbose_name="cost")),
                (
                    "tax_class",
                    models.CharField(
                        choices=[
                            ("STANDARD", "Standard"),
                            ("REDUCED", "Reduced"),
                            ("ZERO", "Zero"),
                        ],
                        default="STANDARD",
                        max_length=10,
                        verbose_name="tax class",
                    ),
                ),
                (
                    "inventory_policy",
                    models.CharField(
                        choices=[
                            ("TRACK", "Sell what is in stock"),
                            ("CONTINUE", "Take back-orders"),
                            ("DENY", "Not for sale"),
                            ("NONE", "Nothing to store"),
                        ],
                        default="TRACK",
                        max_length=10,
                        verbose_name="inventory policy",
                    ),
                ),
                (
                    "is_gift_card",
                    models.BooleanField(db_default=False, default=False, verbose_name="gift card"),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="search keywords",
                    ),
                ),
                (
                    "attributes",
                    models.JSONField(blank=True, default=dict, verbose_name="attributes"),
                ),
                (
                    "fibers",
                    models.JSONField(blank=True, default=list, verbose_name="fiber composition"),
                ),
                (
                    "care",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="care",
                    ),
                ),
                (
                    "origin",
                    django_countries.fields.CountryField(
                        blank=True, max_length=2, verbose_name="made in"
                    ),
                ),
                (
                    "passport_url",
                    models.URLField(blank=True, max_length=300, verbose_name="product passport"),
                ),
                (
                    "size_chart",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="catalog.sizechart",
                        verbose_name="size chart",
                    ),
                ),
                (
                    "seo_title",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="title for search engines"
                    ),
                ),
                (
                    "seo_description",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="description for search engines"
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="published"),
                ),
                (
                    "rating_average",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        editable=False,
                        max_digits=3,
                        null=True,
                        verbose_name="average rating",
                    ),
                ),
                (
                    "rating_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="ratings"),
                ),
                (
                    "units_sold",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="units sold"
                    ),
                ),
                (
                    "search_head",
                    models.GeneratedField(
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
                (
                    "search_vector",
                    models.GeneratedField(
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
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at", None), ("status", "ACTIVE")),
                        fields=["-published_at", "-id"],
                        name="product_newest",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None)),
                        fields=["status", "-id"],
                        name="product_status",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None)),
                        fields=["price"],
                        name="product_price",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None)),
                        fields=["inventory_policy", "-id"],
                        name="product_policy",
                    ),
                    models.Index(
                        condition=models.Q(("units_sold__gt", 0)),
                        fields=["id"],
                        include=("units_sold",),
                        name="product_sold",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_head"], name="product_head"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_vector"], name="product_search"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("slug",),
                        name="product_slug_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)), name="product_price_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_gift_card", False),
                            models.Q(
                                ("compare_at_price", None),
                                ("inventory_policy", "NONE"),
                                ("tax_class", "ZERO"),
                            ),
                            _connector="OR",
                        ),
                        name="product_gift_card_has_no_stock_and_no_tax",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("compare_at_price", None),
                            ("compare_at_price__gt", models.F("price")),
                            _connector="OR",
                        ),
                        name="product_compare_at_price_above_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost", None), ("cost__gte", 0), _connector="OR"),
                        name="product_cost_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="product_currency_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ACTIVE"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="product_active_has_a_publication_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rating_average", None),
                            ("rating_average__range", (1, 5)),
                            _connector="OR",
                        ),
                        name="product_rating_from_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Func(
                            models.F("fibers"),
                            function="catalog_fibers_add_up",
                            output_field=models.BooleanField(),
                        ),
                        name="product_fibers_add_up_to_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["DRAFT", "ACTIVE", "ARCHIVED"])),
                        name="product_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tax_class__in", ["STANDARD", "REDUCED", "ZERO"])),
                        name="product_tax_class_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("inventory_policy__in", ["TRACK", "CONTINUE", "DENY", "NONE"])
                        ),
                        name="product_inventory_policy_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="fca28d5810025ea9a13816433cebb15eb10e4d9e",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_b34fb",
                            table="catalog_product",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="remember_address",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."slug" IS DISTINCT FROM (NEW."slug"))',
                            func="\n            IF OLD.deleted_at IS NULL AND OLD.status <> 'DRAFT' THEN\n                PERFORM catalog_remember_address('/p/' || OLD.slug || '/', '/p/' || NEW.slug || '/');\n            END IF;\n            RETURN NULL;\n        ",
                            hash="27c8d8dab25185e77ea7081f7f8e43437c889d1c",
                            operation="UPDATE",
                            pgid="pgtrigger_remember_address_739e2",
                            table="catalog_product",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="active_has_primary_variant",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NEW.\"status\" = 'ACTIVE')",
                            constraint="CONSTRAINT",
                            func="\n    IF EXISTS (\n        SELECT 1 FROM catalog_product p\n        WHERE p.id = NEW.id AND p.status = 'ACTIVE' AND p.deleted_at IS NULL\n        AND NOT EXISTS (\n            SELECT 1 FROM catalog_productvariant v\n            WHERE v.product_id = p.id AND v.is_primary AND v.deleted_at IS NULL\n        )\n    ) THEN\n        RAISE EXCEPTION 'active product % needs a primary variant', NEW.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_active_has_primary_variant';\n    END IF;\n    RETURN NULL;\n",
                            hash="0f3d697208fb6c3bdd884f5e35b4b8ad1cae0ffb",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_active_has_primary_variant_e40d6",
                            table="catalog_product",
                            timing="DEFERRABLE INITIALLY DEFERRED",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductVariant",
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
                    "deleted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="deleted"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        db_default=1, default=1, editable=False, verbose_name="version"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="variants",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                ("sku", models.CharField(max_length=64, verbose_name="SKU")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "option_values",
                    models.JSONField(blank=True, default=dict, verbose_name="options"),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        help_text="In minor units: 4990 is 49.90.", verbose_name="price"
                    ),
                ),
                (
                    "compare_at_price",
                    models.BigIntegerField(blank=True, null=True, verbose_name="recommended price"),
                ),
                ("cost", models.BigIntegerField(blank=True, null=True, verbose_name="cost")),
                (
                    "former_price",
                    models.BigIntegerField(editable=False, null=True, verbose_name="former price"),
                ),
                (
                    "lowest_prior_price",
                    models.BigIntegerField(
                        editable=False, null=True, verbose_name="lowest price of the 30 days before"
                    ),
                ),
                (
                    "reduced_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="reduced"),
                ),
                ("barcode", models.CharField(blank=True, max_length=32, verbose_name="barcode")),
                (
                    "weight_grams",
                    models.PositiveIntegerField(default=0, verbose_name="weight in grams"),
                ),
                ("is_primary", models.BooleanField(default=False, verbose_name="primary")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "variant",
                "verbose_name_plural": "variants",
                "ordering": ["position", "sku"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Upper("sku"),
                        condition=models.Q(("deleted_at", None)),
                        name="variant_code",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("deleted_at", None), models.Q(("barcode", ""), _negated=True)
                        ),
                        fields=["barcode"],
                        name="variant_barcode",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("sku",),
                        name="variant_sku_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("product", "option_values"),
                        name="variant_options_unique_in_product",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None), ("is_primary", True)),
                        fields=("product",),
                        name="variant_one_primary_per_product",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sku", ""), _negated=True),
                        name="variant_sku_is_never_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)), name="variant_price_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("compare_at_price", None),
                            ("compare_at_price__gt", models.F("price")),
                            _connector="OR",
                        ),
                        name="variant_compare_at_price_above_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost", None), ("cost__gte", 0), _connector="OR"),
                        name="variant_cost_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("former_price", None),
                                ("lowest_prior_price", None),
                                ("reduced_at", None),
                            ),
                            models.Q(
                                ("former_price__gte", models.F("lowest_prior_price")),
                                ("former_price__isnull", False),
                                ("lowest_prior_price__gt", models.F("price")),
                                ("lowest_prior_price__isnull", False),
                                ("reduced_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="variant_reduced_below_its_lowest_price",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="ce217bae96c9a953e279436b303704f59afb34f9",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_ec03b",
                            table="catalog_productvariant",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="active_product_keeps_primary",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."is_primary")',
                            constraint="CONSTRAINT",
                            func="\n    IF TG_OP = 'UPDATE' AND NEW.is_primary AND NEW.deleted_at IS NULL\n        AND NEW.product_id = OLD.product_id\n    THEN\n        RETURN NULL;\n    END IF;\n    PERFORM FROM catalog_product p WHERE p.id = OLD.product_id FOR SHARE;\n\n    IF EXISTS (\n        SELECT 1 FROM catalog_product p\n        WHERE p.id = OLD.product_id AND p.status = 'ACTIVE' AND p.deleted_at IS NULL\n        AND NOT EXISTS (\n            SELECT 1 FROM catalog_productvariant v\n            WHERE v.product_id = p.id AND v.is_primary AND v.deleted_at IS NULL\n        )\n    ) THEN\n        RAISE EXCEPTION 'active product % needs a primary variant', OLD.product_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_active_has_primary_variant';\n    END IF;\n    RETURN NULL;\n",
                            hash="b7fcf5bcda1121eeb07fb74119d90dfd90611b95",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_active_product_keeps_primary_c3d6b",
                            table="catalog_productvariant",
                            timing="DEFERRABLE INITIALLY DEFERRED",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductMedia",
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
                        related_name="media_links",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "media",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_links",
                        to="catalog.media",
                        verbose_name="file",
                    ),
                ),
                ("option_values", models.JSONField(blank=True, default=dict, verbose_name="shows")),
                ("view_name", models.CharField(blank=True, max_length=50, verbose_name="view")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("is_primary", models.BooleanField(default=False, verbose_name="primary")),
            ],
            options={
                "verbose_name": "product picture",
                "verbose_name_plural": "product pictures",
                "ordering": ["position", "created_at"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("product", "option_values"),
                        name="product_media_one_primary_per_choice",
                    ),
                    models.UniqueConstraint(
                        fields=("product", "media", "option_values"), name="product_media_once"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="d9570a13ed366da0b1b8facbc8d7ea0657cbe18d",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a1ce5",
                            table="catalog_productmedia",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="product",
            name="media",
            field=models.ManyToManyField(
                related_name="products",
                through="catalog.ProductMedia",
                to="catalog.media",
                verbose_name="pictures",
            ),
        ),
        migrations.CreateModel(
            name="ProductCategory",
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
                        related_name="category_links",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_links",
                        to="catalog.category",
                        verbose_name="category",
                    ),
                ),
                ("is_primary", models.BooleanField(default=False, verbose_name="primary")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "category of a product",
                "verbose_name_plural": "categories of a product",
                "ordering": ["-is_primary", "position"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "category"), name="product_category_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("product",),
                        name="product_category_one_primary",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="084f9a82046b7b77fd378afbf653c1dc4aae81c6",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_fbdb1",
                            table="catalog_productcategory",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="goes_into_a_live_category",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n    PERFORM FROM catalog_category c WHERE c.id IN (SELECT category_id FROM new_rows) ORDER BY c.id FOR KEY SHARE;\n    IF EXISTS (\n        SELECT FROM catalog_category c WHERE c.id IN (SELECT category_id FROM new_rows) AND c.deleted_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'nothing is put into a deleted category'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_category_is_live';\n    END IF;\n    RETURN NULL;\n",
                            hash="6faa8cdf743b3f5623e475cb725d1017252bb7d2",
                            level="STATEMENT",
                            operation="INSERT",
                            pgid="pgtrigger_goes_into_a_live_category_32278",
                            referencing="REFERENCING NEW TABLE AS new_rows ",
                            table="catalog_productcategory",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="moves_to_a_live_category",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n    PERFORM FROM catalog_category c WHERE c.id IN (SELECT category_id FROM new_rows EXCEPT SELECT category_id FROM old_rows) ORDER BY c.id FOR KEY SHARE;\n    IF EXISTS (\n        SELECT FROM catalog_category c WHERE c.id IN (SELECT category_id FROM new_rows EXCEPT SELECT category_id FROM old_rows) AND c.deleted_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'nothing is put into a deleted category'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_category_is_live';\n    END IF;\n    RETURN NULL;\n",
                            hash="02def3955270fb94cab7ca7945326371868150d0",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_moves_to_a_live_category_f23e6",
                            referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                            table="catalog_productcategory",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="product",
            name="categories",
            field=models.ManyToManyField(
                related_name="products",
                through="catalog.ProductCategory",
                to="catalog.category",
                verbose_name="categories",
            ),
        ),
        migrations.CreateModel(
            name="Purchase",
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
                        related_name="purchases",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("order_number", models.CharField(max_length=20, verbose_name="order")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("delivered_at", models.DateTimeField(verbose_name="delivered")),
                (
                    "returned_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="returned"),
                ),
                (
                    "return_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("TOO_SMALL", "Too small"),
                            ("TOO_LARGE", "Too large"),
                            ("OTHER", "Another reason"),
                        ],
                        max_length=10,
                        verbose_name="reason of the return",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivered piece",
                "verbose_name_plural": "delivered pieces",
                "ordering": ["-delivered_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=["email"],
                        name="purchase_of_email",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order_number", "variant"), name="purchase_once_per_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="purchase_of_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("return_reason__in", ["", "TOO_SMALL", "TOO_LARGE", "OTHER"])
                        ),
                        name="purchase_return_reason_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="686c2c1a943f4aa7e4eebbdaa28eefc64c32125c",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_d187b",
                            table="catalog_purchase",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
