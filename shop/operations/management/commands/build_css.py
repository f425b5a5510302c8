"""Builds the style sheets that pages link, from the sources under ``static/css/``."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shop import stylesheets


class Command(BaseCommand):
    help = "Join and minify static/css into static/build/site.css and admin.css."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sheets = stylesheets.build(settings.BASE_DIR / "static")
        facts = ", ".join(f"{sheet.path.name} {sheet.size / 1000:.1f} kB" for sheet in sheets)
        state = "built" if any(sheet.changed for sheet in sheets) else "unchanged"
        self.stdout.write(f"Style sheets {state}: {facts}.")
