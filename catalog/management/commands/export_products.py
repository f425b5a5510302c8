"""Writes all products to a file that an import takes back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import Progress, TextColumn

from catalog import exports, product_filter
from catalog.imports import columns
from catalog.models import ImportBatch

_FORMATS = {".csv": ImportBatch.Format.CSV, ".xlsx": ImportBatch.Format.XLSX}


class Command(BaseCommand):
    help = "Write products to a CSV or XLSX file, one row for each variant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to write; .csv or .xlsx")
        parser.add_argument("--status", default="", help="only products of this status")
        parser.add_argument("--category", default="", help="only products below this path")
        parser.add_argument("--search", default="", help="only products the list finds by it")
        parser.add_argument("--columns", default="", help="names of columns with commas between")

    def handle(
        self,
        *args: Any,
        file: Path,
        status: str = "",
        category: str = "",
        search: str = "",
        columns: str = "",
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        file_format = _FORMATS.get(file.suffix.lower())
        if file_format is None:
            raise CommandError(_("The name of the file must end in .csv or .xlsx."))
        names = [name.strip() for name in columns.split(",") if name.strip()]
        names = _checked(names) or exports.column_names()
        selection = product_filter.asked(
            {"status__exact": status.upper(), "category": category, "q": search}
        )
        bar = Progress(
            TextColumn("{task.description} {task.completed}"),
            console=Console(stderr=True, quiet=verbosity == 0),
            transient=True,
        )
        exports.record_export(file_format, selection, names)
        with bar:
            found = bar.track(exports.rows(selection, names), description=_("Rows"))
            try:
                count = exports.write_file(file.resolve(), file_format, found)
            except OSError as error:
                raise CommandError(_("%s cannot be written.") % file) from error
        self.stdout.write(_("%(count)d rows written to %(file)s.") % {"count": count, "file": file})


def _checked(names: list[str]) -> list[str]:
    for name in names:
        if columns.column(name) is None:
            raise CommandError(_("There is no column %s.") % name)
    return names
