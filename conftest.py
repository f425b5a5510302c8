"""Tests run on the embedded servers, or on those that DATABASE_URL and REDIS_URL name."""

import hypothesis
import pgtrigger
import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test import TransactionTestCase
from psycopg.pq import TransactionStatus

from shop.startup import ServersUnavailable, attach_embedded_servers
from shop.tests.wire import Wire, wait_until_closed

# How long an example takes says nothing on a machine that others use too.
hypothesis.settings.register_profile(
    "shop", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shop")


def pytest_sessionstart():
    """Boot the servers before pytest-django creates its databases."""
    try:
        attach_embedded_servers()
    except ServersUnavailable as error:
        pytest.exit(str(error), returncode=3)


@pytest.fixture(scope="session", autouse=True)
def flush_may_empty_ledgers():
    """Django empties all tables after a transactional test; ledgers refuse that to anyone else."""
    flush = TransactionTestCase._fixture_teardown

    def teardown(self):
        with pgtrigger.ignore():
            flush(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


def pytest_runtest_makereport():
    """A test whose time ran out within a statement does not take the following ones along."""
    link = connection.connection
    if link is not None and link.info.transaction_status == TransactionStatus.ACTIVE:
        connection.close()


@pytest.fixture(autouse=True)
def empty_cache():
    """What an earlier test left in Redis is not there."""
    cache.clear()


@pytest.fixture
def wire(settings):
    """The cache behind a wire that can freeze or be cut; whole again afterwards."""
    wire = Wire()
    default = settings.CACHES["default"]
    real = caches["default"].client.get_client().connection_pool.connection_kwargs
    settings.CACHES = {
        "default": default | {"LOCATION": f"unix://{wire.path}?db={real.get('db') or 0}"}
    }
    yield wire
    wire.state = "through"
    wait_until_closed()
    wire.close()
