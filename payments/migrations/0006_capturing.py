"""Captures in parts, and authorizations that end."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0005_notices"),
    ]

    operations = []
