"""Finds what must never be: exit status 1 and a list, or one line of peace."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.operations.invariants.checking import ALL, MOST_NAMED, violations


class Command(BaseCommand):
    help = "Check stock, orders, payments, coupons, letters and ledgers against their invariants."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rows", type=int, default=MOST_NAMED, help="rows to name for each violation"
        )

    def handle(self, *args: Any, rows: int = MOST_NAMED, **options: Any) -> None:
        found = list(violations(most_named=rows))
        for violation in found:
            invariant = violation.invariant
            self.stdout.write(f"{invariant.number} {invariant.says}: {violation.count}")
            for what in violation.named:
                self.stdout.write(f"    {what}")
        if found:
            words = ngettext(
                "%d invariant does not hold.", "%d invariants do not hold.", len(found)
            )
            raise CommandError(words % len(found))
        self.stdout.write(_("All %d invariants hold.") % len(ALL))
