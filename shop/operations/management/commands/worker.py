"""``manage.py worker``: runs the background jobs until it is told to stop."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from shop import slow_statements
from shop.startup import keeping_no_statements


class Command(BaseCommand):
    help = "Run background jobs until SIGINT or SIGTERM; a job under way is finished."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--one-shot", action="store_true", help="end when no job waits")

    def handle(self, *args: Any, one_shot: bool, **options: Any) -> None:
        slow_statements.watch()
        with keeping_no_statements():
            call_command("procrastinate", "worker", *(["--one-shot"] if one_shot else []))
