"""Becomes the web server that ``manage.py up`` would start."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from shop.operations.management.commands.up import LOOPBACK, _web_command


class Command(BaseCommand):
    help = "Serve the shop as `up` does, without its worker."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        command = _web_command(LOOPBACK, port)
        os.execv(command[0], command)
