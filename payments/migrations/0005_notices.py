"""What providers tell by themselves."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_challenges"),
    ]

    operations = []
