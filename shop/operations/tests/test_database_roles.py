"""What the roles of the database may; `test_application_role.py` signs in as the shop's."""

import os

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import partitions
from audit.chain import sealing
from audit.models import AuditSeal
from audit.redacting import redact
from audit.tests.factories import entry, seal
from catalog.models import Brand
from shop.operations import database_roles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("anchor")]
#: Roles are those of all databases: the other worker makes its own.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
APP, READER = f"roles_test_app_{WORKER}", f"roles_test_reader_{WORKER}"


@pytest.fixture
def anchor(settings, tmp_path):
    settings.AUDIT_ANCHOR = tmp_path / "anchor.json"


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def act_as(role):
    """From here on the test is that role; the test's end rolls it back."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(f'SET LOCAL ROLE "{role}"')


def provision():
    call_command("provision_roles", app=APP, reader=READER)


@pytest.fixture
def sealed_entry():
    made = entry()
    seal()
    return made


def test_role_of_the_shop_seals_redacts_and_makes_partitions(sealed_entry, settings):
    # A month may have begun since the tables were made.
    partitions.make_ahead()
    provision()
    act_as(APP)
    assert redact(entries=[sealed_entry.pk], reason="erasure") == 1
    assert seal() == 1
    assert AuditSeal.objects.count() == 2
    assert partitions.make_ahead(sealing.MARGIN.seconds) == 7


def test_month_made_later_is_closed_too(sealed_entry):
    provision()
    act_as(APP)
    partitions.make_ahead(5)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_auditlog'::regclass"
            " AND has_table_privilege(inhrelid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
        )
        assert cursor.fetchone() == (0,)


def test_second_run_changes_nothing():
    provision()
    provision()
    act_as(APP)
    Brand.objects.create(name="Nordhafen", slug="nordhafen")


@pytest.mark.parametrize("table", ["catalog_brand", "orders_order", "audit_auditlog"])
def test_reader_reads_and_never_writes(table):
    provision()
    act_as(READER)
    run(f"SELECT count(*) FROM {table}")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", database_roles.SECRET)
def test_reader_sees_nothing_that_opens_an_account(table):
    provision()
    act_as(READER)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run(f"SELECT count(*) FROM {table}")


#: Named like secrets, and none: forms that are sent once, digests that open nothing, other words.
HARMLESS = {
    "audit_auditlog.salt",
    "audit_auditlog.values_digest",
    "audit_auditseal.digest",
    "audit_securityevent.salt",
    "audit_securityevent.values_digest",
    "catalog_product.keywords",
    "events_outboxevent.partition_key",
    "inventory_receipt.key",
    "orders_orderedit.key",
    "orders_ordernote.key",
    "orders_return.key",
    "orders_shipment.key",
    "payments_bankstatement.digest",
    "payments_creditentry.key",
    "payments_providernotice.key",
    "payments_refund.key",
    "payments_sandboxcapture.idempotency_key",
    "payments_sandboxcharge.idempotency_key",
    "payments_sandboxrefund.idempotency_key",
}


def columns(condition, *values):
    """The columns of all tables, as table.column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            f" WHERE table_schema = 'public' AND {condition}",
            values,
        )
        return {name for (name,) in cursor.fetchall()}


def test_reader_reads_no_column_that_is_named_like_a_secret():
    """A new one fails here: it is secret, or stands among the harmless ones."""
    provision()
    open_ones = columns(
        "column_name ~ 'token|secret|key|hash|password|digest|salt|signature|sealed'"
        " AND has_column_privilege(%s, format('%%I', table_name), column_name, 'SELECT')",
        READER,
    )
    assert sorted(open_ones ^ HARMLESS) == []


def test_secret_columns_are_there():
    secret = database_roles.SECRET_COLUMNS
    named = {f"{table}.{column}" for table, some in secret.items() for column in some}
    assert named <= columns("TRUE")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("orders_order", "token"),
        ("orders_cart", "token"),
        ("catalog_wishlist", "share_token"),
        ("catalog_subscription", "token"),
        ("orders_checkout", "payment_method"),
    ],
)
def test_reader_sees_nothing_that_opens_an_order_a_cart_or_a_list(table, column):
    provision()
    act_as(READER)
    run(f"SELECT id FROM {table}")
    for wanted in (column, "*"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            run(f"SELECT {wanted} FROM {table}")


def test_reader_sees_no_table_before_somebody_said_what_is_secret_in_it():
    provision()
    run("CREATE TABLE made_later (token text)")
    act_as(READER)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run("SELECT * FROM made_later")
