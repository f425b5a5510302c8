"""What payments need of orders."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_returns"),
    ]

    operations = []
