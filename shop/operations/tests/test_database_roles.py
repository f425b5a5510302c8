"""The role the shop connects as can sell, and can neither bend the log nor change a table."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import partitions
from audit.chain import sealing
from audit.models import AuditLog, AuditSeal
from audit.redacting import redact
from audit.tests.factories import entry, seal
from catalog.models import Brand
from orders.models import Order
from orders.tests.factories import placed_order, variant_in_stock
from shop.operations import database_roles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("anchor")]
APP, READER = "roles_test_app", "roles_test_reader"


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


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditlog SET action = 'EXPORT'",
        "DELETE FROM audit_auditlog",
        "TRUNCATE audit_auditlog",
        "UPDATE {partition} SET action = 'EXPORT'",
        "DELETE FROM {partition}",
        "TRUNCATE {partition}",
        "INSERT INTO {partition} SELECT * FROM audit_auditlog",
        "UPDATE audit_securityevent SET kind = 'SIGNED_IN'",
        "DELETE FROM audit_auditseal",
        "UPDATE audit_auditseal SET digest = ''",
        "DELETE FROM audit_auditarchive",
        "ALTER TABLE audit_auditlog DISABLE TRIGGER USER",
        "SET LOCAL session_replication_role = replica",
        "DROP TABLE {partition}",
        "ALTER TABLE audit_auditlog DETACH PARTITION {partition}",
        "CREATE TABLE mine (id integer)",
        "ALTER TABLE catalog_brand ADD COLUMN mine integer",
        "DROP TABLE catalog_brand",
        "TRUNCATE catalog_brand CASCADE",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "DELETE FROM django_migrations",
    ],
)
def test_role_of_the_shop_is_refused(sealed_entry, statement):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_auditlog LIMIT 1")
        partition = cursor.fetchone()[0]
    provision()
    act_as(APP)
    refused = r"permission denied|must be owner"
    with pytest.raises(DatabaseError, match=refused), transaction.atomic():
        run(statement.format(partition=partition))
    assert AuditLog.objects.filter(pk=sealed_entry.pk, action="VIEW").exists()


def test_role_of_the_shop_sells_and_is_audited():
    provision()
    variant = variant_in_stock(units=5)
    act_as(APP)
    order = placed_order((variant, 1))
    assert Order.objects.filter(pk=order.pk).exists()
    assert AuditLog.objects.filter(entity="orders.order", entity_id=str(order.pk)).exists()


def test_role_of_the_shop_seals_redacts_and_makes_partitions(sealed_entry, settings):
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
