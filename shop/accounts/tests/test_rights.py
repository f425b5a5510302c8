"""Giving rights: nobody raises themselves or others above, and an admin always remains."""

from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from audit.models import SecurityEvent
from shop.accounts.models import User
from shop.accounts.rights import giving
from shop.accounts.rights.errors import AboveOwn, LastAdmin, OwnRights
from shop.accounts.rights.giving import Rights
from shop.accounts.rights.words import EXPLAINED, ROLE_WORDS
from shop.accounts.roles import PERMISSIONS, Role, sync_roles
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

CHANGED = SecurityEvent.Kind.PERMISSION_CHANGED


def rights(*roles, extras=(), is_staff=True):
    return Rights(is_staff=is_staff, roles=frozenset(roles), extras=frozenset(extras))


def nora():
    return User.objects.create_user("nora@example.com")


def give(person, wanted, by):
    return giving.give(person_id=person.pk, rights=wanted, by=by)


def people_keeper():
    """A manager who also manages people."""
    keeper = staff(Role.MANAGER)
    give(keeper, rights("manager", extras=["users:manage"]), staff())
    return User.objects.get(pk=keeper.pk)


def page_of(person):
    return reverse("admin:accounts_user_change", args=[person.pk])


def test_every_role_and_every_right_is_explained():
    assert set(ROLE_WORDS) == set(Role)
    assert list(EXPLAINED) == list(PERMISSIONS)


def test_what_was_given_is_what_somebody_may_and_an_event():
    person, admin = nora(), staff()
    assert give(person, rights("employee", extras=["coupons:manage"]), admin)
    person = User.objects.get(pk=person.pk)
    assert person.has_perms(["catalog.change_product", "orders.add_coupon"])
    assert not person.has_perm("catalog.change_price")
    event = SecurityEvent.objects.get(kind=CHANGED)
    assert event.user_id == person.pk
    assert event.payload["before"] == {"is_staff": False, "roles": [], "extras": []}
    assert event.payload["after"]["extras"] == ["coupons:manage"]


def test_the_same_rights_again_are_no_event():
    person, admin = nora(), staff()
    give(person, rights("employee"), admin)
    assert not give(person, rights("employee"), admin)
    assert SecurityEvent.objects.filter(kind=CHANGED).count() == 1


def test_permissions_without_a_name_stay():
    person = nora()
    odd = Permission.objects.get(codename="view_session")
    person.user_permissions.add(odd)
    give(person, rights("employee"), User.objects.create_superuser("root@example.com"))
    assert odd in person.user_permissions.all()


def test_syncing_the_roles_leaves_what_people_were_given_beside_them():
    person = nora()
    give(person, rights("employee", extras=["coupons:manage"]), staff())
    sync_roles()
    assert giving.rights_of(person).extras == {"coupons:manage"}


def test_nobody_changes_their_own_rights():
    admin = staff()
    with pytest.raises(OwnRights):
        give(admin, rights("admin", extras=["stock:cost"]), admin)
    assert giving.rights_of(admin).extras == frozenset()


@pytest.mark.parametrize("wanted", [rights("admin"), rights("employee", extras=["audit:view"])])
def test_nobody_gives_more_than_they_have(wanted):
    person, keeper = nora(), people_keeper()
    events = SecurityEvent.objects.count()
    with pytest.raises(AboveOwn):
        give(person, wanted, keeper)
    assert giving.rights_of(person).roles == frozenset()
    assert SecurityEvent.objects.count() == events


def test_nobody_takes_what_they_do_not_have():
    keeper = people_keeper()
    admin = User.objects.get(email="admin@example.com")
    give(person := nora(), rights("admin"), admin)
    with pytest.raises(AboveOwn):
        give(person, rights("employee"), keeper)
    with pytest.raises(AboveOwn):
        giving.set_status(person_id=person.pk, status="SUSPENDED", by=keeper)


def test_only_a_superuser_touches_a_superuser():
    root = User.objects.create_superuser("root@example.com")
    with pytest.raises(AboveOwn):
        give(root, rights("employee"), staff())


@pytest.mark.parametrize("act", ["take", "suspend"])
def test_the_last_admin_stays(act):
    root = User.objects.create_superuser("root@example.com")
    admin = staff()
    User.objects.filter(pk=root.pk).update(status="SUSPENDED")
    take = partial(give, admin, rights("manager"), root)
    suspend = partial(giving.set_status, person_id=admin.pk, status="SUSPENDED", by=root)
    with pytest.raises(LastAdmin):
        {"take": take, "suspend": suspend}[act]()
    admin.refresh_from_db()
    assert (admin.status, giving.rights_of(admin).roles) == ("ACTIVE", {"admin"})


def test_rights_that_were_taken_open_nothing_from_the_next_request_on():
    admin, colleague = staff(), staff(Role.MANAGER)
    client, page = signed_in(colleague), reverse("admin:orders_coupon_changelist")
    assert client.get(page).status_code == 200
    give(colleague, rights("employee"), admin)
    assert client.get(page).status_code == 403
    give(colleague, rights(is_staff=False), admin)
    assert client.get(page).status_code == 302


def test_the_page_gives_roles_in_words_and_rights_by_name():
    person, client = nora(), signed_in(staff())
    text = client.get(page_of(person)).content.decode()
    assert "<strong>Employee</strong>" in text
    assert "<code>coupons:manage</code> Make coupons and promotions" in text
    chosen = {"works_here": "on", "roles": ["employee"], "extras": ["coupons:manage"]}
    response = client.post(page_of(person), fields_of(client.get(page_of(person))) | chosen)
    assert response.status_code == 302
    assert giving.rights_of(User.objects.get(pk=person.pk)) == rights(
        "employee", extras=["coupons:manage"]
    )


def test_the_page_says_what_is_beyond_ones_own_rights_and_writes_nothing():
    person, client = nora(), signed_in(people_keeper())
    fields = fields_of(client.get(page_of(person))) | {"first_name": "Other"}
    response = client.post(page_of(person), fields | {"roles": ["admin"], "works_here": "on"})
    assert "Beyond your own rights" in response.content.decode()
    person.refresh_from_db()
    assert (person.first_name, person.is_staff) == ("", False)


@pytest.mark.parametrize("target", ["self", "admin"])
def test_fields_that_the_page_does_not_offer_are_not_taken_from_a_form(target):
    keeper = people_keeper()
    admin = User.objects.get(email="admin@example.com")
    person = keeper if target == "self" else admin
    before = giving.rights_of(person)
    forged = {"roles": ["admin"], "groups": ["1"], "is_superuser": "on", "is_staff": ""}
    forged |= {"works_here": "", "account_status": "SUSPENDED", "status": "SUSPENDED"}
    forged |= {"extras": ["audit:view"], "user_permissions": ["1"], "language": "en"}
    signed_in(keeper).post(page_of(person), forged | {"email": "other@example.com"})
    stored = User.objects.get(pk=person.pk)
    assert giving.rights_of(stored) == before
    assert (stored.status, stored.is_superuser, stored.email) == ("ACTIVE", False, person.email)


def test_roles_are_shown_and_not_edited():
    client, group = signed_in(staff()), sync_roles()[Role.EMPLOYEE]
    page = reverse("admin:auth_group_change", args=[group.pk])
    assert "<code>catalog:edit</code>" in client.get(page).content.decode()
    assert client.post(page, {"name": "employee", "permissions": ["1"]}).status_code == 403
