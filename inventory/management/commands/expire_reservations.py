from typing import Any

from django.core.management.base import BaseCommand

from inventory import reservations


class Command(BaseCommand):
    help = "Release the holds on stock that ran out."

    def handle(self, *args: Any, **options: Any) -> None:
        released = reservations.expire()
        self.stdout.write(f"Released {released} holds.")
