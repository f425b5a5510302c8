"""Every table × every way to write it: either the log tells it, or there is a reason why not."""

from copy import copy

import pytest
from django.apps import apps
from django.core.serializers.base import DeserializedObject

from audit.links import is_link
from audit.models import AuditLog
from audit.receivers import EXEMPT, is_audited
from audit.tests.made_rows import another, changing_column, columns, made, without_rules

pytestmark = pytest.mark.django_db

AUDITED = sorted(
    (model for model in apps.get_models() if is_audited(model)), key=lambda one: one._meta.label
)
#: Tables of many-to-many fields that Django made; `test_links.py` writes them in every way.
LINKS = [one for one in apps.get_models(include_auto_created=True) if is_link(one)]


def by_save(model, column):
    row = made(model)
    row.save(force_insert=True)
    yield "CREATE", row
    row = model._base_manager.get(pk=row.pk)
    setattr(row, column.attname, another(column, getattr(row, column.attname)))
    row.save(force_update=True)
    yield "UPDATE", row
    setattr(row, column.attname, another(column, getattr(row, column.attname)))
    row.save(update_fields=[column.name])
    yield "UPDATE", row
    kept = copy(row)
    row.delete()
    yield "DELETE", kept


def by_queryset(model, column):
    rows = [made(model), made(model)]
    model._base_manager.bulk_create(rows)
    for row in rows:
        yield "CREATE", row
    model._base_manager.filter(pk=rows[0].pk).update(
        **{column.attname: another(column, getattr(rows[0], column.attname))}
    )
    yield "UPDATE", rows[0]
    setattr(rows[1], column.attname, another(column, getattr(rows[1], column.attname)))
    model._base_manager.bulk_update([rows[1]], [column.name])
    yield "UPDATE", rows[1]
    model._base_manager.filter(pk=rows[0].pk).delete()
    yield "DELETE", rows[0]


def by_default_manager(model, column):
    manager = getattr(model, "all_objects", model._default_manager)
    row = made(model)
    manager.bulk_create([row])
    yield "CREATE", row
    manager.filter(pk=row.pk).update(
        **{column.attname: another(column, getattr(row, column.attname))}
    )
    yield "UPDATE", row
    manager.filter(pk=row.pk).delete()
    yield "DELETE", row


def by_get_or_create(model, column):
    row = made(model)
    key, manager = {"pk": row.pk}, getattr(model, "all_objects", model._default_manager)
    values = {one.attname: getattr(row, one.attname) for one in columns(model)}
    known = {
        name: one
        for name, one in values.items()
        if one is not None and name != model._meta.pk.attname
    }
    if row.pk is None:
        key = {column.attname: values[column.attname]}
    row, _ = manager.get_or_create(**key, defaults=known)
    yield "CREATE", row
    row, _ = manager.update_or_create(
        pk=row.pk, defaults={column.attname: another(column, getattr(row, column.attname))}
    )
    yield "UPDATE", row


def by_loaddata(model, column):
    row = made(model)
    if row.pk is None:
        row.pk = 1_000_000
    for action in ("CREATE", "UPDATE"):
        values = {one.attname: getattr(row, one.attname) for one in columns(model)}
        DeserializedObject(model(**{**values, model._meta.pk.attname: row.pk})).save()
        yield action, row
        setattr(row, column.attname, another(column, getattr(row, column.attname)))


WAYS = (by_save, by_queryset, by_default_manager, by_get_or_create, by_loaddata)


@pytest.mark.parametrize("model", AUDITED, ids=lambda one: one._meta.label_lower)
def test_every_way_to_write_leaves_its_entry(model):
    column = changing_column(model)
    with without_rules(model):
        for way in WAYS:
            seen = set()
            for action, row in way(model, column):
                told = AuditLog.objects.filter(
                    entity=model._meta.label_lower, entity_id=str(row.pk)
                )
                newest = told.order_by("created_at", "id").last()
                assert newest is not None, f"{way.__name__}: no entry"
                is_told = newest.action == action and newest.pk not in seen
                assert is_told, f"{way.__name__}: {action} of {column.name} is not told"
                seen.add(newest.pk)


def test_every_table_is_audited_or_has_a_reason_not_to_be():
    undecided = [
        model._meta.label_lower
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not is_audited(model)
        and not getattr(model, "is_derived", False)
        and model._meta.label_lower not in EXEMPT
        and model._meta.app_label != "audit"
    ]
    assert undecided == []
