"""Where a shopper goes on while a payment waits for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0003_credit"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="challenge_url",
            field=models.URLField(
                blank=True, editable=False, max_length=2000, verbose_name="address of the challenge"
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="three_d_secure",
            field=models.CharField(
                choices=[
                    ("NOT_NEEDED", "Not needed"),
                    ("CHALLENGED", "Waiting for the shopper"),
                    ("PASSED", "Passed"),
                    ("FAILED", "Failed"),
                ],
                default="NOT_NEEDED",
                max_length=12,
                verbose_name="3-D Secure",
            ),
        ),
    ]
