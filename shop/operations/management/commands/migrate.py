"""``manage.py migrate``: Django's own, in two thirds of the time."""

import gc
from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # Each operation makes models anew, and whoever looks for garbage among them would walk
        # through all code of the shop again and again.
        gc.freeze()
        super().handle(*args, **options)
