from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_reviews")]

    operations = [
        migrations.AddField(
            model_name="brand",
            name="maker_name",
            field=models.CharField(blank=True, max_length=200, verbose_name="maker"),
        ),
        migrations.AddField(
            model_name="brand",
            name="maker_address",
            field=models.TextField(blank=True, max_length=500, verbose_name="address of the maker"),
        ),
        migrations.AddField(
            model_name="brand",
            name="maker_email",
            field=models.EmailField(blank=True, max_length=254, verbose_name="e-mail of the maker"),
        ),
        migrations.AddField(
            model_name="sizechart",
            name="systems",
            field=models.JSONField(blank=True, default=dict, verbose_name="sizes of other systems"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("status__in", ["SENT", "CANCELED"])),
                fields=["updated_at"],
                name="subscription_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="wishlist",
            index=models.Index(
                condition=models.Q(("user", None)), fields=["updated_at"], name="wishlist_of_guest"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["BACK_IN_STOCK", "PRICE_DROP"])),
                name="subscription_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["ACTIVE", "CANCELED"]),
                    models.Q(("due_at__isnull", False), ("status__in", ["DUE", "SENT"])),
                    _connector="OR",
                ),
                name="subscription_due_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("price__gte", 0)), name="subscription_price_not_negative"
            ),
        ),
    ]
