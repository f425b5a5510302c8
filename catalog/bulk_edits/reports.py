"""What became of a bulk edit, and taking it back: both read from the audit log."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from procrastinate.contrib.django import app

from audit import recording
from audit.models import AuditLog
from catalog.bulk_edits import AT_ONCE, CHUNK, LOCK, UNDO
from catalog.bulk_edits.edits import Edit
from catalog.bulk_edits.plans import audit_id
from catalog.freshness import catalog_changed, places_changed
from catalog.imports import writing
from catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    Product,
    ProductCategory,
    ProductVariant,
)
from shop.accounts.models import User
from shop.actor import Actor, ActorType, acting_as, current_actor
from shop.conflicts import retried
from shop.models import column_values

Action = AuditLog.Action
#: A plan lives a day; its entries are not older than it and not much younger.
_LONGEST = timedelta(days=2)
_MODELS: tuple[type[models.Model], ...] = (
    Product,
    ProductVariant,
    ProductCategory,
    CollectionProduct,
)
#: Rows left as they are that a report names.
_NAMED = 100


@dataclass(frozen=True)
class Report:
    """An edit that was written: how many products changed, and which were left out, by title.

    ``restored`` is the number of rows an undo brought back, ``kept`` names those it did not
    touch because they had changed since; None before an undo.
    """

    edit: Edit
    at: datetime
    changed: int
    left_out: list[str]
    restored: int | None = None
    kept: tuple[str, ...] = ()


def report_of(plan_id: UUID) -> Report | None:
    """The report of a written edit, or None; one query."""
    entries = AuditLog.objects.filter(
        entity=Product._meta.label_lower, entity_id=str(plan_id)
    ).order_by("created_at")
    told = {name: entry for entry in entries for name in entry.after}
    if "bulk_edit" not in told:
        return None
    done, undone = told["bulk_edit"], told.get("restored")
    return Report(
        Edit.of(done.after["bulk_edit"]),
        done.created_at,
        done.after["changed"],
        done.after["left_out"],
        undone.after["restored"] if undone else None,
        tuple(undone.after["kept"]) if undone else (),
    )


def undo(plan_id: UUID, *, user: User, in_background: bool | None = None) -> Report | None:
    """Take an edit back row by row, where nothing has changed since; safe to run again.

    As a job when it is much, unless told otherwise. Returns the report, None when there is
    nothing to take back or a job does it.
    """
    report = report_of(plan_id)
    if report is None or report.restored is not None:
        return report
    if in_background is None:
        in_background = report.changed > AT_ONCE
    if in_background:
        app.configure_task(UNDO, queueing_lock=f"{UNDO}:{plan_id}").defer(
            plan_id=str(plan_id), user_id=str(user.pk)
        )
        return None
    actor = current_actor()
    request_id = f"undo-{plan_id.hex}"
    with acting_as(Actor(ActorType.STAFF, user.pk, actor.ip, actor.user_agent, request_id)):
        _take_back(plan_id)
    return report_of(plan_id)


@retried
def _take_back(plan_id: UUID) -> None:
    restored, kept, collections = 0, list[str](), set[Any]()
    with writing.unhurried() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, str(plan_id)])
        report = report_of(plan_id)
        if report is None or report.restored is not None:
            return
        for model in _MODELS:
            for entries in _entries(plan_id, model):
                with recording.batch():
                    rows, left = _restore(model, entries)
                restored, kept = restored + rows, kept + left
                if model is CollectionProduct:
                    both = ({**entry.before, **entry.after} for entry in entries)
                    collections |= {values["collection_id"] for values in both}
        if collections:
            places_changed(*collections)
        catalog_changed()
        told = {"restored": restored, "kept": kept[:_NAMED]}
        recording.record(Action.UPDATE, Product, str(plan_id), {}, told)


def _entries(plan_id: UUID, model: type[models.Model]) -> Iterable[list[AuditLog]]:
    """The entries an edit wrote about rows of ``model``, by chunks in the order of their keys."""
    began = _time_of(plan_id)
    rows = AuditLog.objects.filter(
        request_id=audit_id(plan_id),
        entity=model._meta.label_lower,
        created_at__range=(began - timedelta(minutes=1), began + _LONGEST),
    ).exclude(entity_id=str(plan_id))
    found = list(rows.order_by("entity_id"))
    return (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))


def _time_of(key: UUID) -> datetime:
    """When a UUIDv7 was made."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, tz=UTC)


def _restore(model: type[models.Model], entries: list[AuditLog]) -> tuple[int, list[str]]:
    """Bring rows back to what they were; how many, and the names of those that moved on."""
    by_action: dict[str, list[AuditLog]] = defaultdict(list)
    for entry in entries:
        by_action[entry.action].append(entry)
    locked = writing.lock(model, [UUID(entry.entity_id) for entry in entries])
    here = {str(pk): row for pk, row in locked.items()}
    kept = []
    made = [here[one.entity_id] for one in by_action[Action.CREATE] if one.entity_id in here]
    if made:
        model._default_manager.filter(pk__in=[row.pk for row in made]).delete()
    changes: dict[UUID, dict[str, Any]] = {}
    for entry in by_action[Action.UPDATE]:
        row = here.get(entry.entity_id)
        if row is None or not _is_as_left(row, entry):
            kept.append(str(row) if row is not None else entry.entity_id)
        else:
            changes[row.pk] = entry.before
    falling = [pk for pk, values in changes.items() if values.get("is_primary") is False]
    back = _returning(model, by_action[Action.DELETE], falling, kept)
    # The database refuses two primary places even for a moment.
    rising = {pk for pk, values in changes.items() if values.get("is_primary")}
    writing.change(model, locked, {pk: changes[pk] for pk in changes.keys() - rising})
    if back:
        model._default_manager.bulk_create(back)
    writing.change(model, locked, {pk: changes[pk] for pk in rising})
    return len(made) + len(changes) + len(back), kept


def _returning(
    model: type[models.Model], entries: list[AuditLog], falling: list[UUID], kept: list[str]
) -> list[models.Model]:
    """The links that were removed, without those that someone has made again or that lead nowhere.

    ``falling`` are the links that stop being primary in the same moment.
    """
    other = "category_id" if model is ProductCategory else "collection_id"
    places: Any = Category if model is ProductCategory else Collection
    products = [entry.before["product_id"] for entry in entries]
    if not products:
        return []
    links = model._default_manager.filter(product_id__in=products)
    taken = {(str(pk), str(at)) for pk, at in links.values_list("product_id", other)}
    wanted = {entry.before[other] for entry in entries}
    there = {str(pk) for pk in places.objects.filter(pk__in=wanted).values_list("pk", flat=True)}
    leading = set()
    if model is ProductCategory:
        marked = links.filter(is_primary=True).exclude(pk__in=falling)
        leading = {str(pk) for pk in marked.values_list("product_id", flat=True)}
    back = []
    for entry in entries:
        values = dict(entry.before)
        for name in ("created_at", "updated_at"):
            values.pop(name, None)
        if (values["product_id"], values[other]) in taken or values[other] not in there:
            kept.append(entry.entity_id)
            continue
        if "is_primary" in values and values["product_id"] in leading:
            values["is_primary"] = False
        back.append(model(**values))
    return back


def _is_as_left(row: models.Model, entry: AuditLog) -> bool:
    now = {name: value for name, value in column_values(row).items() if name in entry.after}
    return bool(json.loads(json.dumps(now, cls=DjangoJSONEncoder)) == entry.after)
