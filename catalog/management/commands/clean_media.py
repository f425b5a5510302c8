from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import ngettext

from catalog.pictures import leftovers


class Command(BaseCommand):
    help = "List uploaded files older than a day that no row knows; with --delete remove them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete", action="store_true", help="remove what is listed")

    def handle(self, *args: Any, **options: Any) -> None:
        names = leftovers.find()
        for name in names:
            self.stdout.write(name)
        if options["delete"]:
            removed = leftovers.remove(names)
            text = ngettext("%d file deleted.", "%d files deleted.", removed)
            self.stdout.write(text % removed)
            return
        text = ngettext("%d file to delete.", "%d files to delete.", len(names))
        self.stdout.write(text % len(names))
