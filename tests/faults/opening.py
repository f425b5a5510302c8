"""The shop open to crowds: web processes as in production, two workers each."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.bench.shops import Shop
from tests.faults.apps import GUARD, OFF
from tests.faults.scenarios import Ports
from tests.faults.settings import CACHE_LOCATION, DATABASE_NAME


@contextmanager
def open_shop(*, unguarded: bool, **more: str) -> Iterator[Ports]:
    """The shop on this process's database; with ``unguarded`` a second one for control runs.

    ``more`` are variables of its environment.
    """
    shop = Shop(Path(settings.DATA_DIR))
    facts = {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        DATABASE_NAME: connection.settings_dict["NAME"],
        CACHE_LOCATION: settings.CACHES["default"]["LOCATION"],
        # The crowd says where each buyer comes from, as a proxy would.
        "TRUSTED_PROXIES": "1",
        **more,
    }
    with ExitStack() as open_until_the_end:
        guarded = open_until_the_end.enter_context(shop.open(**facts))
        control = 0
        if unguarded:
            control = open_until_the_end.enter_context(shop.open(**facts, **{GUARD: OFF})).port
        yield Ports(guarded.port, control, guarded.pid)
