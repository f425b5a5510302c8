"""A row and its entry are written together or not at all, also outside a transaction."""

from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection

from catalog.models import Brand
from shop.accounts.models import Address, User

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def full_log():
    """The database takes no entry."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditlog ADD CONSTRAINT is_full CHECK (false) NOT VALID")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE audit_auditlog DROP CONSTRAINT is_full")


@pytest.fixture
def new_rows():
    """Of a table of our own, of one that pages show, of a library's, and of links."""
    person = User.objects.create_user("ada@example.com", "seam-and-hem-19")
    permission = Permission.objects.order_by("pk").first()
    return [
        Address(user=person, full_name="Ada", line1="Lane 1", city="Berlin", country="DE"),
        Brand(name="Nordhafen", slug="nordhafen"),
        Group(name="Packers"),
        User.user_permissions.through(user=person, permission=permission),
    ]


def stored():
    """All rows of these tables."""
    tables = (Address, Brand, Group, User.user_permissions.through)
    return [list(table._base_manager.order_by("pk").values()) for table in tables]


def refused(write, *args):
    before = stored()
    with full_log(), pytest.raises(IntegrityError, match="is_full"):
        write(*args)
    assert stored() == before, write


def test_no_row_is_made_without_its_entry(new_rows):
    for row in new_rows:
        refused(row.save)
        row.pk = None if isinstance(row.pk, int) else row.pk
        refused(type(row)._base_manager.bulk_create, [row])


def test_no_row_changes_or_goes_without_its_entry(new_rows):
    for row in new_rows:
        row.save()
        name = next(one for one in ("city", "name", "permission_id") if hasattr(row, one))
        value = "Other" if name != "permission_id" else Permission.objects.order_by("pk").last().pk
        mine = type(row)._base_manager.filter(pk=row.pk)
        refused(lambda rows=mine, change={name: value}: rows.update(**change))
        refused(mine.delete)
        changed = mine.get()
        setattr(changed, name, value)
        refused(changed.save)
        refused(changed.delete)
