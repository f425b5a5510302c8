from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import track

from catalog.models import Media
from catalog.pictures import renditions


class Command(BaseCommand):
    help = "Make the smaller copies of all pictures that have none yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--broken", action="store_true", help="try those again that could not be read"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Media.objects.without_renditions()
        if options["broken"]:
            rows = rows | Media.objects.filter(Q(renditions_state=Media.Renditions.BROKEN))
        pictures = list(rows.order_by("created_at"))
        console = Console(stderr=True, quiet=options["verbosity"] == 0)
        made = sum(
            renditions.make(media)
            for media in track(pictures, _("Making renditions"), console=console, transient=True)
        )
        summary = ngettext(
            "Renditions of %(made)d picture made", "Renditions of %(made)d pictures made", made
        )
        self.stdout.write(
            f"{summary}, %(broken)d could not be read."
            % {"made": made, "broken": len(pictures) - made}
        )
