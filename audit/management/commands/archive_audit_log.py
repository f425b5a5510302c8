"""Makes files of the months of the audit log that are old enough, and drops their partitions."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from audit.archives import archiving, redacting


class Command(BaseCommand):
    help = "Archive the months of the audit log that are older than AUDIT_KEEP_MONTHS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep", type=int, default=settings.AUDIT_KEEP_MONTHS, help="months")
        parser.add_argument(
            "--new-manifests",
            action="store_true",
            help="write the manifests of archived months anew, after they were looked into",
        )

    def handle(self, *args: Any, keep: int, **options: Any) -> None:
        redacting.finish(new_manifests=options["new_manifests"])
        months = archiving.due_months(keep)
        for month in months:
            try:
                made = archiving.archive(month)
            except archiving.NotArchivable as refused:
                raise CommandError(str(refused)) from refused
            words = _("%(month)s: %(count)d entries in %(file)s.")
            if made is not None:
                told = {"month": made, "count": made.count, "file": made.file}
                self.stdout.write(words % told)
        self.stdout.write(_("%d months archived.") % len(months))
