"""``manage.py replay_erasures``: after a restore, erase again whom the backup still had."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.accounts.privacy import records, replaying


class Command(BaseCommand):
    help = "Erase everybody on the list of erasures whom this database still knows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, default=settings.ERASURES_FILE)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no list at {path}. Give it with --file.")
        known = list(records.of_file(path))
        erased = replaying.replay(known)
        self.stdout.write(
            f"{erased} people and guests were erased again; the list has {len(known)} erasures."
        )
