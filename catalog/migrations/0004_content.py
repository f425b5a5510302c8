"""Pages, menus, redirects and the sitemap."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_collections"),
    ]

    operations = [
        # The search of help pages: names as they are written, words in all their forms. Tags of the
        # body are no words to the parser.
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION catalog_content_vector(title text, summary text, body text)
                RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
                    SELECT setweight(to_tsvector('pg_catalog.simple', title), 'A')
                        || setweight(to_tsvector('pg_catalog.english', title), 'A')
                        || setweight(to_tsvector('pg_catalog.simple', summary), 'B')
                        || setweight(to_tsvector('pg_catalog.english', summary), 'B')
                        || setweight(to_tsvector('pg_catalog.simple', body), 'D')
                        || setweight(to_tsvector('pg_catalog.english', body), 'D')
                $$
            """,
            reverse_sql="DROP FUNCTION catalog_content_vector",
        ),
        # The page at the new address wins over whatever led away from it.
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION catalog_remember_address(was text, now_at text)
                RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    DELETE FROM catalog_redirect WHERE old_path = now_at;
                    INSERT INTO catalog_redirect
                        (id, old_path, target, is_permanent, is_automatic, created_at, updated_at)
                    VALUES (gen_random_uuid(), was, now_at, true, true, now(), now())
                    ON CONFLICT (old_path) DO UPDATE
                        SET target = excluded.target, is_permanent = true, is_automatic = true;
                END
                $$
            """,
            reverse_sql="DROP FUNCTION catalog_remember_address",
        ),
        migrations.CreateModel(
            name="ContentPage",
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
                ("title", models.CharField(max_length=150, verbose_name="title")),
                (
                    "slug",
                    models.CharField(
                        help_text="Lower-case words joined by “-”; “/” puts the page below another one.",
                        max_length=150,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*$"
                            )
                        ],
                        verbose_name="address",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PAGE", "Page"),
                            ("JOURNAL", "Journal article"),
                            ("POLICY", "Policy"),
                        ],
                        default="PAGE",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "layout",
                    models.CharField(
                        choices=[("TEXT", "Text"), ("QUESTIONS", "Questions and answers")],
                        default="TEXT",
                        help_text="Questions and answers get a search field; each <details> is one.",
                        max_length=10,
                        verbose_name="layout",
                    ),
                ),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="summary")),
                (
                    "body",
                    models.TextField(
                        blank=True,
                        help_text="HTML: h2, h3, p, ul, ol, a, strong, table, blockquote, figure, img from this shop, details with summary. Everything else is taken out.",
                        verbose_name="text",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.media",
                        verbose_name="picture",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("DRAFT", "Draft"), ("PUBLISHED", "Published")],
                        default="DRAFT",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="published"),
                ),
                (
                    "revised_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="words changed"
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
                ("is_in_search", models.BooleanField(default=True, verbose_name="found by search")),
                (
                    "search_vector",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("title"),
                            models.F("summary"),
                            models.F("body"),
                            function="catalog_content_vector",
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "content page",
                "verbose_name_plural": "content pages",
                "ordering": ["kind", "title"],
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_vector"], name="content_page_search"
                    ),
                    models.Index(
                        condition=models.Q(
                            ("deleted_at", None), ("kind", "JOURNAL"), ("status", "PUBLISHED")
                        ),
                        fields=["-published_at"],
                        name="content_page_journal",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("slug",),
                        name="content_page_slug_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slug__regex", "^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*$")
                        ),
                        name="content_page_slug_is_an_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "PUBLISHED"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="content_page_published_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["PAGE", "JOURNAL", "POLICY"])),
                        name="contentpage_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("layout__in", ["TEXT", "QUESTIONS"])),
                        name="contentpage_layout_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["DRAFT", "PUBLISHED"])),
                        name="contentpage_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="93739237d3767ce2519d82ceedd87c788a3234b4",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_28f4d",
                            table="catalog_contentpage",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="remember_address",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."slug" IS DISTINCT FROM (NEW."slug"))',
                            func="\n            IF OLD.deleted_at IS NULL AND OLD.status = 'PUBLISHED' THEN\n                PERFORM catalog_remember_address(CASE OLD.kind WHEN 'JOURNAL' THEN '/journal/' ELSE '/pages/' END || OLD.slug || '/', CASE NEW.kind WHEN 'JOURNAL' THEN '/journal/' ELSE '/pages/' END || NEW.slug || '/');\n            END IF;\n            RETURN NULL;\n        ",
                            hash="7bcd5986f7629cbec68664df0d3a006da4f05444",
                            operation="UPDATE",
                            pgid="pgtrigger_remember_address_88da8",
                            table="catalog_contentpage",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PageUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uses",
                        to="catalog.contentpage",
                        verbose_name="content page",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("useful", models.PositiveIntegerField(default=0, verbose_name="useful")),
                ("not_useful", models.PositiveIntegerField(default=0, verbose_name="not useful")),
            ],
            options={
                "verbose_name": "use of a page",
                "verbose_name_plural": "uses of pages",
                "ordering": ["-day"],
                "constraints": [
                    models.UniqueConstraint(fields=("page", "day"), name="page_use_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Menu",
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
                    "slot",
                    models.CharField(
                        choices=[
                            ("MAIN", "Header, after the categories"),
                            ("FOOTER_HELP", "Footer: help"),
                            ("FOOTER_SHOP", "Footer: shop"),
                            ("FOOTER_SERVICE", "Footer: service"),
                            ("FOOTER_POLICIES", "Footer: policies"),
                        ],
                        max_length=20,
                        unique=True,
                        verbose_name="place",
                    ),
                ),
                ("title", models.CharField(max_length=50, verbose_name="title")),
            ],
            options={
                "verbose_name": "menu",
                "verbose_name_plural": "menus",
                "ordering": ["slot"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="8fe427d9aa97b56fe6fa4dfb0c776b021e856979",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_3418a",
                            table="catalog_menu",
                            when="BEFORE",
                        ),
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "slot__in",
                                [
                                    "MAIN",
                                    "FOOTER_HELP",
                                    "FOOTER_SHOP",
                                    "FOOTER_SERVICE",
                                    "FOOTER_POLICIES",
                                ],
                            )
                        ),
                        name="menu_slot_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MenuItem",
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
                    "menu",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="catalog.menu",
                        verbose_name="menu",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="catalog.menuitem",
                        verbose_name="below",
                    ),
                ),
                ("label", models.CharField(max_length=80, verbose_name="label")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("PAGE", "Content page"),
                            ("CATEGORY", "Category"),
                            ("COLLECTION", "Collection"),
                            ("PATH", "Path of this shop"),
                            ("URL", "Another site"),
                        ],
                        max_length=10,
                        verbose_name="leads to",
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.contentpage",
                        verbose_name="content page",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "collection_slug",
                    models.SlugField(blank=True, max_length=100, verbose_name="collection"),
                ),
                (
                    "address",
                    models.CharField(
                        blank=True,
                        help_text="Such as /search/ or https://…",
                        max_length=300,
                        verbose_name="path or address",
                    ),
                ),
            ],
            options={
                "verbose_name": "menu item",
                "verbose_name_plural": "menu items",
                "ordering": ["position", "label"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("menu", "parent", "label"),
                        name="menu_item_label_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("page__isnull", False), ("target", "PAGE")),
                            models.Q(("category__isnull", False), ("target", "CATEGORY")),
                            models.Q(
                                ("target", "COLLECTION"),
                                models.Q(("collection_slug", ""), _negated=True),
                            ),
                            models.Q(
                                ("address__startswith", "/"),
                                ("target", "PATH"),
                                models.Q(("address__regex", "^/[/\\\\]"), _negated=True),
                            ),
                            models.Q(("address__startswith", "https://"), ("target", "URL")),
                            _connector="OR",
                        ),
                        name="menu_item_has_its_target",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("target__in", ["PAGE", "CATEGORY", "COLLECTION", "PATH", "URL"])
                        ),
                        name="menuitem_target_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="bca29ecf6a2932e7b320d78aed795d227810664f",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a2958",
                            table="catalog_menuitem",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="two_levels",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NEW."parent_id" IS NOT NULL)',
                            func="\n                    IF NOT EXISTS (\n                        SELECT FROM catalog_menuitem\n                        WHERE id = NEW.parent_id AND menu_id = NEW.menu_id AND parent_id IS NULL\n                        AND id <> NEW.id\n                    ) OR EXISTS (SELECT FROM catalog_menuitem WHERE parent_id = NEW.id) THEN\n                        RAISE EXCEPTION 'menu item % would be on a third level', NEW.label\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'menu_item_two_levels';\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="5312c3de5473b9bd508fd235bcaa173c4e253a6b",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_two_levels_3ac67",
                            table="catalog_menuitem",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Redirect",
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
                    "old_path",
                    models.CharField(
                        help_text="Such as /old-shop/coats.html",
                        max_length=600,
                        unique=True,
                        verbose_name="old path",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        help_text="A path such as /c/coats/, or https://…",
                        max_length=600,
                        verbose_name="leads to",
                    ),
                ),
                ("is_permanent", models.BooleanField(default=True, verbose_name="for good")),
                (
                    "is_automatic",
                    models.BooleanField(
                        default=False, editable=False, verbose_name="made by the shop"
                    ),
                ),
            ],
            options={
                "verbose_name": "redirect",
                "verbose_name_plural": "redirects",
                "ordering": ["old_path"],
                "abstract": False,
                "indexes": [models.Index(fields=["target"], name="redirect_target")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("old_path__startswith", "/"),
                            models.Q(("old_path__regex", "[?#]"), _negated=True),
                        ),
                        name="redirect_from_a_path",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("target__startswith", "/"),
                                models.Q(("target__regex", "^/[/\\\\]"), _negated=True),
                            ),
                            ("target__startswith", "https://"),
                            _connector="OR",
                        ),
                        name="redirect_to_a_path_or_https",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("old_path", models.F("target")), _negated=True),
                        name="redirect_elsewhere",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="ce250e3c10ae28e32987b1652e0d574f8edb4bc6",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_1b1ab",
                            table="catalog_redirect",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="lead_to_the_end",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE further text;",
                            func="\n                    SELECT target INTO further FROM catalog_redirect\n                    WHERE old_path = NEW.target AND id <> NEW.id;\n                    NEW.target := coalesce(further, NEW.target);\n                    IF NEW.target = NEW.old_path THEN\n                        RAISE EXCEPTION 'redirect from % leads back to itself', NEW.old_path\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'redirect_no_loop';\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="8d318f386524598779b68d709f26aba11ada2b96",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_lead_to_the_end_ba939",
                            table="catalog_redirect",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="shorten_chains",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    UPDATE catalog_redirect SET target = NEW.target\n                    WHERE target = NEW.old_path AND id <> NEW.id;\n                    RETURN NULL;\n                ",
                            hash="98f2f5d50c0d430233589eb762b4f7aed3ac1896",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_shorten_chains_a5475",
                            table="catalog_redirect",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SitemapFile",
            fields=[
                (
                    "start",
                    models.UUIDField(
                        primary_key=True, serialize=False, verbose_name="first product"
                    ),
                ),
            ],
            options={
                "verbose_name": "file of the sitemap",
                "verbose_name_plural": "files of the sitemap",
                "ordering": ["start"],
            },
        ),
    ]
