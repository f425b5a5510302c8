"""The shop as it runs in production: signed in to the database as a role that owns nothing."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app as queue
from structlog.testing import capture_logs

from audit.archives import archiving
from audit.chain import verifying
from audit.models import AuditLog
from audit.tests.factories import entry, seal
from catalog.models import Brand
from catalog.tests.factories import ProductFactory
from orders.models import Order
from orders.tests.factories import standard_delivery
from orders.tests.test_purchase_statements import Shopper
from shop.accounts.models import User
from shop.accounts.privacy import erasing
from shop.accounts.tests.signing_in import EMAIL, is_signed_in, person, sign_in
from shop.events import relay
from shop.operations.tests.test_tasks import statuses, work_off
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db(transaction=True)


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def connect_as(user, password=""):
    connection.close()
    connection.settings_dict.update(USER=user, PASSWORD=password)


@pytest.fixture
def role(transactional_db, monkeypatch, settings, tmp_path):
    """From here on the shop's connection is another's; the owner comes back to clean up."""
    settings.AUDIT_ANCHOR = tmp_path / "anchor.json"
    settings.AUDIT_ARCHIVE = tmp_path / "archive"
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    owner = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    name = f"{connection.settings_dict['NAME']}_app"
    reader = f"{connection.settings_dict['NAME']}_reader"
    monkeypatch.setenv("APP_DATABASE_PASSWORD", "loom-and-shuttle-55")
    call_command("provision_roles", app=name, reader=reader)
    connect_as(name, "loom-and-shuttle-55")
    yield name
    connect_as(owner["USER"], owner["PASSWORD"])
    for one in (name, reader):
        run(f'DROP OWNED BY "{one}"')
        run(f'DROP ROLE "{one}"')


@pytest.fixture
def partition(transactional_db):
    """A sealed entry, and the month it lies in."""
    entry()
    seal()
    return run("SELECT tableoid::regclass::text FROM audit_auditlog LIMIT 1")[0][0]


REFUSED = [
    "UPDATE audit_auditlog SET action = 'EXPORT'",
    "DELETE FROM audit_auditlog",
    "TRUNCATE audit_auditlog",
    "UPDATE {partition} SET action = 'EXPORT'",
    "DELETE FROM {partition}",
    "TRUNCATE {partition}",
    "INSERT INTO {partition} SELECT * FROM audit_auditlog",
    "UPDATE audit_securityevent SET kind = 'SIGNED_IN'",
    "DELETE FROM audit_securityevent",
    "UPDATE audit_auditseal SET digest = ''",
    "DELETE FROM audit_auditseal",
    "TRUNCATE audit_auditseal",
    "DELETE FROM audit_auditarchive",
    "ALTER TABLE audit_auditlog DISABLE TRIGGER USER",
    "ALTER TABLE {partition} DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "DROP TABLE audit_auditlog",
    "DROP TABLE {partition}",
    "ALTER TABLE audit_auditlog DETACH PARTITION {partition}",
    "CREATE OR REPLACE FUNCTION audit_redact(stream text, ids uuid[], reason text, redaction uuid,"
    " by_whom uuid, kind_of_actor text, request text) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE mine (id integer)",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION hstore",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE catalog_brand ADD COLUMN mine integer",
    "CREATE INDEX mine ON catalog_brand (name)",
    "DROP TABLE catalog_brand",
    "TRUNCATE catalog_brand CASCADE",
    "DELETE FROM django_migrations",
    "CREATE ROLE mine",
    'ALTER ROLE "{role}" SUPERUSER',
    'GRANT "{owner}" TO "{role}"',
    'SET ROLE "{owner}"',
    'SET SESSION AUTHORIZATION "{owner}"',
    "COPY audit_auditlog TO PROGRAM 'cat'",
]


def test_it_can_neither_bend_the_log_nor_change_a_table(partition, request):
    owner = run("SELECT current_user")[0][0]
    before = run("SELECT id, to_jsonb(audit_auditlog) FROM audit_auditlog ORDER BY id")
    role = request.getfixturevalue("role")
    assert run("SELECT session_user, current_user, usesuper FROM pg_user WHERE usename = user") == [
        (role, role, False)
    ]
    refused = r"permission denied|must be (owner|superuser)|only roles with|not permitted|ADMIN"
    for statement in REFUSED:
        with pytest.raises(DatabaseError, match=refused):
            run(statement.format(partition=partition, role=role, owner=owner))
    # Nor does it get back what it never had.
    run("RESET ROLE")
    run("RESET SESSION AUTHORIZATION")
    with pytest.raises(DatabaseError, match="permission denied"):
        run("DELETE FROM audit_auditlog")
    after = run("SELECT id, to_jsonb(audit_auditlog) FROM audit_auditlog ORDER BY id")
    assert after == before


def test_people_sign_in_and_buy(role):
    standard_delivery()
    product = ProductFactory()
    client = Client()
    sign_in(client, person().email)
    assert is_signed_in(client)
    assert client.get(reverse("accounts:overview")).status_code == 200
    for shopper in (Shopper(), Shopper()):
        shopper.put_in(product)
        shopper.buy()
    relay.deliver_due()
    assert list(Order.objects.values_list("status", flat=True)) == ["PAID", "PAID"]
    assert AuditLog.objects.filter(entity="orders.order", action="CREATE").count() == 2


def test_staff_change_things_and_an_account_is_erased(role):
    client = signed_in(staff())
    brand = Brand.objects.create(name="Nordhafen", slug="nordhafen")
    page = reverse("admin:catalog_brand_change", args=[brand.pk])
    form = fields_of(client.get(page)) | {"name": "Westhafen"}
    assert client.post(page, form).status_code == 302
    brand.refresh_from_db()
    assert brand.name == "Westhafen"
    someone = person()
    assert erasing.erase(erasing.ask(user_id=someone.pk, at_once=True).pk)
    assert not User.all_objects.filter(email=EMAIL).exists()


def test_the_worker_runs_every_periodic_job(role):
    """Archiving is the owner's: its job finds no month that is due."""
    tasks = [periodic.task for periodic in queue.periodic_registry.periodic_tasks.values()]
    jobs = [task.defer(timestamp=0) for task in tasks]
    with capture_logs() as lines:
        work_off()
    assert statuses(jobs) == {"succeeded"}
    assert [line for line in lines if line["log_level"] in ("error", "critical")] == []
    assert len(jobs) > 20


def test_the_log_is_sealed_and_archiving_is_refused(role, partition):
    assert seal() >= 0
    assert list(verifying.findings()) == []
    month = run("SELECT date_trunc('month', min(created_at))::date FROM audit_auditlog")[0][0]
    with pytest.raises(archiving.NotArchivable, match="owner"):
        archiving.archive(month)
