"""Fills the shop with as many products and orders as one likes, to see how it behaves with them."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shop.operations.load.keys import MOST_NUMBERS, MOST_SEEDS
from shop.operations.load.loading import AlreadyLoaded, Amount, load
from shop.operations.load.phases import Phases
from shop.operations.load.products import CUTS
from shop.operations.load.selling import NothingToSell

#: From this many products on, an average one has the fewest variants unless told otherwise.
MANY = 200_000


class Command(BaseCommand):
    help = "Add generated products and orders by COPY: the same ones for the same seed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, default=0, help="how many to add")
        parser.add_argument(
            "--orders", type=int, default=0, help="how many to add, of products of the seed"
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed, other products")
        parser.add_argument(
            "--variants",
            type=int,
            choices=sorted(CUTS),
            help=f"of an average product; {min(CUTS)} from {MANY} products on, else {max(CUTS)}",
        )
        parser.add_argument(
            "--append", action="store_true", help="add to what the seed has made before"
        )

    def handle(
        self,
        *args: Any,
        products: int = 0,
        orders: int = 0,
        seed: int = 1,
        variants: int | None = None,
        append: bool = False,
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        if not (0 <= products <= MOST_NUMBERS and orders >= 0 and products + orders):
            raise CommandError(_("Say how much to add, with --products, --orders or both."))
        if not 0 <= seed < MOST_SEEDS:
            raise CommandError(_("A seed is a number from 0 to %d.") % (MOST_SEEDS - 1))
        variants = variants or (min(CUTS) if products >= MANY else max(CUTS))
        amount = Amount(products, orders, variants=variants, seed=seed, append=append)
        started = time.monotonic()
        rows = self._load(amount, is_quiet=verbosity == 0)
        self.stdout.write(
            _("%(products)d products, %(orders)d orders: %(rows)d rows added in %(seconds).1f s.")
            % {
                "products": products,
                "orders": orders,
                "rows": rows,
                "seconds": time.monotonic() - started,
            }
        )

    def _load(self, amount: Amount, *, is_quiet: bool) -> int:
        bars = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True, quiet=is_quiet),
        )
        try:
            with bars:
                return load(amount, watch=Phases(bars))
        except AlreadyLoaded as known:
            raise CommandError(
                _("%(name)s of seed %(seed)d are there already: %(count)d. --append adds more.")
                % {
                    "name": capfirst(known.model._meta.verbose_name_plural),
                    "seed": amount.seed,
                    "count": known.count,
                }
            ) from known
        except NothingToSell as error:
            raise CommandError(
                _("Seed %d has no products that orders could be of; --products adds some.")
                % amount.seed
            ) from error
