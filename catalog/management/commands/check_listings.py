"""Compares the rows behind listings with what they are derived from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.listings import listed


class Command(BaseCommand):
    help = "Compare the stored rows of listings with the catalog; exit status 1 on a difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="derive the wrong rows anew")

    def handle(self, *args: Any, mend: bool = False, **options: Any) -> None:
        found = listed.differences()
        if not found:
            self.stdout.write(_("All listings are as they should be."))
            return
        summary = ngettext("%d row differs.", "%d rows differ.", len(found)) % len(found)
        if not mend:
            for row in found:
                self.stderr.write(f"{row.place_id} {row.product_id}")
            raise CommandError(summary)
        listed.refresh(row.product_id for row in found)
        listed.count_places()
        self.stdout.write(f"{summary} {_('They were derived anew.')}")
