"""Imports a file of products: all of its rows, or none."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from catalog.imports import batches
from catalog.imports.errors import ImportRefused
from catalog.models import ImportBatch, ImportRow
from shop.startup import keeping_no_statements

_BLOCK = 1024 * 1024
#: Errors that are listed; the back office has all of them.
SHOWN = 50


class Command(BaseCommand):
    help = "Import products from a CSV or XLSX file, all of its rows or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file, one row for each variant")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADER=COLUMN",
            help="what a column of the file is; with nothing after the sign it is left out",
        )

    def handle(
        self,
        *args: Any,
        file: Path,
        dry_run: bool = False,
        map: list[str],
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        self._is_quiet = verbosity == 0
        with keeping_no_statements():
            self._import(file, map, is_trial=dry_run)

    def _import(self, file: Path, map: list[str], *, is_trial: bool) -> None:
        try:
            with file.open("rb") as source:
                chunks = iter(lambda: source.read(_BLOCK), b"")
                batch = batches.receive(name=file.name, chunks=chunks, user=None)
            chosen = batch.mapping | dict(self._choice(pair, batch) for pair in map)
            batches.choose_columns(batch.pk, chosen, user=None, in_background=False)
        except OSError as error:
            raise CommandError(_("%s cannot be read.") % file) from error
        except ImportRefused as refused:
            raise CommandError(refused.reason) from refused
        batch = self._with_bar(_("Checking"), lambda watch: batches.check(batch.pk, watch))
        self._report(batch)
        if is_trial or not batch.new_rows + batch.changed_rows:
            return
        batches.confirm(batch.pk, user=None, in_background=False)
        batch = self._with_bar(_("Importing"), lambda watch: batches.apply(batch.pk, watch))
        if batch.status != ImportBatch.Status.APPLIED:
            raise CommandError("\n".join([batch.failure, *conflict_lines(batch)]))
        self.stdout.write(_("%d rows imported.") % (batch.new_rows + batch.changed_rows))

    def _choice(self, pair: str, batch: ImportBatch) -> tuple[str, str]:
        header, sign, name = pair.rpartition("=")
        if not sign or header not in batch.headers:
            raise CommandError(_("--map %s: the file has no such column.") % pair)
        return header, name

    def _report(self, batch: ImportBatch) -> None:
        if batch.status == ImportBatch.Status.FAILED:
            raise CommandError(batch.failure)
        self.stdout.write(
            _("%(new)d new, %(changed)d changed, %(unchanged)d unchanged, %(error)d with errors.")
            % {
                "new": batch.new_rows,
                "changed": batch.changed_rows,
                "unchanged": batch.unchanged_rows,
                "error": batch.error_rows,
            }
        )
        if batch.error_rows:
            wrong = ImportRow.objects.filter(batch=batch, kind=ImportRow.Kind.ERROR)
            lines = [
                _("Line %(line)d, %(column)s: %(reason)s") % {"line": row.line, **error}
                for row in wrong.order_by("line")[:SHOWN]
                for error in row.errors
            ]
            raise CommandError("\n".join([*lines, _("Nothing was imported.")]))

    def _with_bar(
        self, label: str, act: Callable[[Callable[[int], None]], ImportBatch]
    ) -> ImportBatch:
        bar = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True, quiet=self._is_quiet),
            transient=True,
        )
        with bar:
            task = bar.add_task(label, total=None)
            return act(lambda done: bar.update(task, completed=done))


def conflict_lines(batch: ImportBatch) -> list[str]:
    """The conflicts of a batch, a line each."""
    return [_("Line %(line)s, %(sku)s: %(reason)s") % conflict for conflict in batch.conflicts]
