"""Django's loaddata, with one INSERT of audit entries, counts and statistics at the end."""

from typing import Any

from django.core.management.commands import loaddata

from audit import recording
from catalog.freshness import catalog_changed
from catalog.listings import listed
from catalog.searching import vocabulary
from shop.operations.statistics import analyze


class Command(loaddata.Command):
    """Thousands of new rows change which plan is quick; autovacuum would notice a minute later."""

    def handle(self, *fixture_labels: str, **options: Any) -> None:
        with recording.batch():
            super().handle(*fixture_labels, **options)
            catalog_changed()
        listed.count_places()
        vocabulary.rebuild()
        analyze()
