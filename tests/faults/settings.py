"""The shop's settings as the crowds meet them: those of production but for static files.

The database and the cache may be those of a test run, whose names only it knows.
"""

import os

from tests.bench.settings import *  # noqa: F403
from tests.bench.settings import CACHES as SHOP_CACHES
from tests.bench.settings import DATABASES as SHOP_DATABASES
from tests.bench.settings import INSTALLED_APPS as BENCH_APPS
from tests.bench.settings import STORAGES as SHOP_STORAGES

DATABASE_NAME = "FAULTS_DATABASE"
CACHE_LOCATION = "FAULTS_CACHE"

INSTALLED_APPS = [*BENCH_APPS, "tests.faults"]
# Nobody looks at the pages, and to collect and pack the files would take longer than a crowd.
STORAGES = {
    **SHOP_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES = SHOP_DATABASES
CACHES = SHOP_CACHES
if DATABASE_NAME in os.environ:
    DATABASES["default"]["NAME"] = os.environ[DATABASE_NAME]
    CACHES["default"]["LOCATION"] = os.environ[CACHE_LOCATION]
