"""Seals what has been written to the audit log; the worker does so each minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.chain import sealing


class Command(BaseCommand):
    help = "Seal the entries of the audit log and the security events that have none yet."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("%d rows sealed.") % sealing.seal())
