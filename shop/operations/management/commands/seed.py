"""Fills the database with the rows of a profile."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from shop.operations.load.phases import Phases
from shop.operations.seeds import fixtures
from shop.operations.seeds.profiles import PROFILES, Step, seed


class Command(BaseCommand):
    help = "Fill the shop: demo is a small one, development and qa are more, production is bare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--profile", choices=sorted(PROFILES), help="what to put in")
        what.add_argument(
            "--write-fixtures",
            action="store_true",
            help="write the demo catalog to fixtures/ instead, for loaddata",
        )

    def handle(
        self,
        *args: Any,
        profile: str = "",
        write_fixtures: bool = False,
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        if write_fixtures:
            written = fixtures.write()
            summary = ngettext("%d fixture written.", "%d fixtures written.", written)
            self.stdout.write(summary % written)
            return
        if profile != "production" and not settings.DEBUG:
            raise CommandError(
                _("The demo shop has log-ins everyone knows; it is refused where DEBUG is off.")
            )
        started = time.monotonic()
        added = self._seed(profile, is_quiet=verbosity == 0)
        summary = ngettext("%(rows)d row added", "%(rows)d rows added", added)
        self.stdout.write(
            _("Profile %(profile)s: %(summary)s in %(seconds).1f s.")
            % {
                "profile": profile,
                "summary": summary % {"rows": added},
                "seconds": time.monotonic() - started,
            }
        )

    def _seed(self, profile: str, *, is_quiet: bool) -> int:
        bar = Progress(
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True, quiet=is_quiet),
            transient=True,
        )
        with bar:
            task = bar.add_task("", total=len(PROFILES[profile]()))

            def watch(step: Step) -> None:
                bar.update(task, description=str(step.label))
                bar.advance(task)

            return seed(profile, watch=watch, watch_long=Phases(bar))
