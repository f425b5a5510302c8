"""What products are made of: pictures, brands, categories, options."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Media",
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
                    "asset_id",
                    models.CharField(max_length=200, unique=True, verbose_name="asset id"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("IMAGE", "Picture"), ("VIDEO", "Film"), ("DOCUMENT", "Document")],
                        default="IMAGE",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "provider",
                    models.CharField(
                        choices=[
                            ("LOCAL", "This server"),
                            ("S3", "Object storage"),
                            ("REMOTE", "Remote address"),
                        ],
                        default="LOCAL",
                        max_length=10,
                        verbose_name="provider",
                    ),
                ),
                ("file", models.CharField(blank=True, max_length=300, verbose_name="file")),
                (
                    "remote_url",
                    models.URLField(blank=True, max_length=500, verbose_name="remote address"),
                ),
                ("mime_type", models.CharField(max_length=100, verbose_name="type")),
                (
                    "size_bytes",
                    models.PositiveBigIntegerField(default=0, verbose_name="size in bytes"),
                ),
                ("width", models.PositiveIntegerField(blank=True, null=True, verbose_name="width")),
                (
                    "height",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="height"),
                ),
                (
                    "checksum",
                    models.CharField(
                        blank=True, editable=False, max_length=64, verbose_name="checksum"
                    ),
                ),
                (
                    "renditions",
                    models.JSONField(
                        blank=True, default=dict, editable=False, verbose_name="renditions"
                    ),
                ),
                (
                    "renditions_state",
                    models.CharField(
                        blank=True,
                        choices=[("MADE", "Made"), ("BROKEN", "The file cannot be read")],
                        editable=False,
                        max_length=10,
                        verbose_name="state of the renditions",
                    ),
                ),
                (
                    "alt_text",
                    models.CharField(blank=True, max_length=300, verbose_name="alternative text"),
                ),
                ("caption", models.CharField(blank=True, max_length=300, verbose_name="caption")),
            ],
            options={
                "verbose_name": "picture or file",
                "verbose_name_plural": "pictures and files",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("checksum", ""), _negated=True),
                        fields=["checksum"],
                        name="media_checksum",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "mime_type__in",
                                ("image/jpeg", "image/png", "image/webp", "image/avif"),
                            ),
                            ("renditions_state", ""),
                        ),
                        fields=["created_at"],
                        name="media_without_renditions",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file", ""), _negated=True),
                            models.Q(("remote_url", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="media_has_a_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "IMAGE"), _negated=True),
                            models.Q(
                                ("height__gt", 0),
                                ("height__isnull", False),
                                ("width__gt", 0),
                                ("width__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="media_image_has_dimensions",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("provider", "REMOTE"), _negated=True),
                            ("remote_url__startswith", "https://"),
                            _connector="OR",
                        ),
                        name="media_remote_by_https",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["IMAGE", "VIDEO", "DOCUMENT"])),
                        name="media_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("provider__in", ["LOCAL", "S3", "REMOTE"])),
                        name="media_provider_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("renditions_state__in", ["", "MADE", "BROKEN"])),
                        name="media_renditions_state_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="8c21489e0c23b02b82144edfa703438574b40cc0",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_f2ff7",
                            table="catalog_media",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Brand",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("slug", models.SlugField(max_length=100, verbose_name="slug")),
                ("description", models.TextField(blank=True, verbose_name="description")),
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
                ("maker_name", models.CharField(blank=True, max_length=200, verbose_name="maker")),
                (
                    "maker_address",
                    models.TextField(
                        blank=True, max_length=500, verbose_name="address of the maker"
                    ),
                ),
                (
                    "maker_email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="e-mail of the maker"
                    ),
                ),
            ],
            options={
                "verbose_name": "brand",
                "verbose_name_plural": "brands",
                "ordering": ["name"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("slug",),
                        name="brand_slug_unique",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="1b76202f6f9f811beaf99de982fd65653a145711",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a68ed",
                            table="catalog_brand",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="remember_address",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."slug" IS DISTINCT FROM (NEW."slug"))',
                            func="\n            IF OLD.deleted_at IS NULL AND TRUE THEN\n                PERFORM catalog_remember_address('/brands/' || OLD.slug || '/', '/brands/' || NEW.slug || '/');\n            END IF;\n            RETURN NULL;\n        ",
                            hash="6f1d8b51403db5cd3687305104231f305eabf6b5",
                            operation="UPDATE",
                            pgid="pgtrigger_remember_address_d1f2c",
                            table="catalog_brand",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalog.category",
                        verbose_name="parent",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("slug", models.SlugField(max_length=100, verbose_name="slug")),
                (
                    "path",
                    models.CharField(
                        blank=True, editable=False, max_length=500, verbose_name="path"
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="level"
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
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
                ("icon", models.CharField(blank=True, max_length=50, verbose_name="icon")),
                (
                    "display_order",
                    models.PositiveIntegerField(default=0, verbose_name="display order"),
                ),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "ordering": ["level", "display_order", "name"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["path"],
                        name="category_path_prefix",
                        opclasses=["varchar_pattern_ops"],
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("path",),
                        name="category_path_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="category_not_its_own_parent",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="66dc8a15ffe24dc40a61b5c2d10e8ae4e90cf6b8",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_4d05a",
                            table="catalog_category",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="remember_address",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."path" IS DISTINCT FROM (NEW."path"))',
                            func="\n            IF OLD.deleted_at IS NULL AND TRUE THEN\n                PERFORM catalog_remember_address('/c/' || OLD.path || '/', '/c/' || NEW.path || '/');\n            END IF;\n            RETURN NULL;\n        ",
                            hash="18fc67fd4e20acd8dfd7a04cc8d1042bea436c15",
                            operation="UPDATE",
                            pgid="pgtrigger_remember_address_74aaf",
                            table="catalog_category",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="derive_path",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE above catalog_category%ROWTYPE;",
                            func="\n                    IF NEW.parent_id IS NULL THEN\n                        NEW.path := NEW.slug;\n                        NEW.level := 0;\n                        RETURN NEW;\n                    END IF;\n                    SELECT * INTO above FROM catalog_category WHERE id = NEW.parent_id FOR SHARE;\n                    IF TG_OP = 'UPDATE' AND\n                       (above.path = OLD.path OR starts_with(above.path, OLD.path || '/'))\n                       AND NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN\n                        RAISE EXCEPTION 'category % cannot move below itself', NEW.slug\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'category_no_cycle';\n                    END IF;\n                    NEW.path := above.path || '/' || NEW.slug;\n                    NEW.level := above.level + 1;\n                    RETURN NEW;\n                ",
                            hash="c03ae6f082a3d988c3f2092ed445e5932e61cec7",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_derive_path_fb803",
                            table="catalog_category",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="deleted_only_when_empty",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NEW."deleted_at" IS NOT NULL AND OLD."deleted_at" IS NULL)',
                            constraint="CONSTRAINT",
                            func="\n    PERFORM FROM catalog_category c WHERE c.id = NEW.id FOR UPDATE;\n    IF EXISTS (SELECT FROM catalog_category c WHERE c.id = NEW.id AND c.deleted_at IS NOT NULL)\n    AND (\n        EXISTS (\n            SELECT FROM catalog_productcategory link\n            JOIN catalog_product p ON p.id = link.product_id AND p.deleted_at IS NULL\n            WHERE link.category_id = NEW.id\n        )\n        OR EXISTS (\n            SELECT FROM catalog_category c WHERE c.parent_id = NEW.id AND c.deleted_at IS NULL\n        )\n    ) THEN\n        RAISE EXCEPTION 'category % is not empty', NEW.path\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'category_deleted_when_empty';\n    END IF;\n    RETURN NULL;\n",
                            hash="34a36bf09023f079d014507cc5bd175cc6036468",
                            operation='UPDATE OF "deleted_at"',
                            pgid="pgtrigger_deleted_only_when_empty_e6fb8",
                            table="catalog_category",
                            timing="DEFERRABLE INITIALLY DEFERRED",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="move_children",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."path" IS DISTINCT FROM (NEW."path"))',
                            func="\n                    UPDATE catalog_category SET path = path WHERE parent_id = NEW.id;\n                    RETURN NULL;\n                ",
                            hash="fa6e1615f85236e0901ace06f81f3f68b1b1cf5f",
                            operation="UPDATE",
                            pgid="pgtrigger_move_children_33a37",
                            table="catalog_category",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OptionValue",
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
                    "option",
                    models.CharField(
                        choices=[("color", "Color"), ("size", "Size")],
                        max_length=10,
                        verbose_name="option",
                    ),
                ),
                ("slug", models.SlugField(verbose_name="slug")),
                ("name", models.CharField(max_length=50, verbose_name="name")),
                (
                    "swatch",
                    models.CharField(
                        blank=True, help_text="As #RRGGBB.", max_length=7, verbose_name="swatch"
                    ),
                ),
                (
                    "second_swatch",
                    models.CharField(
                        blank=True,
                        help_text="For patterns in two colors.",
                        max_length=7,
                        verbose_name="second swatch",
                    ),
                ),
                (
                    "family",
                    models.CharField(blank=True, max_length=30, verbose_name="color family"),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "option value",
                "verbose_name_plural": "option values",
                "ordering": ["option", "position", "slug"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("option", "slug"), name="option_value_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("swatch", ""), ("swatch__regex", "^#[0-9A-Fa-f]{6}$"), _connector="OR"
                        ),
                        name="option_value_swatch_is_a_hex_color",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second_swatch", ""),
                            ("second_swatch__regex", "^#[0-9A-Fa-f]{6}$"),
                            _connector="OR",
                        ),
                        name="option_value_second_swatch_is_a_hex_color",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("option__in", ["color", "size"])),
                        name="optionvalue_option_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="06f97338dd8360c07750564508fe01054a961081",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_9180d",
                            table="catalog_optionvalue",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SizeChart",
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
                ("slug", models.SlugField(unique=True, verbose_name="slug")),
                ("introduction", models.TextField(blank=True, verbose_name="introduction")),
                ("sizes", models.JSONField(default=list, verbose_name="sizes in order")),
                ("measurements", models.JSONField(default=list, verbose_name="measurements")),
                ("heights", models.JSONField(blank=True, default=dict, verbose_name="heights")),
                (
                    "systems",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="sizes of other systems"
                    ),
                ),
            ],
            options={
                "verbose_name": "size chart",
                "verbose_name_plural": "size charts",
                "ordering": ["title"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="ef1cbb0a554772e7fd289d99b2df7816a0221de2",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_971c9",
                            table="catalog_sizechart",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
