"""A migrated database that those of the tests are copies of; it stays for the next run.

Migrating takes many seconds and a copy about one. A template is named by what made it, so that a
changed migration makes another one.
"""

import hashlib
import importlib.util
import re
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

PREFIX = "test_template_"
#: One worker makes the template, the others wait for it.
LOCK = 7_203_114


def template_database():
    """The name of the template for the migrations as they are now; made when it is missing."""
    name = PREFIX + _digest()
    with connection._nodb_cursor() as cursor:
        # Whoever waits, waits as long as migrating takes.
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        known = {row[0] for row in cursor.fetchall()}
        if name not in known:
            for old in known:
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            making = f"{name}_making"
            _migrate(making)
            cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def _migrate(name):
    """A new, migrated database; the connection of the tests is where it was afterwards."""
    before, wanted = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        connection.close_pool()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = before
        connection.settings_dict["TEST"]["NAME"] = wanted


def _digest():
    """Of all that says what migrating makes: migrations, what they import, packages, the month."""
    root = Path(settings.BASE_DIR)
    migrations = sorted(root.glob("*/migrations/*.py")) + sorted(root.glob("*/*/migrations/*.py"))
    imported = {
        module
        for path in migrations
        for module in re.findall(r"^(?:from|import) ([\w.]+)", path.read_text(), re.MULTILINE)
        if (root / module.partition(".")[0]).is_dir()
    }
    specs = [importlib.util.find_spec(module) for module in sorted(imported)]
    sources = [Path(spec.origin) for spec in specs if spec and spec.origin]
    # Partitions are made ahead, by the month.
    made_of = hashlib.sha256(f"{timezone.now():%Y-%m}".encode())
    for path in [*migrations, *sources, root / "requirements" / "runtime.txt"]:
        made_of.update(path.read_bytes())
    return made_of.hexdigest()[:16]
