"""Write the proof of prices to a file."""

from argparse import ArgumentParser
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.models import ProductVariant
from catalog.pricing import proof as price_proof


class Command(BaseCommand):
    """What each variant cost from when to when, with the 30-day price of each reduction."""

    help = "Writes what variants cost from when to when, and the proof of reductions, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--sku", action="append", default=[], help="only this one; may be repeated"
        )
        parser.add_argument("--from", dest="begin", help="first day, as 2026-11-01")
        parser.add_argument("--until", dest="end", help="day after the last, as 2026-12-01")

    def handle(self, **options: Any) -> None:
        variants = ProductVariant.all_objects.all()
        if wanted := set(options["sku"]):
            variants = variants.filter(sku__in=wanted)
            if unknown := wanted - set(variants.values_list("sku", flat=True)):
                raise CommandError(f"No variant has the SKU {', '.join(sorted(unknown))}.")
        begin, end = _moment(options["begin"]), _moment(options["end"])
        target: Path = options["file"]
        rows = -1  # the headings
        with target.open("w", encoding="utf-8", newline="") as file:
            for line in price_proof.csv_of(price_proof.terms(variants, begin=begin, end=end)):
                file.write(line)
                rows += 1
        self.stdout.write(f"Wrote {rows} prices to {target}.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is not a day such as 2026-11-01.") from error
    return timezone.make_aware(datetime.combine(day, time()))
