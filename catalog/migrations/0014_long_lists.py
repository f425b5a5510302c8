import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

_TAKE_LINKS_ALONG = """
                    UPDATE catalog_menuitem SET collection_slug = NEW.slug
                    WHERE collection_slug = OLD.slug;
                    RETURN NULL;
                """


class Migration(migrations.Migration):
    dependencies = [("catalog", "0013_scale")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="collection",
            trigger=pgtrigger.compiler.Trigger(
                name="take_links_along",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition=(
                        'WHEN (OLD."deleted_at" IS NULL'
                        ' AND OLD."slug" IS DISTINCT FROM (NEW."slug"))'
                    ),
                    func=_TAKE_LINKS_ALONG,
                    hash="0bd3b937bc372d8c4bb853af96ee9f3c7bac80fa",
                    operation='UPDATE OF "slug"',
                    pgid="pgtrigger_take_links_along_9f838",
                    table="catalog_collection",
                    when="AFTER",
                ),
            ),
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
                ("day", models.DateField(verbose_name="day")),
                ("units", models.PositiveBigIntegerField(verbose_name="units")),
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
            ],
            options={
                "verbose_name": "sales of a day",
                "verbose_name_plural": "sales of days",
                "indexes": [models.Index(fields=["day"], name="sold_on_day")],
            },
        ),
    ]
