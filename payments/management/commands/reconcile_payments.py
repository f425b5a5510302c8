"""Compares our ledger of payments with the providers'."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from payments.reconciliation import WINDOW_DAYS, reconcile


class Command(BaseCommand):
    help = "Compare payments with their providers; mend what is safe and list the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=WINDOW_DAYS, help="how far back, besides what is open"
        )

    def handle(self, *args: Any, days: int = WINDOW_DAYS, **options: Any) -> None:
        report = reconcile(days=days)
        words = _("%(asked)d payments compared: %(mended)d mended, %(found)d to look at.")
        self.stdout.write(words % vars(report))
        if report.away:
            raise CommandError(_("Not reached: %s.") % ", ".join(sorted(report.away)))
