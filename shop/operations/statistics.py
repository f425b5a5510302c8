"""What the planner knows of the tables."""

from django.apps import apps
from django.db import connection


def analyze() -> None:
    """Count the tables of the shop again, after many of their rows have changed.

    Not those of PostgreSQL that all its databases share: others would wait for them.
    """
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.managed}
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(sorted(tables))}")
