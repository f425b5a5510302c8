"""After a restore: a real dump of before, loaded into another database, is cleaned by the list."""

import io
import subprocess
from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import placed_order
from shop.accounts.models import ErasureRequest, User
from shop.accounts.newsletter import subscriptions
from shop.accounts.privacy import erasing, people
from shop.embedded import binaries

# Dumps are made and loaded by the programs that come with the embedded server.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.own_servers]

RESTORED = "restored_of_tests"


def run(program, *arguments, database):
    """One of PostgreSQL's own programs, on the server of the tests."""
    server = connection.settings_dict
    path = binaries.postgres().path.with_name(program)
    where = [f"--host={server['HOST']}", f"--port={server['PORT']}", f"--username={server['USER']}"]
    done = subprocess.run(
        [path, *where, f"--dbname={database}", *arguments], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


@contextmanager
def database(name):
    """The connection of the tests leads to another database for a while."""
    before = connection.settings_dict["NAME"]
    try:
        _lead_to(name)
        yield
    finally:
        _lead_to(before)


def _lead_to(name):
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name


@pytest.fixture
def restored():
    """Loads a dump into a database of its own; returns its name."""

    def drop():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")

    def load(dump):
        # A run that was killed left its own behind.
        drop()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {RESTORED}")
        run("pg_restore", "--exit-on-error", str(dump), database=RESTORED)
        return RESTORED

    yield load
    drop()


def over(*, user=None, email=None):
    """An order that is over."""
    order = placed_order(user=user, email=email)
    return lifecycle.cancel(order.pk, reason="changed my mind")


def member(name):
    user = User.objects.create_user(f"{name}@example.com", first_name=f"{name}-first")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    subscriptions.choose(user=user, is_wanted=True)
    over(user=user)
    return user


def erased(**whom):
    request = erasing.ask(**whom)
    ErasureRequest.objects.filter(pk=request.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert erasing.erase(request.pk)


def replayed():
    said = io.StringIO()
    call_command("replay_erasures", stdout=said)
    return said.getvalue().split()[0]


def test_a_restored_dump_forgets_again_who_was_erased_and_nobody_else(restored, tmp_path):
    ada, _cleo = member("ada"), member("cleo")
    over(email="ben@example.com")
    over(email="dora@example.com")
    erased(email="dora@example.com")
    # A customer again, after the erasure and before the backup.
    again = over(email="dora@example.com")
    dump = tmp_path / "dump"
    run("pg_dump", "--format=custom", f"--file={dump}", database=connection.settings_dict["NAME"])
    erased(user_id=ada.pk)
    erased(email="ben@example.com")

    with database(restored(dump)):
        assert User.objects.filter(email="ada@example.com").exists()
        assert replayed() == "2"
        told = run("pg_dump", "--data-only", database=RESTORED).decode()
        assert [name for name in ("ada@example", "ada-first", "ben@example") if name in told] == []
        assert "cleo@example" in told
        assert Order.objects.get(pk=again.pk).email == "dora@example.com"
        assert Order.objects.filter(email__endswith=people.ERASED_DOMAIN).count() == 3
        call_command("verify_audit_log", stdout=io.StringIO())
        # Ben orders once more: the list is done with, and run twice it takes nothing from him.
        back = over(email="ben@example.com")
        assert replayed() == "0"
        assert Order.objects.get(pk=back.pk).email == "ben@example.com"
