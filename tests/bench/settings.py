"""The shop's settings with the baselines beside it; only the bench serves with them."""

import os

from shop.settings import *  # noqa: F403
from shop.settings import INSTALLED_APPS as SHOP_APPS
from shop.settings import MIDDLEWARE as SHOP_MIDDLEWARE

#: Off in the instance that answers for the baselines and for uncached pages.
PAGE_CACHE = os.environ.get("BENCH_PAGE_CACHE", "on") == "on"

#: The session of its staff is made, not signed in.
STAFF_SECOND_FACTOR = False

INSTALLED_APPS = [*SHOP_APPS, "tests.bench"]
MIDDLEWARE = [
    "tests.bench.probe.Probe",
    *(name for name in SHOP_MIDDLEWARE if PAGE_CACHE or not name.startswith("shop.page_cache.")),
]
ROOT_URLCONF = "tests.bench.urls"
