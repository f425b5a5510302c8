import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_search"),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION catalog_count_review(of_product uuid, stars integer, fits text, by integer)
                RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO catalog_reviewsummary (product_id) VALUES (of_product)
                    ON CONFLICT DO NOTHING;
                    UPDATE catalog_reviewsummary SET
                        stars_1 = stars_1 + (stars = 1)::integer * by,
                        stars_2 = stars_2 + (stars = 2)::integer * by,
                        stars_3 = stars_3 + (stars = 3)::integer * by,
                        stars_4 = stars_4 + (stars = 4)::integer * by,
                        stars_5 = stars_5 + (stars = 5)::integer * by,
                        fit_small = fit_small + (fits = 'SMALL')::integer * by,
                        fit_true = fit_true + (fits = 'TRUE')::integer * by,
                        fit_large = fit_large + (fits = 'LARGE')::integer * by
                    WHERE product_id = of_product;
                END
                $$
""",
            reverse_sql="DROP FUNCTION catalog_count_review(uuid, integer, text, integer)",
        ),
        migrations.CreateModel(
            name="ReviewSummary",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="review_summary",
                        serialize=False,
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "stars_1",
                    models.PositiveIntegerField(
                        db_default=0, default=0, verbose_name="with one star"
                    ),
                ),
                (
                    "stars_2",
                    models.PositiveIntegerField(
                        db_default=0, default=0, verbose_name="with two stars"
                    ),
                ),
                (
                    "stars_3",
                    models.PositiveIntegerField(
                        db_default=0, default=0, verbose_name="with three stars"
                    ),
                ),
                (
                    "stars_4",
                    models.PositiveIntegerField(
                        db_default=0, default=0, verbose_name="with four stars"
                    ),
                ),
                (
                    "stars_5",
                    models.PositiveIntegerField(
                        db_default=0, default=0, verbose_name="with five stars"
                    ),
                ),
                (
                    "fit_small",
                    models.PositiveIntegerField(db_default=0, default=0, verbose_name="runs small"),
                ),
                (
                    "fit_true",
                    models.PositiveIntegerField(
                        db_default=0, default=0, verbose_name="true to size"
                    ),
                ),
                (
                    "fit_large",
                    models.PositiveIntegerField(db_default=0, default=0, verbose_name="runs large"),
                ),
            ],
            options={
                "verbose_name": "sums of reviews",
                "verbose_name_plural": "sums of reviews",
            },
        ),
        migrations.RemoveIndex(
            model_name="review",
            name="review_waiting",
        ),
        migrations.AddField(
            model_name="review",
            name="purchase",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="catalog.purchase",
                verbose_name="delivered piece",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(
                    models.Q(("status", "PENDING"), ("report_count__gt", 0), _connector="OR"),
                    ("deleted_at", None),
                ),
                fields=["id"],
                name="review_waiting",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="review",
            trigger=pgtrigger.compiler.Trigger(
                name="count_review",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF TG_OP = 'UPDATE'\n        AND (OLD.status, OLD.deleted_at IS NULL, OLD.product_id, OLD.rating, OLD.fit)\n        = (NEW.status, NEW.deleted_at IS NULL, NEW.product_id, NEW.rating, NEW.fit)\n    THEN\n        RETURN NULL;\n    END IF;\n    IF TG_OP <> 'INSERT' AND OLD.status = 'APPROVED' AND OLD.deleted_at IS NULL THEN\n        PERFORM catalog_count_review(OLD.product_id, OLD.rating, OLD.fit, -1);\n    END IF;\n    IF TG_OP <> 'DELETE' AND NEW.status = 'APPROVED' AND NEW.deleted_at IS NULL THEN\n        PERFORM catalog_count_review(NEW.product_id, NEW.rating, NEW.fit, 1);\n    END IF;\n    RETURN NULL;\n",
                    hash="62eae7e5cbbc15b443ea7c21b5d0b36e7b9a318f",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_count_review_cf4d8",
                    table="catalog_review",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reviewvote",
            trigger=pgtrigger.compiler.Trigger(
                name="count_vote",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    UPDATE catalog_review r SET\n        helpful_count = r.helpful_count + coalesce(v.helpful, 0),\n        not_helpful_count = r.not_helpful_count + coalesce(v.not_helpful, 0),\n        report_count = r.report_count + coalesce(v.reports, 0)\n    FROM (\n        SELECT review_id,\n            sum(side) FILTER (WHERE kind = 'HELPFUL') AS helpful,\n            sum(side) FILTER (WHERE kind = 'NOT_HELPFUL') AS not_helpful,\n            sum(side) FILTER (WHERE kind = 'REPORT') AS reports\n        FROM (VALUES (OLD.review_id, OLD.kind, -1), (NEW.review_id, NEW.kind, 1))\n            AS sides (review_id, kind, side)\n        WHERE review_id IS NOT NULL\n        GROUP BY review_id\n    ) AS v\n    WHERE r.id = v.review_id;\n    RETURN NULL;\n",
                    hash="d648648362e586948e5772d746f5239089c9b748",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_count_vote_46830",
                    table="catalog_reviewvote",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None), ("purchase__isnull", False)),
                fields=("purchase",),
                name="review_one_per_purchase",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_verified", False), ("purchase__isnull", False), _connector="OR"
                ),
                name="review_verified_by_a_purchase",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reviewsummary",
            trigger=pgtrigger.compiler.Trigger(
                name="rate_product",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    UPDATE catalog_product p SET\n        rating_count = reviews,\n        rating_average = round(stars::numeric / nullif(reviews, 0), 2)\n    FROM (VALUES (\n        NEW.stars_1 + NEW.stars_2 + NEW.stars_3 + NEW.stars_4 + NEW.stars_5,\n        NEW.stars_1 + NEW.stars_2 * 2 + NEW.stars_3 * 3 + NEW.stars_4 * 4 + NEW.stars_5 * 5\n    )) AS sums (reviews, stars)\n    WHERE p.id = NEW.product_id\n    AND (p.rating_count, p.rating_average)\n        IS DISTINCT FROM (reviews, round(stars::numeric / nullif(reviews, 0), 2));\n    RETURN NULL;\n",
                    hash="e6abb7ab178fe09740578e823b3a26ab94998e51",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_rate_product_a1d43",
                    table="catalog_reviewsummary",
                    when="AFTER",
                ),
            ),
        ),
    ]
