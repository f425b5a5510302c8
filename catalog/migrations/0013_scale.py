"""Indexes for what grows with the number of products."""

import uuid

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0012_rules")]

    operations = [
        migrations.RemoveIndex(model_name="listedproduct", name="listed_featured"),
        migrations.AddIndex(
            model_name="listedproduct",
            index=models.Index(
                fields=["place_id", "-precedence", "-published_at", "-product_id"],
                include=["price_low", "price_high"],
                name="listed_featured",
            ),
        ),
        migrations.RemoveIndex(model_name="listedproduct", name="listed_newest"),
        migrations.AddIndex(
            model_name="listedproduct",
            index=models.Index(
                fields=["place_id", "-published_at", "-product_id"],
                include=["price_low", "price_high"],
                name="listed_newest",
            ),
        ),
        migrations.RemoveIndex(model_name="listedproduct", name="listed_rating"),
        migrations.AddIndex(
            model_name="listedproduct",
            index=models.Index(
                fields=["place_id", "-rating", "-published_at", "-product_id"],
                include=["price_low", "price_high"],
                name="listed_rating",
            ),
        ),
        migrations.RemoveIndex(model_name="listedproduct", name="listed_sold"),
        migrations.AddIndex(
            model_name="listedproduct",
            index=models.Index(
                fields=["place_id", "-units_sold", "-published_at", "-product_id"],
                include=["price_low", "price_high"],
                name="listed_sold",
            ),
        ),
        migrations.AddIndex(
            model_name="listedproduct",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("place_id", uuid.UUID(int=0))),
                fields=["terms"],
                name="listed_rules",
            ),
        ),
        migrations.AddIndex(
            model_name="listedproduct",
            index=django.contrib.postgres.indexes.GistIndex(
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
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["status", "-id"],
                name="product_status",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("units_sold__gt", 0)),
                fields=["id"],
                include=["units_sold"],
                name="product_sold",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at", None)), fields=["price"], name="product_price"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["inventory_policy", "-id"],
                name="product_policy",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["-created_at", "-id"],
                name="review_list",
            ),
        ),
    ]
