"""Draws the tables of every app into docs/schema.md, and lists their indexes beside them."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from shop.operations.schema.diagrams import schema
from shop.operations.schema.indexes import index_page

FOLDER = settings.BASE_DIR / "docs"
PAGES = {FOLDER / "schema.md": schema, FOLDER / "indexes.md": index_page}


class Command(BaseCommand):
    help = "Draw docs/schema.md, one diagram per app, and docs/indexes.md from the models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if a page is stale"
        )

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        for path, make in PAGES.items():
            page = make()
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(page, "utf-8")
            elif not path.is_file() or path.read_text("utf-8") != page:
                raise CommandError(
                    _("docs/%(name)s is stale; run manage.py draw_schema.") % {"name": path.name}
                )
        self.stdout.write(_("The pages are up to date.") if check else _("The pages are drawn."))
