"""``manage.py export_erasures``: the list of who was erased, to lie beside the backups."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shop.accounts.privacy import records


class Command(BaseCommand):
    help = "Append erasures that the list outside the database lacks; it holds hashes, no names."

    def handle(self, *args: Any, **options: Any) -> None:
        written = records.write_missing()
        self.stdout.write(f"{written} erasures appended to {settings.ERASURES_FILE}.")
