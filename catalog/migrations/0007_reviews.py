"""Reviews, wishes, and whom to tell what."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_listing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
            name="Review",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.productvariant",
                        verbose_name="variant bought",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "purchase",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="catalog.purchase",
                        verbose_name="delivered piece",
                    ),
                ),
                ("display_name", models.CharField(max_length=50, verbose_name="name shown")),
                ("rating", models.PositiveSmallIntegerField(verbose_name="rating")),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="title")),
                ("content", models.TextField(max_length=4000, verbose_name="text")),
                (
                    "fit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("SMALL", "Runs small"),
                            ("TRUE", "True to size"),
                            ("LARGE", "Runs large"),
                        ],
                        max_length=5,
                        verbose_name="fit",
                    ),
                ),
                (
                    "height_cm",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="height in cm"
                    ),
                ),
                (
                    "is_verified",
                    models.BooleanField(
                        default=False, editable=False, verbose_name="verified purchase"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING", "Waiting"),
                            ("APPROVED", "Published"),
                            ("REJECTED", "Rejected"),
                        ],
                        default="PENDING",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "rejection_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="reason of rejection"
                    ),
                ),
                (
                    "moderated_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="moderated"
                    ),
                ),
                (
                    "moderated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="moderated by",
                    ),
                ),
                (
                    "reply",
                    models.TextField(blank=True, max_length=2000, verbose_name="reply of the shop"),
                ),
                (
                    "replied_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="replied"
                    ),
                ),
                (
                    "helpful_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="helpful"),
                ),
                (
                    "not_helpful_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="not helpful"
                    ),
                ),
                (
                    "report_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="reports"),
                ),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at", None), ("status", "APPROVED")),
                        fields=["product", "-helpful_count", "-id"],
                        name="review_helpful",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None), ("status", "APPROVED")),
                        fields=["product", "-id"],
                        name="review_newest",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None), ("status", "APPROVED")),
                        fields=["product", "rating", "-id"],
                        name="review_by_rating",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None)),
                        fields=["-created_at", "-id"],
                        name="review_list",
                    ),
                    models.Index(
                        condition=models.Q(
                            models.Q(
                                ("status", "PENDING"), ("report_count__gt", 0), _connector="OR"
                            ),
                            ("deleted_at", None),
                        ),
                        fields=["id"],
                        name="review_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None), ("user__isnull", False)),
                        fields=("product", "user"),
                        name="review_one_per_person_and_product",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None), ("purchase__isnull", False)),
                        fields=("purchase",),
                        name="review_one_per_purchase",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_verified", False), ("purchase__isnull", False), _connector="OR"
                        ),
                        name="review_verified_by_a_purchase",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rating__range", (1, 5))), name="review_rating_1_to_5"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("height_cm", None), ("height_cm__range", (50, 250)), _connector="OR"
                        ),
                        name="review_height_is_human",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "REJECTED"), _negated=True),
                            models.Q(("rejection_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="review_rejected_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fit__in", ["", "SMALL", "TRUE", "LARGE"])),
                        name="review_fit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["PENDING", "APPROVED", "REJECTED"])),
                        name="review_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="84ef05c311d54d296ca2a61982c961bc2c30d9f0",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_1b0b7",
                            table="catalog_review",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                ],
            },
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
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="rate_product",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n    UPDATE catalog_product p SET\n        rating_count = reviews,\n        rating_average = round(stars::numeric / nullif(reviews, 0), 2)\n    FROM (VALUES (\n        NEW.stars_1 + NEW.stars_2 + NEW.stars_3 + NEW.stars_4 + NEW.stars_5,\n        NEW.stars_1 + NEW.stars_2 * 2 + NEW.stars_3 * 3 + NEW.stars_4 * 4 + NEW.stars_5 * 5\n    )) AS sums (reviews, stars)\n    WHERE p.id = NEW.product_id\n    AND (p.rating_count, p.rating_average)\n        IS DISTINCT FROM (reviews, round(stars::numeric / nullif(reviews, 0), 2));\n    RETURN NULL;\n",
                            hash="e6abb7ab178fe09740578e823b3a26ab94998e51",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_rate_product_a1d43",
                            table="catalog_reviewsummary",
                            when="AFTER",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewPhoto",
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photo_links",
                        to="catalog.review",
                        verbose_name="review",
                    ),
                ),
                (
                    "media",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_links",
                        to="catalog.media",
                        verbose_name="picture",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "photo of a review",
                "verbose_name_plural": "photos of reviews",
                "ordering": ["position"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("review", "media"), name="review_photo_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="d11df7d9f1f1d419de8edb6677eb9b58c40bf519",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_b85ac",
                            table="catalog_reviewphoto",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="review",
            name="photos",
            field=models.ManyToManyField(
                related_name="reviews",
                through="catalog.ReviewPhoto",
                to="catalog.media",
                verbose_name="photos",
            ),
        ),
        migrations.CreateModel(
            name="ReviewVote",
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="votes",
                        to="catalog.review",
                        verbose_name="review",
                    ),
                ),
                ("voter", models.CharField(max_length=64, verbose_name="voter")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("HELPFUL", "Helpful"),
                            ("NOT_HELPFUL", "Not helpful"),
                            ("REPORT", "Reported"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "vote on a review",
                "verbose_name_plural": "votes on reviews",
                "ordering": ["-created_at"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "REPORT"), _negated=True),
                        fields=("review", "voter"),
                        name="review_vote_one_per_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "REPORT")),
                        fields=("review", "voter"),
                        name="review_report_one_per_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["HELPFUL", "NOT_HELPFUL", "REPORT"])),
                        name="reviewvote_kind_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="955cb3ad7c19d23f07b18e8c57769a4846233d88",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_f2e6c",
                            table="catalog_reviewvote",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Wishlist",
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
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishlist",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "token_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="digest of the token"),
                ),
                (
                    "share_token",
                    models.CharField(
                        blank=True, max_length=43, verbose_name="token of the shared link"
                    ),
                ),
            ],
            options={
                "verbose_name": "wishlist",
                "verbose_name_plural": "wishlists",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("user", None)),
                        fields=["updated_at"],
                        name="wishlist_of_guest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("token_digest", ""), ("user__isnull", False)),
                            models.Q(("user", None), models.Q(("token_digest", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="wishlist_has_one_owner",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("token_digest", ""), _negated=True),
                        fields=("token_digest",),
                        name="wishlist_token_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("share_token", ""), _negated=True),
                        fields=("share_token",),
                        name="wishlist_share_unique",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="1f9c06b28a64a5cd0a6dcfd53de97d4298684bb8",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_3b272",
                            table="catalog_wishlist",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WishlistItem",
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
                    "wishlist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="catalog.wishlist",
                        verbose_name="wishlist",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "option_values",
                    models.JSONField(blank=True, default=dict, verbose_name="choices"),
                ),
                ("price", models.BigIntegerField(verbose_name="price when added")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
            ],
            options={
                "verbose_name": "wish",
                "verbose_name_plural": "wishes",
                "ordering": ["-created_at"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("wishlist", "product", "option_values"), name="wish_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)), name="wish_price_not_negative"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="fe62516388f0f271a4c0da230e099b4d47f84553",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_b2829",
                            table="catalog_wishlistitem",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
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
                    "kind",
                    models.CharField(
                        choices=[("BACK_IN_STOCK", "Back in stock"), ("PRICE_DROP", "Price drop")],
                        max_length=15,
                        verbose_name="kind",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="catalog_subscriptions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("price", models.BigIntegerField(verbose_name="price when subscribed")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Waiting"),
                            ("DUE", "To be told"),
                            ("SENT", "Told"),
                            ("CANCELED", "Canceled"),
                        ],
                        default="ACTIVE",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("token", models.CharField(max_length=43, unique=True, verbose_name="token")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["SENT", "CANCELED"])),
                        fields=["updated_at"],
                        name="subscription_ended",
                    ),
                    models.Index(
                        condition=models.Q(("status", "ACTIVE")),
                        fields=["kind", "variant"],
                        name="subscription_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        models.F("variant"),
                        models.F("kind"),
                        condition=models.Q(("status__in", ["ACTIVE", "DUE"])),
                        name="subscription_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["BACK_IN_STOCK", "PRICE_DROP"])),
                        name="subscription_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["ACTIVE", "CANCELED"]),
                            models.Q(("due_at__isnull", False), ("status__in", ["DUE", "SENT"])),
                            _connector="OR",
                        ),
                        name="subscription_due_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)),
                        name="subscription_price_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["ACTIVE", "DUE", "SENT", "CANCELED"])),
                        name="subscription_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="0786507d9b734170227fec1dcd2a6c7e8afa78db",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_316ad",
                            table="catalog_subscription",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
