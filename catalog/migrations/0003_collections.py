"""What groups products: collections, looks, sales of a day."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_products"),
    ]

    operations = [
        migrations.CreateModel(
            name="Collection",
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
                ("title", models.CharField(max_length=100, verbose_name="title")),
                ("slug", models.SlugField(max_length=100, verbose_name="slug")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="summary")),
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
                (
                    "thread",
                    models.CharField(
                        choices=[
                            ("madder", "Madder"),
                            ("weld", "Weld"),
                            ("verdigris", "Verdigris"),
                            ("woad", "Woad"),
                        ],
                        default="madder",
                        max_length=10,
                        verbose_name="thread",
                    ),
                ),
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
                    "kind",
                    models.CharField(
                        choices=[("MANUAL", "Chosen by hand"), ("RULE", "By rule")],
                        default="MANUAL",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("rule", models.JSONField(blank=True, default=dict, verbose_name="rule")),
                (
                    "display_order",
                    models.PositiveIntegerField(default=0, verbose_name="display order"),
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
            ],
            options={
                "verbose_name": "collection",
                "verbose_name_plural": "collections",
                "ordering": ["display_order", "title"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("slug",),
                        name="collection_slug_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "MANUAL"),
                            models.Q(("rule", {}), _negated=True),
                            _connector="OR",
                        ),
                        name="collection_by_rule_has_a_rule",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("thread__in", ["madder", "weld", "verdigris", "woad"])),
                        name="collection_thread_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["DRAFT", "ACTIVE", "ARCHIVED"])),
                        name="collection_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["MANUAL", "RULE"])),
                        name="collection_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="fb54c23c689762372cf86b788e97ce208158ff04",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_0bfcc",
                            table="catalog_collection",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="remember_address",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."slug" IS DISTINCT FROM (NEW."slug"))',
                            func="\n            IF OLD.deleted_at IS NULL AND OLD.status <> 'DRAFT' THEN\n                PERFORM catalog_remember_address('/collections/' || OLD.slug || '/', '/collections/' || NEW.slug || '/');\n            END IF;\n            RETURN NULL;\n        ",
                            hash="2a59769f093c33e9579621d8b5cdb2f6fe9b933c",
                            operation="UPDATE",
                            pgid="pgtrigger_remember_address_c602e",
                            table="catalog_collection",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="take_links_along",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."deleted_at" IS NULL AND OLD."slug" IS DISTINCT FROM (NEW."slug"))',
                            func="\n                    UPDATE catalog_menuitem SET collection_slug = NEW.slug\n                    WHERE collection_slug = OLD.slug;\n                    RETURN NULL;\n                ",
                            hash="0bd3b937bc372d8c4bb853af96ee9f3c7bac80fa",
                            operation='UPDATE OF "slug"',
                            pgid="pgtrigger_take_links_along_9f838",
                            table="catalog_collection",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CollectionProduct",
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
                    "collection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="product_links",
                        to="catalog.collection",
                        verbose_name="collection",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="collection_links",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "product of a collection",
                "verbose_name_plural": "products of a collection",
                "ordering": ["position"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("collection", "product"), name="collection_product_once"
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="4bfaac1ccde82c3ca68d8ee3b9bc68672cd8438c",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a4692",
                            table="catalog_collectionproduct",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
        migrations.AddField(
            model_name="collection",
            name="products",
            field=models.ManyToManyField(
                related_name="collections",
                through="catalog.CollectionProduct",
                to="catalog.product",
                verbose_name="products",
            ),
        ),
        migrations.CreateModel(
            name="ProductLink",
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
                        related_name="links",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.product",
                        verbose_name="other product",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("LOOK", "Completes the look"), ("SIMILAR", "Similar")],
                        default="LOOK",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "related product",
                "verbose_name_plural": "related products",
                "ordering": ["position"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "other", "kind"), name="product_link_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("product", models.F("other")), _negated=True),
                        name="product_link_to_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["LOOK", "SIMILAR"])),
                        name="productlink_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="f6c1bcb8b6f2cb8eada069aaee0b71178458b4c1",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_1e9af",
                            table="catalog_productlink",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SoldOnDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "product_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("units", models.PositiveBigIntegerField(verbose_name="units")),
            ],
            options={
                "verbose_name": "sales of a day",
                "verbose_name_plural": "sales of days",
                "indexes": [models.Index(fields=["day"], name="sold_on_day")],
            },
        ),
    ]
