"""Finds what was altered, removed or inserted: exit status 1 and names, or a line of peace."""

from argparse import ArgumentParser
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from audit.archives import checking
from audit.chain import anchors, sealing, verifying
from audit.models import Stream


class Command(BaseCommand):
    help = "Read the audit log and its seals, and name what is not as it was sealed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=20, help="findings to name")
        parser.add_argument(
            "--anchor",
            type=Path,
            default=settings.AUDIT_ANCHOR,
            help="file with the ends of the chains, such as a copy kept elsewhere",
        )
        parser.add_argument("--no-seal", action="store_true", help="only read")
        parser.add_argument(
            "--archives", action="store_true", help="read the files of archived months too"
        )
        parser.add_argument(
            "--new-anchor",
            action="store_true",
            help="take the chains as they are for whole, after an older backup was restored",
        )

    def handle(self, *args: Any, rows: int, anchor: Path, **options: Any) -> None:
        try:
            # Read first: sealing moves our own anchor on.
            known = anchors.read(anchor)
        except (ValueError, KeyError, TypeError) as problem:
            raise CommandError(_("%s is no anchor of the audit log.") % anchor) from problem
        if not options["no_seal"]:
            sealing.seal()
        if options["new_anchor"]:
            anchors.keep(anew=True)
            known = anchors.read(anchor)
        found = [str(one) for one in islice(verifying.findings(known), rows)]
        if options["archives"]:
            found += checking.findings()
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(_("The audit log is not as it was sealed; the first: %s") % found[0])
        for stream in Stream:
            state = verifying.state(stream)
            self.stdout.write(
                _(
                    "%(log)s: %(rows)d rows in %(seals)d seals, %(redacted)d redacted, "
                    "%(waiting)d not sealed yet."
                )
                % {"log": stream, **vars(state)}
            )
        self.stdout.write(_("The audit log is whole."))
