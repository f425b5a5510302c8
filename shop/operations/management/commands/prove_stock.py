"""Proves that the shop never sells more than there is."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from shop.operations import stock_proof

MOST_BUYERS = 60


class Command(BaseCommand):
    help = (
        "Let many buyers compete for a few units in a scratch copy of the shop; fails when more "
        "is sold than there is. The shop itself is not touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--buyers", type=int, default=20, help="processes that buy at once")
        parser.add_argument("--units", type=int, default=5, help="what there is to buy")
        parser.add_argument("--seconds", type=int, default=60, help="at most, for each run")

    def handle(
        self, *args: Any, buyers: int = 20, units: int = 5, seconds: int = 60, **options: Any
    ) -> None:
        if not (2 <= buyers <= MOST_BUYERS and 1 <= units < buyers):
            raise CommandError(
                _("A crowd has 2 to %d buyers, and fewer units than buyers.") % MOST_BUYERS
            )
        try:
            proof = stock_proof.prove(buyers=buyers, units=units, seconds=seconds)
        except stock_proof.NoScratchDatabase as error:
            raise CommandError(_("The database role may not make a scratch database.")) from error
        except stock_proof.NoAnswer as error:
            raise CommandError(_("Not proved: the buyers did not come to an end.")) from error
        sold, control = proof.guarded, proof.unguarded
        self._show(sold, control)
        if proof.differing:
            raise CommandError(_("The shop lacks guards: %s.") % ", ".join(proof.differing))
        if sold.sold != units or sold.failed or not proof.is_explained:
            raise CommandError(_("Not proved: the guarded run went wrong."))
        if not control.oversold:
            raise CommandError(_("Not proved: even without the guard nothing was oversold."))
        self.stdout.write(
            _("Proved: %(buyers)d buyers got exactly %(units)d units; without the guard %(more)d.")
            % {"buyers": buyers, "units": sold.sold, "more": control.sold}
        )

    def _show(self, sold: stock_proof.Outcome, control: stock_proof.Outcome) -> None:
        table = Table()
        titles = (_("Run"), _("Buyers"), _("Units"), _("Sold"), _("Refused"), _("Failed"))
        for title in (*titles, _("Oversold"), _("Seconds")):
            table.add_column(title, justify="left" if title == titles[0] else "right")
        for name, run in ((_("Shop"), sold), (_("Without the guard"), control)):
            numbers = (run.buyers, run.units, run.sold, run.refused, run.failed, run.oversold)
            table.add_row(name, *map(str, numbers), f"{run.seconds:.1f}")
        Console(file=self.stdout).print(table)  # type: ignore[arg-type]
