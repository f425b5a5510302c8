#!/usr/bin/env python
"""Commands of the shop; boots the embedded servers for those that use the database."""

import os
import signal
import sys
from types import FrameType

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from shop.startup import ServersUnavailable, attach_embedded_servers

#: Commands that touch neither PostgreSQL nor Redis.
WITHOUT_SERVERS = {
    "build_css",
    "compilemessages",
    "diffsettings",
    "help",
    "makemessages",
    "startapp",
    "version",
}
ASKS_FOR_HELP = {"--help", "-h", "--version"}


def needs_servers(arguments: list[str]) -> bool:
    """Whether the command line names a command that uses the database."""
    if not arguments or ASKS_FOR_HELP & set(arguments):
        return False
    return arguments[0] not in WITHOUT_SERVERS


def end_orderly(_signal: int, _frame: FrameType | None) -> None:
    """End by an exception, so that the last process out stops the servers."""
    sys.exit(128 + signal.SIGTERM)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    if needs_servers(sys.argv[1:]):
        signal.signal(signal.SIGTERM, end_orderly)
        try:
            attach_embedded_servers()
        except ServersUnavailable as error:
            sys.exit(str(error))
        except ImproperlyConfigured as error:
            sys.exit(f"The shop's settings are incomplete. {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
