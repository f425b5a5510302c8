"""The signals behind the audit log: saves, deletes and bulk writes."""

from functools import lru_cache, wraps
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from audit import links
from audit.models import AuditLog
from audit.recording import record
from shop.models import QuerySet, column_values, rows_written

#: Apps whose tables are the business; sessions, migrations and the job queue are not.
AUDITED_APPS = frozenset(
    {
        "accounts",
        "auth",
        "account",
        "mfa",
        "inventory",
        "catalog",
        "orders",
        "payments",
        "bookings",
        "operations",
    }
)
#: Tables that are no records of the business, each with the reason; ``is_derived`` says the same
#: of a table of ours.
EXEMPT = {
    "admin.logentry": "Django's own log, which nothing writes to any more",
    "auth.permission": "made of the code by migrate; who holds one is told with them",
    "contenttypes.contenttype": "made of the code by migrate",
    "sessions.session": "secrets of browsers; signing in and out are security events",
}


def connect() -> None:
    """Start listening; called once when Django is ready."""
    pre_save.connect(remember_stored_row, dispatch_uid="audit.pre_save")
    post_save.connect(record_save, dispatch_uid="audit.post_save")
    pre_delete.connect(record_lost_links, dispatch_uid="audit.pre_delete")
    post_delete.connect(record_delete, dispatch_uid="audit.post_delete")
    for model in apps.get_models(include_auto_created=True):
        if is_audited(model):
            announce(model)
            save_together(model)
    rows_written.connect(record_rows, dispatch_uid="audit.rows_written")


@lru_cache(maxsize=500)
def is_audited(model: type[models.Model]) -> bool:
    """Whether the rows are records of their own; what is derived from others needs no log."""
    meta = model._meta
    if not meta.managed or getattr(model, "is_derived", False) or meta.label_lower in EXEMPT:
        return False
    return meta.app_label in AUDITED_APPS


def announce(model: type[models.Model]) -> None:
    """Make every manager of ``model`` announce what it writes to many rows.

    So do libraries' models, and Django's own manager that follows what a deleted row leaves behind.
    """
    managers: list[Any] = [*model._meta.managers, model._meta.base_manager]
    base: type[Any] = QuerySet
    if links.is_link(model):
        base, model.delete = links.LinkQuerySet, links.delete_link  # type: ignore[method-assign, assignment]
    for manager in managers:
        known = manager._queryset_class
        if issubclass(known, QuerySet):
            continue
        announcing = type(known.__name__, (base, known), {"__module__": known.__module__})
        if type(manager) is not models.Manager:
            type(manager)._queryset_class = announcing
            continue
        # Django's own manager serves tables that are not ours to change.
        manager.__class__ = type(
            "Manager",
            (models.Manager,),
            {"__module__": models.Manager.__module__, "_queryset_class": announcing},
        )


def save_together(model: type[models.Model]) -> None:
    """Make a save and its entry one transaction; Django sends its signal after the commit."""
    save = model.save_base

    @wraps(save)
    def save_base(self: models.Model, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic(using=kwargs.get("using"), savepoint=False):
            save(self, *args, **kwargs)

    model.save_base = save_base  # type: ignore[method-assign]


def remember_stored_row(
    sender: type[models.Model], instance: models.Model, raw: bool = False, **_: Any
) -> None:
    """Read what is stored, where the instance does not carry what it was loaded with."""
    if not is_audited(sender) or getattr(instance, "_loaded_values", None) is not None:
        return
    if instance._state.adding and not raw:
        return
    stored = sender._base_manager.filter(pk=instance.pk).first()
    instance._loaded_values = column_values(stored) if stored else None  # type: ignore[attr-defined]


def record_save(
    sender: type[models.Model],
    instance: models.Model,
    created: bool,
    update_fields: frozenset[str] | None = None,
    **_: Any,
) -> None:
    if not is_audited(sender):
        return
    unsaved = getattr(sender, "unsaved_columns", ())
    values = {k: v for k, v in column_values(instance).items() if created or k not in unsaved}
    before = {} if created else getattr(instance, "_loaded_values", None) or {}
    if update_fields is not None:
        written = {
            f.attname for f in sender._meta.concrete_fields if {f.name, f.attname} & update_fields
        }
        after = {**before, **{name: values[name] for name in written if name in values}}
    else:
        after = {**before, **values}
    action = AuditLog.Action.CREATE if created else AuditLog.Action.UPDATE
    record(action, sender, instance.pk, before, after)
    instance._loaded_values = after  # type: ignore[attr-defined]


def record_delete(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    if is_audited(sender):
        record(AuditLog.Action.DELETE, sender, instance.pk, column_values(instance), {})


@lru_cache(maxsize=1)
def _links() -> tuple[type[models.Model], ...]:
    tables = apps.get_models(include_auto_created=True)
    return tuple(one for one in tables if links.is_link(one) and is_audited(one))


def record_lost_links(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    if is_audited(sender):
        links.tell_lost(instance, _links())


def record_rows(
    sender: type[models.Model],
    action: str,
    rows: list[tuple[Any, dict[str, Any], dict[str, Any]]],
    **_: Any,
) -> None:
    if not is_audited(sender):
        return
    if links.is_link(sender):
        links.tell(sender, rows)
        return
    for pk, before, after in rows:
        record(AuditLog.Action(action.upper()), sender, pk, before, after)
