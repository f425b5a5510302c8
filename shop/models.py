"""Abstract bases of every table: key, times, soft delete, version, announced writes."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar, Self, TypeVar

import pgtrigger
import uuid_utils
from django.db import models, transaction
from django.db.models.functions import Now
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop import cache
from shop.making import Version

M = TypeVar("M", bound=models.Model)
#: A written row as told to the audit log: key, values before, values after.
Row = tuple[Any, dict[str, Any], dict[str, Any]]

#: Sent after rows were written without ``save()`` or ``delete()``: ``sender`` is the model,
#: ``action`` is "create", "update" or "delete" and ``rows`` a list of ``(pk, before, after)``
#: with column values by attribute name. The audit log listens.
rows_written = Signal()


class StaleObject(Exception):
    """The row was changed by someone else since ``instance`` was read; nothing was written."""

    def __init__(self, instance: models.Model) -> None:
        super().__init__(f"{instance._meta.label} {instance.pk} has changed since it was read")
        self.instance = instance


def new_id() -> uuid.UUID:
    """A time-ordered UUIDv7 (RFC 9562) as the standard library's type."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


def column_values(instance: models.Model) -> dict[str, Any]:
    """The loaded column values of ``instance`` by attribute name, without a query."""
    loaded = instance.__dict__
    return {
        field.attname: loaded[field.attname]
        for field in instance._meta.concrete_fields
        if field.attname in loaded
    }


class Shown(models.Model):
    """Rows that pages show: each write ends what the cache holds of them, in its transaction.

    Written in whatever way: ``save()``, ``loaddata``, ``delete()``, or many rows at once. SQL and
    triggers are not seen; who writes by them calls :func:`shop.cache.bump_versions`.
    """

    class Meta:
        abstract = True

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        """What shows ``rows``, given by their column values before and after the write."""
        raise NotImplementedError

    @classmethod
    def end_cached(cls, rows: Iterable[dict[str, Any]]) -> None:
        """End what the cache holds of ``rows``."""
        known = [row for row in rows if row]
        if known:
            cache.bump_versions(cls.versions_of(known))

    def own_versions(self, before: dict[str, Any]) -> Iterable[Version]:
        """What shows this row, as it was ``before`` and as it is."""
        return self.versions_of([row for row in (before, column_values(self)) if row])

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        before = getattr(self, "_loaded_values", None) or {}
        with transaction.atomic(using=kwargs.get("using"), savepoint=False):
            super().save_base(*args, **kwargs)
            cache.bump_versions(self.own_versions(before))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        row = column_values(self)
        with transaction.atomic(using=kwargs.get("using"), savepoint=False):
            deleted = super().delete(*args, **kwargs)
            self.end_cached([row])
        return deleted


class QuerySet(models.QuerySet[M]):
    """A QuerySet whose bulk writes are announced, so that none escapes the audit log."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """Create and announce; with conflicts, what was really written is read back."""
        if kwargs.get("update_conflicts") and not getattr(self.model, "is_derived", False):
            return self._create_or_update(list(objs), *args, **kwargs)
        with transaction.atomic(using=self.db, savepoint=False):
            created = super().bulk_create(objs, *args, **kwargs)
            told = created
            if kwargs.get("ignore_conflicts"):
                keys = [row.pk for row in created]
                found = self.model._base_manager.filter(pk__in=keys)
                stored = set(found.values_list("pk", flat=True))
                told = [row for row in created if row.pk in stored]
            rows: list[Row] = [(row.pk, {}, column_values(row)) for row in told]
            rows_written.send(sender=self.model, action="create", rows=rows)
            self._end_cached(rows)
        return created

    def _create_or_update(self, objs: list[M], *args: Any, **kwargs: Any) -> list[M]:
        fields = [self.model._meta.get_field(name) for name in kwargs["unique_fields"]]
        same = models.Q(pk__in=[])
        for row in objs:
            same |= models.Q(**{one.attname: getattr(row, one.attname) for one in fields})  # type: ignore[union-attr]
        with transaction.atomic(using=self.db):
            rows = self.model._base_manager.using(self.db).filter(same)
            locked = rows.order_by("pk").select_for_update(of=("self",))
            before = {row.pk: column_values(row) for row in locked}
            created = super().bulk_create(objs, *args, **kwargs)
            after: list[Row] = [
                (row.pk, before.get(row.pk, {}), column_values(row)) for row in rows.all()
            ]
            for action, is_old in (("create", False), ("update", True)):
                told = [row for row in after if (row[0] in before) is is_old]
                rows_written.send(sender=self.model, action=action, rows=told)
            self._end_cached(after)
        return created

    def update(self, **kwargs: Any) -> int:
        """Update and announce; costs two reads beside the write, and locks in key order."""
        if issubclass(self.model, Versioned):
            kwargs.setdefault("version", models.F("version") + 1)
        with transaction.atomic(using=self.db):
            locked = self.order_by("pk").select_for_update(of=("self",))
            before = {row.pk: column_values(row) for row in locked}
            if not before:
                return 0
            rows: Any = models.QuerySet(self.model, using=self.db).filter(pk__in=before)
            changed = rows.update(**kwargs)
            after = [(row.pk, before[row.pk], column_values(row)) for row in rows.order_by()]
            rows_written.send(sender=self.model, action="update", rows=after)
            self._end_cached(after)
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        if not issubclass(self.model, Shown):
            return super().delete()
        with transaction.atomic(using=self.db):
            rows: list[Row] = [(row.pk, column_values(row), {}) for row in self]
            deleted = super().delete()
            self._end_cached(rows)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _end_cached(self, rows: list[Row]) -> None:
        if issubclass(self.model, Shown):
            self.model.end_cached(values for _pk, *both in rows for values in both)


class LiveQuerySet(QuerySet[M]):
    """Reads of soft-deletable rows."""

    def live(self) -> Self:
        return self.filter(deleted_at=None)


Manager = models.Manager.from_queryset(QuerySet)


class LiveManager(models.Manager.from_queryset(LiveQuerySet)):  # type: ignore[misc]
    """Hides soft-deleted rows."""

    def get_queryset(self) -> LiveQuerySet[Any]:
        queryset: LiveQuerySet[Any] = super().get_queryset()
        return queryset.live()


class Model(models.Model):
    """UUIDv7 key and times, both kept by the database also for writes that bypass the ORM."""

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(
        _("created"), default=timezone.now, db_default=Now(), editable=False
    )
    updated_at = models.DateTimeField(
        _("updated"), default=timezone.now, db_default=Now(), editable=False
    )

    objects: ClassVar[Any] = Manager()

    #: What the database held when this instance was read; the audit log's "before".
    _loaded_values: dict[str, Any] | None = None

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="touch_updated_at",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.updated_at = now(); RETURN NEW;",
            )
        ]

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        instance = super().from_db(db, field_names, values)
        instance._loaded_values = column_values(instance)
        return instance

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._loaded_values = column_values(self)


class SoftDeletable(models.Model):
    """Master data that other rows refer to: deleting hides it, ``all_objects`` still shows it."""

    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = LiveManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta:
        abstract = True

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def soft_delete(self) -> None:
        self.deleted_at = timezone.now()
        self.save(update_fields=["deleted_at"])


class Versioned(models.Model):
    """A row people edit in two places: a save from a stale copy raises :class:`StaleObject`."""

    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)

    class Meta:
        abstract = True

    def _do_update(
        self,
        base_qs: Any,
        using: str | None,
        pk_val: Any,
        values: Collection[tuple[Any, Any, Any]],
        update_fields: Iterable[str] | None,
        forced_update: bool,
    ) -> bool:
        field = self._meta.get_field("version")
        others = [value for value in values if value[0] is not field]
        if not others:
            return super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update)
        if self._state.adding:
            # loaddata brings rows without a history, so there is nothing to compare.
            values = [*others, (field, None, models.F("version") + 1)]
            return super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update)
        current = base_qs.filter(version=self.version)
        values = [*others, (field, None, self.version + 1)]
        if super()._do_update(current, using, pk_val, values, update_fields, forced_update):
            self.version += 1
            return True
        if base_qs.filter(pk=pk_val).exists():
            raise StaleObject(self)
        return False


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers of a ledger table: rows are added and never changed, removed or truncated."""
    return [
        pgtrigger.Protect(
            name="append_only",
            operation=pgtrigger.Update | pgtrigger.Delete,
        ),
        pgtrigger.Trigger(
            name="never_truncated",
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            func="RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;",
        ),
    ]
