"""Fills the shop with as many products as one likes, to see how it behaves with them."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shop.operations.load.copying import Watch
from shop.operations.load.keys import MOST_PRODUCTS, MOST_SEEDS
from shop.operations.load.loading import AlreadyLoaded, Order, load
from shop.operations.load.products import CUTS

#: From this many products on, an average one has the fewest variants unless told otherwise.
MANY = 200_000


class Command(BaseCommand):
    help = "Add generated products by COPY: the same ones for the same seed, up to a million."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, required=True, help="how many to add")
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
        products: int,
        seed: int = 1,
        variants: int | None = None,
        append: bool = False,
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        if not 0 < products <= MOST_PRODUCTS:
            raise CommandError(_("Say how many products to add, with --products."))
        if not 0 <= seed < MOST_SEEDS:
            raise CommandError(_("A seed is a number from 0 to %d.") % (MOST_SEEDS - 1))
        variants = variants or (min(CUTS) if products >= MANY else max(CUTS))
        order = Order(products=products, variants=variants, seed=seed, append=append)
        started = time.monotonic()
        try:
            rows = self._load(order, is_quiet=verbosity == 0)
        except AlreadyLoaded as known:
            raise CommandError(
                ngettext(
                    "%(count)d product of seed %(seed)d is there already; --append adds more.",
                    "%(count)d products of seed %(seed)d are there already; --append adds more.",
                    known.products,
                )
                % {"count": known.products, "seed": seed}
            ) from known
        self.stdout.write(
            _("%(products)d products with %(rows)d rows added in %(seconds).1f s.")
            % {"products": products, "rows": rows, "seconds": time.monotonic() - started}
        )

    def _load(self, order: Order, *, is_quiet: bool) -> int:
        labels = {
            "products": _("Products"),
            "indexes": _("Indexes"),
            "listings": _("Listings"),
            "counts": _("Counts"),
        }
        bar = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True, quiet=is_quiet),
        )
        with bar:
            tasks: dict[str, Any] = {}

            def advance(phase: str, done: int, total: int) -> None:
                if phase not in tasks or (done == 0 and bar.tasks[tasks[phase]].finished):
                    tasks[phase] = bar.add_task(labels[phase])
                bar.update(tasks[phase], completed=done, total=total)

            watch: Watch = advance
            return load(order, watch=watch)
