"""Reads what a provider settled from a file, where it is not asked."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from payments import settlement_files, settlements
from payments.models import Provider


class Command(BaseCommand):
    help = "Take the lines of a provider's settlement from a CSV file; known ones are left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", choices=Provider.values)
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, provider: str, file: Path, **options: Any) -> None:
        try:
            with file.open(newline="", encoding="utf-8-sig") as lines:
                found = settlement_files.read(lines)
        except (OSError, UnicodeDecodeError, settlement_files.SettlementFileRefused) as error:
            raise CommandError(str(error)) from error
        report = settlements.take(provider, found)
        words = _("%(lines)d new lines: %(settled)d payments settled, %(unknown)d not known here.")
        self.stdout.write(words % vars(report))
