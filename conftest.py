"""Tests run on the embedded servers, or on those that DATABASE_URL and REDIS_URL name."""

import gc
import time
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.core.cache import cache, caches
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.test.testcases import QuietWSGIRequestHandler
from django.utils import translation
from psycopg.pq import TransactionStatus

from catalog import shown_products, wares
from shop import rate_limits
from shop.accounts.roles import sync_roles
from shop.startup import ServersUnavailable, attach_embedded_servers
from shop.tests.numbering import FIRST, Numbers
from shop.tests.wire import Wire, wait_until_closed
from tests.flushing import Flusher
from tests.midnight import stay_within_a_day
from tests.template_database import template_database

# How long an example takes says nothing on a machine that others use too.
EXPLORE = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
#: Other examples each time, for who looks for what nobody thought of.
hypothesis.settings.register_profile("explore", EXPLORE, max_examples=1000)
# The same examples for the same test: what is red is red for everyone, and green stays green.
hypothesis.settings.register_profile("shop", EXPLORE, derandomize=True)
hypothesis.settings.load_profile("shop")

#: How long a test waits for Redis, in seconds: a busy machine stands still for longer than the shop
#: would, and that is no Redis that is away.
REDIS_PATIENCE = {"SOCKET_CONNECT_TIMEOUT": 60, "SOCKET_TIMEOUT": 60}
#: And for one that does freeze.
FROZEN_PATIENCE = {"SOCKET_CONNECT_TIMEOUT": 3, "SOCKET_TIMEOUT": 3}
#: Seconds that nearly every test needs.
LATE = 45
#: Counts the tests of this worker.
NUMBERS = count()


def pytest_sessionstart():
    """Boot the servers before pytest-django creates its databases."""
    try:
        attach_embedded_servers()
    except ServersUnavailable as error:
        pytest.exit(str(error), returncode=3)
    settings.CACHES["default"]["OPTIONS"] |= REDIS_PATIENCE


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is loaded here stays to the end; the garbage collector need not look at it.

    It took a third of the time of collecting.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """What lives for one run need not be safe on the disk; and a busy machine is slow."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database()
    # A crowd connects at the same moment.
    connection.settings_dict["OPTIONS"]["connect_timeout"] = 60
    connection.settings_dict["OPTIONS"]["options"] += (
        " -c synchronous_commit=off -c statement_timeout=60000 -c lock_timeout=30000"
        " -c idle_in_transaction_session_timeout=300000"
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The roles stand in every database of tests, as in every shop; other rows go quickly."""
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        sync_roles()
        # Each test finds an empty log.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_auditlog")
    flusher = Flusher()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: flusher.flush())
        yield
    flusher.close()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords():
    """Hashes of passwords are slow on purpose, which helps no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BCryptSHA256PasswordHasher, "rounds", 4)
        yield


@pytest.fixture(scope="session", autouse=True)
def prompt_answers():
    """The live server writes an answer in pieces: none waits for the one before to arrive."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuietWSGIRequestHandler, "disable_nagle_algorithm", True)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """A test that meets the end of the day waits for the next one."""
    stay_within_a_day(LATE)


def pytest_runtest_makereport():
    """A test whose time ran out within a statement does not take the following ones along."""
    link = connection.connection
    if link is not None and link.info.transaction_status == TransactionStatus.ACTIVE:
        connection.close()


@pytest.fixture(autouse=True)
def empty_cache():
    """What an earlier test left in Redis is not there, nor which product had a slug in it."""
    wait_until_closed()
    cache.clear()
    for known in (shown_products._keys, wares._keys):
        known.clear()


@pytest.fixture(autouse=True)
def same_numbers():
    """Names of rows are the same whatever ran before."""
    Numbers.begin(FIRST)


@pytest.fixture(autouse=True)
def whole_windows():
    """The minute or hour in which visits are counted begins with the test, and does not end in it.

    It would begin with each minute or hour of the clock.
    """
    began = time.time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_limits, "time", SimpleNamespace(time=lambda: time.time() - began))
        yield


@pytest.fixture(autouse=True)
def default_language():
    """A request leaves its language behind in this thread, and the next test may make none."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Files of a test are seen by no other one, in this worker or beside it."""
    folder = tmp_path_factory.getbasetemp() / f"files-{next(NUMBERS)}"
    settings.MEDIA_ROOT = folder / "media"
    settings.EXCHANGE_ROOT = folder / "exchange"
    settings.FEEDS_ROOT = folder / "feeds"
    settings.PRIVACY_ROOT = folder / "privacy"
    settings.ERASURES_FILE = folder / "erasures" / "erasures.jsonl"
    settings.EMAIL_FILE_PATH = folder / "mail"
    settings.AUDIT_ANCHOR = folder / "audit" / "anchor.json"
    settings.AUDIT_ARCHIVE = folder / "audit" / "archive"


@pytest.fixture
def at_noon(settings):
    """The shop stands where it is noon: no day ends during a test, and none has 23 or 25 hours."""
    settings.TIME_ZONE = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


@pytest.fixture
def wire(settings):
    """The cache behind a wire that can freeze or be cut; whole again afterwards."""
    wire = Wire()
    whole = settings.CACHES
    default = whole["default"]
    quick = default | {"OPTIONS": default["OPTIONS"] | FROZEN_PATIENCE}
    real = caches["default"].client.get_client().connection_pool.connection_kwargs
    settings.CACHES = {
        "default": quick | {"LOCATION": f"unix://{wire.path}?db={real.get('db') or 0}"}
    }
    yield wire
    wire.state = "through"
    wait_until_closed()
    # Who asks Redis after this, as other fixtures do at their end, does not find it away for good.
    settings.CACHES = whole
    wire.close()
