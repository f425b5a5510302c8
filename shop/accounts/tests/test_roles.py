"""Roles and what they may do."""

from itertools import pairwise

import pytest
from django.contrib.auth.models import Group, Permission

from shop.accounts.models import User
from shop.accounts.roles import PERMISSIONS, ROLES, Role, sync_roles

pytestmark = pytest.mark.django_db


def person(role):
    user = User.objects.create_user(f"{role}@shop.example", "long enough to pass")
    user.groups.add(sync_roles()[role])
    return user


def test_syncing_twice_changes_nothing():
    sync_roles()
    before = set(Group.permissions.through.objects.values_list("group__name", "permission_id"))
    sync_roles()
    after = set(Group.permissions.through.objects.values_list("group__name", "permission_id"))
    assert after == before
    assert set(Group.objects.values_list("name", flat=True)) == {role.value for role in Role}


def test_sync_takes_back_what_a_role_should_not_have():
    group = sync_roles()[Role.EMPLOYEE]
    group.permissions.add(Permission.objects.get(codename="change_price"))
    sync_roles()
    assert not group.permissions.filter(codename="change_price").exists()


def test_sync_works_before_permissions_were_made():
    Permission.objects.all().delete()
    assert sync_roles()[Role.ADMIN].permissions.filter(codename="view_auditlog").exists()


def test_each_staff_role_has_more_than_the_one_before():
    roles = sync_roles()
    held = [set(roles[role].permissions.all()) for role in Role]
    assert held[0] == set()
    assert all(fewer < more for fewer, more in pairwise(held))


def test_every_documented_permission_is_used():
    used = {name for names in ROLES.values() for name in names}
    assert used == set(PERMISSIONS)


def test_employee_edits_products_but_not_prices_or_stock():
    employee = person(Role.EMPLOYEE)
    assert employee.has_perms(["catalog.change_product", "orders.change_order"])
    assert not employee.has_perm("catalog.change_price")
    assert not employee.has_perm("catalog.change_productvariant")
    assert not employee.has_perm("inventory.change_stock")


def test_manager_changes_prices_but_not_people():
    manager = person(Role.MANAGER)
    assert manager.has_perms(["catalog.change_price", "inventory.change_stock"])
    assert not manager.has_perm("accounts.change_user")
    assert not manager.has_perm("audit.view_auditlog")


def test_admin_sees_the_audit_log_and_cannot_change_it():
    admin = person(Role.ADMIN)
    assert admin.has_perm("audit.view_auditlog")
    assert not admin.has_perm("audit.delete_auditlog")


def test_customer_may_do_nothing_in_the_admin():
    assert person(Role.CUSTOMER).get_all_permissions() == set()
