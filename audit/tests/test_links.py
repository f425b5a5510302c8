"""Links that Django keeps by itself are told, whichever way they come and go."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import serializers

from audit import links
from audit.models import AuditLog
from audit.tests.test_every_write import LINKS
from orders.tests.factories import member
from shop.accounts.models import User

pytestmark = pytest.mark.django_db
NAME = "group_permissions"
Link = Group.permissions.through


@pytest.fixture
def group():
    return Group.objects.create(name="Packers")


@pytest.fixture
def rights():
    return list(Permission.objects.order_by("pk")[:3])


def told(row):
    """(unlinked, linked) of each entry about links of ``row``, oldest first."""
    entries = AuditLog.objects.filter(entity=row._meta.label_lower, entity_id=str(row.pk))
    return [
        tuple([int(key) for key in values.get(NAME, [])] for values in (one.before, one.after))
        for one in entries.filter(action="UPDATE").order_by("created_at", "id")
    ]


def test_links_are_told_when_added_set_removed_and_cleared(group, rights):
    first, second, third = rights
    group.permissions.add(first, second)
    group.permissions.add(first)
    group.permissions.remove(first)
    group.permissions.set([third])
    group.permissions.clear()
    assert told(group) == [
        ([], [first.pk, second.pk]),
        ([first.pk], []),
        ([second.pk], []),
        ([], [third.pk]),
        ([third.pk], []),
    ]


def test_link_from_the_other_side_stands_with_who_has_the_field(group):
    people = [member(), member()]
    group.user_set.add(*people)
    group.user_set.clear()
    for person in people:
        entries = AuditLog.objects.filter(entity="accounts.user", action="UPDATE")
        mine = entries.filter(entity_id=str(person.pk)).order_by("created_at", "id")
        linked = {"user_groups": [str(group.pk)]}
        assert [(one.before, one.after) for one in mine] == [({}, linked), (linked, {})]


def by_save(group, old, new):
    link = Link(group=group, permission=old)
    link.save()
    link.permission = new
    link.save()
    link.delete()


def by_queryset(group, old, new):
    Link.objects.bulk_create([Link(group=group, permission=old)])
    Link.objects.filter(group=group).update(permission=new)
    Link.objects.filter(group=group).delete()


def by_bulk_update(group, old, new):
    link, _ = Link.objects.get_or_create(group=group, permission=old)
    link.permission = new
    Link.objects.bulk_update([link], ["permission"])
    Link.objects.filter(pk=link.pk).delete()


def by_update_or_create(group, old, new):
    Link.objects.update_or_create(group=group, permission=old)
    Link.objects.update_or_create(group=group, permission=old, defaults={"permission": new})
    group.permissions.through._base_manager.all().filter(permission=new).delete()


def by_loaddata(group, old, new):
    link = Link(pk=1_000_000, group=group, permission=old)
    for permission in (old, new):
        link.permission = permission
        for loaded in serializers.deserialize("json", serializers.serialize("json", [link])):
            loaded.save()
    link.delete()


@pytest.mark.parametrize(
    "way", [by_save, by_queryset, by_bulk_update, by_update_or_create, by_loaddata]
)
def test_write_to_the_table_itself_is_told(group, rights, way):
    old, new = rights[:2]
    way(group, old, new)
    assert told(group) == [([], [old.pk]), ([old.pk], [new.pk]), ([new.pk], [])]


def test_link_that_was_there_is_not_told_again(group, rights):
    group.permissions.add(rights[0])
    Link.objects.bulk_create(
        [Link(group=group, permission=one) for one in rights[:2]], ignore_conflicts=True
    )
    assert told(group) == [([], [rights[0].pk]), ([], [rights[1].pk])]


def test_link_given_to_another_row_is_told_of_both(group, rights):
    other = Group.objects.create(name="Buyers")
    group.permissions.add(rights[0])
    Link.objects.filter(group=group).update(group=other)
    assert told(group)[-1] == ([rights[0].pk], [])
    assert told(other) == [([], [rights[0].pk])]


def test_deleted_row_takes_its_links_along_and_says_so(group, rights):
    person = member()
    person.groups.add(group)
    group.permissions.add(rights[0])
    key = group.pk
    group.delete()
    group.pk = key
    assert told(group)[-1] == ([rights[0].pk], [])
    entry = AuditLog.objects.filter(entity_id=str(person.pk)).order_by("created_at", "id").last()
    assert entry.before == {"user_groups": [str(key)]}


@pytest.mark.parametrize("link", LINKS, ids=lambda one: one._meta.label_lower)
def test_every_table_of_links_announces_its_writes(link):
    assert isinstance(link._default_manager.all(), links.LinkQuerySet)
    assert isinstance(link._base_manager.all(), links.LinkQuerySet)


def test_tables_of_links_are_those_known():
    assert {one._meta.label for one in LINKS} >= {
        User.groups.through._meta.label,
        User.user_permissions.through._meta.label,
        Link._meta.label,
    }
