from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_content")]

    operations = [
        migrations.AddField(
            model_name="media",
            name="checksum",
            field=models.CharField(
                blank=True, editable=False, max_length=64, verbose_name="checksum"
            ),
        ),
        migrations.AddField(
            model_name="media",
            name="renditions",
            field=models.JSONField(
                blank=True, default=dict, editable=False, verbose_name="renditions"
            ),
        ),
        migrations.AddField(
            model_name="media",
            name="renditions_state",
            field=models.CharField(
                blank=True,
                choices=[("MADE", "Made"), ("BROKEN", "The file cannot be read")],
                editable=False,
                max_length=10,
                verbose_name="state of the renditions",
            ),
        ),
        migrations.AddIndex(
            model_name="media",
            index=models.Index(
                condition=models.Q(("checksum", ""), _negated=True),
                fields=["checksum"],
                name="media_checksum",
            ),
        ),
        migrations.AddIndex(
            model_name="media",
            index=models.Index(
                condition=models.Q(
                    ("mime_type__in", ("image/jpeg", "image/png", "image/webp", "image/avif")),
                    ("renditions_state", ""),
                ),
                fields=["created_at"],
                name="media_without_renditions",
            ),
        ),
        migrations.AddConstraint(
            model_name="media",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("provider", "REMOTE"), _negated=True),
                    ("remote_url__startswith", "https://"),
                    _connector="OR",
                ),
                name="media_remote_by_https",
            ),
        ),
    ]
