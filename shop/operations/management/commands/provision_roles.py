"""Makes the roles of the database, so that the shop itself cannot bend its log or its tables."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from shop.operations import database_roles


class Command(BaseCommand):
    help = (
        "As the owner of the tables: make or update the role that the shop connects as, and one "
        "that only reads. Passwords come from APP_DATABASE_PASSWORD and READER_DATABASE_PASSWORD."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--app", default="selvedge_app", help="role of the shop")
        parser.add_argument("--reader", default="selvedge_reader", help="role of reports")

    def handle(self, *args: Any, app: str, reader: str, **options: Any) -> None:
        passwords = {
            app: os.environ.get("APP_DATABASE_PASSWORD", ""),
            reader: os.environ.get("READER_DATABASE_PASSWORD", ""),
        }
        database_roles.provision(app=app, reader=reader, passwords=passwords)
        told = {"app": app, "reader": reader}
        self.stdout.write(_("%(app)s writes rows, %(reader)s reads them.") % told)
