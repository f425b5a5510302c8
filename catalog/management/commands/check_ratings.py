"""Compare the ratings of products with their reviews."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from catalog.reviewing.ratings import check_ratings


class Command(BaseCommand):
    help = "Compare the rating of each product with its published reviews, and mend it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="report, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_ratings(mend=not options["dry_run"])
        for each in found:
            self.stdout.write(
                f"{each.title}: {each.kept_average or '-'} ({each.kept_count}) should be "
                f"{each.true_average or '-'} ({each.true_count})"
            )
        done = "found" if options["dry_run"] else "mended"
        self.stdout.write(f"Ratings {done}: {len(found)}.")
